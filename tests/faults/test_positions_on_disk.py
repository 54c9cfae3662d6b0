"""A position that was posted is found in no file: not in the database, not in Redis' files, not in a log."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.town import Service, serving

LAT, LON = 52.370345678, 4.890456789
"""Inside the store's premises, and nowhere else in the world's files."""


def forms(value: float) -> Iterator[bytes]:
    """How a number may lie in a file: as text to so many digits, and as a double of either byte order."""
    for digits in range(6, 10):
        yield f"{value:.{digits}f}"[: 3 + digits].encode()
    yield struct.pack("<d", value)
    yield struct.pack(">d", value)


def ping_around(service: Service) -> None:
    circle = {"role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100, "dwell_s": 1}
    place = {"name": "Store", "kind": "store", "lat": 52.3702516, "lon": 4.8906199, "time_zone": "Europe/Amsterdam"}
    service.ask("PUT", "/v1/places/store", json={**place, "geofences": [circle]})
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
    nearby = httpx.get(f"{service.url}/nowhere?lat={LAT}&lon={LON}", headers=headers)
    assert nearby.status_code == 404
    service.settle()


@pytest.mark.faults
def test_a_canary_position_is_found_in_no_file(tmp_path: Path) -> None:
    with serving(tmp_path, {"PASSERBY_LOG_LEVEL": "DEBUG"}) as service:
        ping_around(service)
        assert [one["kind"] for one in service.everything("/v1/transitions") if one["kind"] == "enter"]
        running = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    stopped = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.suffix == ".aof" for path in running), "Redis wrote nothing: the test would show nothing"
    assert any(b"visits" in content for content in stopped.values()), "the database was not among the files"
    for files in (running, stopped):
        for path, content in files.items():
            for value in (LAT, LON):
                for form in forms(value):
                    assert form not in content, f"{form!r} lies in {path.relative_to(tmp_path)}"
