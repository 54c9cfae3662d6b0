"""A position that was posted is found in no file: not in the database, not in Redis' files, not in a log."""

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from geofences.cells import cell_of
from seeds.phone import moment
from tests.faults.town import Service, serving

LAT, LON = 52.370345678, 4.890456789
"""Inside the store's premises, and nowhere else in the world's files."""


COMING = 52.373345671, 4.890123457
"""Some hundred metres from the store, where an order waits for who is there."""
STREET = 51.924687531, 4.477733123
"""Where no geofence is: presence keeps the cell of it, and that is all."""


def forms(value: float, fewest: int = 6) -> Iterator[bytes]:
    """How a number may lie in a file: as text to so many digits, and as a double of either byte order."""
    for digits in range(fewest, 10):
        yield f"{value:.{digits}f}"[: len(str(int(value))) + 1 + digits].encode()
    for order in "<>":
        yield struct.pack(f"{order}d", value)


def ping_around(service: Service) -> str:
    """Positions that are taken and refused, as pings and as transitions; the device that was last on the street."""
    circle = {"role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100, "dwell_s": 1}
    place = {"name": "Store", "kind": "store", "lat": 52.3702516, "lon": 4.8906199, "time_zone": "Europe/Amsterdam"}
    made = service.ask("PUT", "/v1/places/store", json={**place, "geofences": [circle]})
    words = {"en": {"title": "{{ place.name }}", "body": "{{ place.distance_m }} m"}}
    service.ask("PUT", "/v1/campaigns/c", json={"name": "C", "trigger": {"on": "enter"}, "messages": words})
    service.ask("POST", "/v1/campaigns/c/launch")
    device = service.ask(
        "POST",
        "/v1/devices",
        json={
            "platform": "ios",
            "push_token": "t",
            "customer": "sanne",
            "consents": {"location": True, "offers": True},
        },
    )
    time.sleep(1.5)
    headers = {"Authorization": f"Bearer {device['token']}"}
    good = {"lat": LAT, "lon": LON, "accuracy_m": 10}
    for body, status in (
        (good, 202),
        ([{**good, "lat": 95 + LAT}, good], 202),
        ({**good, "lon": "4.890456789"}, 422),
        ({**good, "lat": LAT + 400}, 422),
    ):
        time.sleep(0.05)
        assert httpx.post(f"{service.url}/v1/pings", json=body, headers=headers).status_code == status
    broken = f'{{"lat": {LAT}, "lon": {LON}'
    assert httpx.post(f"{service.url}/v1/pings", content=broken, headers=headers).status_code == 400
    told = {"geofence_id": made["geofences"][0]["id"], "kind": "enter", "at": moment(time.time())}
    for more, status in (
        ({"lat": LAT, "lon": LON}, 202),
        ({"lat": STREET[0], "lon": STREET[1]}, 202),
        ({"lat": LAT}, 422),
    ):
        assert httpx.post(f"{service.url}/v1/transitions", json=told | more, headers=headers).status_code == status
    nearby = httpx.get(f"{service.url}/nowhere?lat={LAT}&lon={LON}", headers=headers)
    assert nearby.status_code == 404
    walker = service.ask(
        "POST", "/v1/devices", json={"platform": "ios", "customer": "tim", "consents": {"location": True}}
    )
    on_the_street = {"lat": STREET[0], "lon": STREET[1], "accuracy_m": 10}
    headers = {"Authorization": f"Bearer {walker['token']}"}
    assert httpx.post(f"{service.url}/v1/pings", json=on_the_street, headers=headers).status_code == 202
    come_for_an_order(service)
    service.settle()
    return str(walker["device_id"])


def come_for_an_order(service: Service) -> None:
    """Somebody whose order is ready is seen a few hundred metres away, twice."""
    told = {"platform": "ios", "customer": "jo", "consents": {"orders": True}}
    device = service.ask("POST", "/v1/devices", json=told)
    service.ask("PUT", "/v1/orders/o1", json={"customer": "jo", "place": "store", "status": "ready"})
    headers = {"Authorization": f"Bearer {device['token']}"}
    for ago in (20, 0):
        ping = {"lat": COMING[0], "lon": COMING[1], "accuracy_m": 10, "at": moment(time.time() - ago)}
        assert httpx.post(f"{service.url}/v1/pings", json=ping, headers=headers).status_code == 202
        service.settle()


def expected_at(service: Service) -> list[Any]:
    """What Redis holds of who is expected where."""
    client: Any = service.redis()
    return [raw for key in client.scan_iter("pb:*:targets") for raw in client.hvals(key)]


def track_of(service: Service, customer: str) -> list[Any]:
    export = service.ask("GET", f"/v1/customers/{customer}/export")
    (order,) = export["tables"]["orders"]
    return list(order["track"])


def kept_of(service: Service, device: str) -> dict[str, Any]:
    """What Redis holds of a device between two pings."""
    client: Any = service.redis()
    found = [client.hget(key, device) for key in client.scan_iter("pb:*:presence")]
    (raw,) = [one for one in found if one is not None]
    kept: dict[str, Any] = json.loads(raw)
    return kept


@pytest.mark.faults
def test_a_canary_position_is_found_in_no_file(tmp_path: Path) -> None:
    with serving(tmp_path, {"PASSERBY_LOG_LEVEL": "DEBUG"}) as service:
        walker = ping_around(service)
        kept = kept_of(service, walker)
        assert set(kept) == {"l", "h", "v", "c"}, "times, a version, and the cell"
        assert kept["c"] == [cell_of(*STREET)]
        assert [one["kind"] for one in service.everything("/v1/transitions") if one["kind"] == "enter"]
        assert len(expected_at(service)) == 1
        (_, metres, _), *_ = track_of(service, "jo")
        assert metres == 350, "the canary was measured: rounded to 50 m"
        running = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    stopped = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.suffix == ".aof" for path in running), "Redis wrote nothing: the test would show nothing"
    assert any(b"visits" in content for content in stopped.values()), "the database was not among the files"
    for files in (running, stopped):
        for path, content in files.items():
            for form in (
                *forms(LAT),
                *forms(LON),
                *forms(STREET[0], 4),
                *forms(STREET[1], 5),
                *forms(COMING[0]),
                *forms(COMING[1]),
            ):
                assert form not in content, f"{form!r} lies in {path.relative_to(tmp_path)}"
