"""The pages of docs/clients are tried: each request that they show is sent, and answered as they say."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.web.conftest import PLACE, Clock, Register
from tests.web.ingest.conftest import App, Lanes
from web.ingest.intake import REASONS

PAGES = Path(__file__).parents[3] / "docs" / "clients"
SHOWN_AT = 1_796_115_600.0
"""2026-12-01 09:00 UTC, the time of every request on the pages."""
VALUES = {
    "%LAT": "52.3702516",
    "%LON": "4.8906199",
    "%ACC": "6.0",
    "%TIMESTAMP": f"{SHOWN_AT:.0f}",
    "%SPD": "1",
    "%DIR": "9",
}


def blocks(kind: str) -> list[tuple[str, str, str]]:
    """Page, block, and the block of its answer when the next one is that."""
    found = []
    for page in sorted(PAGES.glob("*.md")):
        pieces = re.findall(r"```(\w+)\n(.*?)```", page.read_text(), re.DOTALL)
        for number, (marked, text) in enumerate(pieces):
            if marked == kind:
                after = pieces[number + 1] if number + 1 < len(pieces) else ("", "")
                found.append((page.name, text, after[1].strip() if after[0] == "text" else ""))
    return found


def blocks_of_text() -> list[tuple[str, str]]:
    return [(page, text) for page, text, _ in blocks("text")]


REQUESTS, TEMPLATES = blocks("http"), blocks("template")


@pytest.fixture
def app(clock: Clock, register: Register) -> App:
    clock.at = SHOWN_AT + 600  # no history yet, and too old to be told what to watch
    made = register(positions_only=True)
    return App(made["device_id"], made["token"])


def send(http: httpx.Client, text: str, app: App) -> httpx.Response:
    head, _, body = text.replace("TOKEN", app.token).partition("\n\n")
    first, *lines = head.strip().splitlines()
    method, target = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    scheme, _, secret = headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
    return http.request(method, target, headers=headers, content=body.strip().encode())


def test_every_page_of_an_app_shows_a_request() -> None:
    by_broker = {"owntracks-mqtt.md"}  # nobody asks us there
    assert {page for page, _, _ in REQUESTS} == {one.name for one in PAGES.glob("*.md")} - {"README.md"} - by_broker


@pytest.mark.parametrize("shown", REQUESTS, ids=[page for page, _, _ in REQUESTS])
def test_a_request_of_a_page_is_answered_as_it_says(
    http: httpx.Client, app: App, lanes: Lanes, shown: tuple[str, str, str]
) -> None:
    _, text, told = shown
    answer = send(http, text, app)
    assert f"{answer.status_code} {answer.text}".strip() == told
    [(lat, lon, at, _)] = lanes.pings()
    assert (lat, lon, at) == (52.3702516, 4.8906199, SHOWN_AT)


@pytest.mark.parametrize(("page", "text"), [one[:2] for one in TEMPLATES], ids=[one[0] for one in TEMPLATES])
def test_a_template_leads_to_its_door(http: httpx.Client, app: App, lanes: Lanes, page: str, text: str) -> None:
    """GPSLogger's with its values; Overland's link names the address and the token of a request."""
    filled = text.strip().replace("TOKEN", app.token)
    for name in sorted(VALUES, key=len, reverse=True):
        filled = filled.replace(name, VALUES[name])
    target = urlsplit(filled)
    if target.scheme == "overland":
        fields = dict(parse_qsl(target.query))
        body = {"locations": [{"geometry": {"type": "Point", "coordinates": [4.8906199, 52.3702516]}}]}
        path = urlsplit(fields["url"]).path
        answer = http.post(path, json=body, headers={"Authorization": f"Bearer {fields['token']}"})
    else:
        assert "%" not in filled
        answer = http.get(f"{target.path}?{target.query}")
    assert answer.status_code == 200, page
    assert [one[:2] for one in lanes.pings()] == [(52.3702516, 4.8906199)]


def test_the_check_of_the_first_page_shows_whether_it_works(http: httpx.Client, app: App, lanes: Lanes) -> None:
    """Sent as curl does: with `-d`, a body is a form's by its header."""
    [(page, text, _)] = blocks("sh")
    assert page == "README.md"
    send_it, look = text.strip().splitlines()
    body = re.search(r"-d '(.*)'$", send_it)
    path, form = urlsplit(send_it.split()[3]).path, "application/x-www-form-urlencoded"
    assert body is not None
    sent = http.post(path, content=body[1], headers=app.basic | {"Content-Type": form})
    assert (sent.status_code, [one[:2] for one in lanes.pings()]) == (200, [(52.3702516, 4.8906199)])
    counted = [line for line in http.get(urlsplit(look.split()[2]).path).text.splitlines() if look.split()[-1] in line]
    assert 'passerby_ingest_accepted_total{client="owntracks"} 1.0' in counted


def test_a_revoked_app_that_sends_nothing_to_keep_hears_its_success(
    http: httpx.Client, admin: httpx.Client, app: App
) -> None:
    """As the first page says: the lane is what refuses, and it is not asked."""
    admin.delete(f"/v1/devices/{app.device_id}")
    assert http.post("/ingest/owntracks", json={"_type": "lwt"}, headers=app.bearer).text == "[]"


SHOWN = [(page, text) for page, text in blocks_of_text() if "setWaypoints" in text or "addGeofences" in text]


@pytest.mark.parametrize("shown", SHOWN, ids=[page for page, _ in SHOWN])
def test_the_answer_with_geofences_is_shaped_as_the_page_shows_it(
    http: httpx.Client, admin: httpx.Client, app: App, clock: Clock, shown: tuple[str, str]
) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    clock.at = SHOWN_AT
    page, wanted = shown
    request = next(text for name, text, _ in REQUESTS if name == page)
    assert _shape(send(http, request, app).json(), json.loads(wanted.removeprefix("200 ")))


def _shape(told: Any, shown: Any) -> bool:
    """The fields of the shown answer's last element at each level, and no others."""
    if isinstance(shown, dict):
        return isinstance(told, dict) and set(told) == set(shown) and all(_shape(told[n], shown[n]) for n in shown)
    if isinstance(shown, list):
        return isinstance(told, list) and bool(told) and _shape(told[-1], shown[-1])
    return type(told) is type(shown)


def test_every_reason_is_on_the_page() -> None:
    text = (PAGES / "README.md").read_text()
    for reason in REASONS:
        assert f"`{reason}`" in text, reason
