"""`POST /v1/audiences/count` through the door."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from offers.records.database import WRITES
from tests.web.conftest import CAMPAIGN, PLACE, Served, paths_of, problem_of

COUNT = "/v1/audiences/count"


def test_an_audience_is_counted(admin: httpx.Client) -> None:
    for customer, language in (("sanne", "nl"), ("hans", "de-AT")):
        profile = {"name": customer.capitalize(), "language": language, "consents": {"location": True, "offers": True}}
        assert admin.put(f"/v1/customers/{customer}", json=profile).status_code == 201
    answer = admin.post(COUNT, json={"audience": {"fact": "language", "is": "de"}})
    assert answer.status_code == 200
    assert answer.json() == {
        "size": 1,
        "reachable": 0,
        "consenting": 1,
        "reachable_and_consenting": 0,
        "sample": [{"customer": "hans", "name": "Hans", "language": "de-AT"}],
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "audience"),
        ({"audience": []}, "audience"),
        ({"audience": {}}, "audience"),
        ({"audience": {"fact": "shoe", "is": 1}}, "audience.fact"),
        (
            {"audience": {"all": [{"tag": "vip"}, {"any": [{"fact": "language", "is": []}]}]}},
            "audience.all[1].any[0].is",
        ),
        ({"audience": {"all": [{"not": {"inside": "nowhere"}}]}}, "audience.all[0].not"),
        ({"audience": {"any": [{"tag": "vip"}] * 101}}, "audience.any[99]"),
        ({"audience": None, "campaign": "sneakers"}, "campaign"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_tree(admin: httpx.Client, body: Any, path: str) -> None:
    answer = admin.post(COUNT, json=body)
    assert answer.status_code == 422
    assert paths_of(answer) == [path]


@contextmanager
def _counting(served: Served, many: int) -> Iterator[None]:
    """So many others are counting meanwhile."""
    with ExitStack() as held:
        for _ in range(many):
            held.enter_context(served.doors.parts.counting.taken())
        yield


def test_two_at_a_time(admin: httpx.Client, served: Served) -> None:
    """Whoever comes third is told to come back, at both doors that count; afterwards they may."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", COUNT, {"json": {"audience": None}}),
        ("GET", "/v1/campaigns/sneakers/checks", {}),
    ]
    with _counting(served, 1):
        assert [admin.request(method, path, **more).status_code for method, path, more in asked] == [200, 200]
    with _counting(served, 2):
        for method, path, more in asked:
            busy = admin.request(method, path, **more)
            assert problem_of(busy, 503)["type"].endswith(":service_unavailable")
            assert int(busy.headers["retry-after"]) > 0
        assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200, "what is asked for in earnest is done"
    assert [admin.request(method, path, **more).status_code for method, path, more in asked] == [200, 200]


def test_a_launch_and_a_live_edit_count_before_they_write(admin: httpx.Client, served: Served) -> None:
    """Nobody can write beside a writing transaction of SQLite: reading all customers is none of its business."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201
    counted: list[bool] = []

    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM customers" in statement and "count(" in statement:
            counted.append(connection.get_execution_options().get(WRITES, False))

    engine = served.doors.parts.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        launched = admin.post("/v1/campaigns/sneakers/launch")
        edited = admin.put("/v1/campaigns/sneakers", json={**CAMPAIGN, "audience": {"tag": "vip"}})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    for answer in (launched, edited):
        assert answer.status_code == 200
        assert "no_audience" in [one["name"] for one in answer.json()["warnings"]]
    assert counted == [False, False]
