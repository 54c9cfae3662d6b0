"""The page on which a campaign is rehearsed: what it tells, to whom, and what it refuses."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from offers.arrivals import Crossing, record_crossings
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served
from tests.web.console.conftest import Enter, Person
from web.stage import Stage

PATH = "/console/campaigns/sneakers/rehearse"
LANGUAGES = {
    "en": ("1 of 2 moments would have been sent. Customers: 2.", "no consent"),
    "nl": ("Bij 1 van 2 momenten zou er iets verstuurd zijn. Klanten: 2.", "geen toestemming"),
    "de": ("Bei 1 von 2 Momenten wäre etwas gesendet worden. Kunden: 2.", "keine Zustimmung"),
}


@pytest.fixture
def draft(admin: httpx.Client, register: Register, database: Database) -> None:
    """Two customers came in an hour ago; one of them wants no offers. A campaign that comes after is a draft."""
    fence = admin.put("/v1/places/kalverstraat-102", json=PLACE).json()["geofences"][0]["id"]
    before = NOON - timedelta(hours=1)
    weak = CAMPAIGN | {"name": "Weak", "priority": 1}
    assert admin.put("/v1/campaigns/weak", json=weak).status_code == 201
    assert admin.post("/v1/campaigns/weak/launch").status_code == 200
    for customer, consents in (("sanne", {"location": True, "offers": True}), ("daan", {"location": True})):
        came = Crossing(
            register(customer, consents=consents)["device_id"], "enter", fence, before.timestamp(), "server"
        )
        with database.transaction() as session:
            record_crossings(session, [came], now=before)
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_viewer_sees_who_would_have_got_it(enter: Enter, language: str) -> None:
    said, reason = LANGUAGES[language]
    viewer = enter("viewer", language=language)
    assert PATH in viewer.http.get("/console/campaigns/sneakers").text
    page = viewer.http.get(PATH).text
    assert said in page
    assert reason in page
    assert "/console/why?customer=daan&amp;campaign=sneakers" in page
    assert "/console/campaigns/weak" in page, "what would have had to give way"
    assert page.count('<time datetime="2026-11-') > 7, "every day, and each moment"
    assert not re.search(r"<time[^>]*>\d{4}-", page), "a day is written as the language writes it"


@pytest.mark.usefixtures("draft")
def test_days_on_which_nothing_happened_are_told_as_that(admin: httpx.Client, marketer: Person) -> None:
    leaving = CAMPAIGN | {"trigger": {"on": "exit", "places": ["kalverstraat-102"]}}
    assert admin.put("/v1/campaigns/leaving", json=leaving).status_code == 201
    assert "No moments on record" in marketer.http.get("/console/campaigns/leaving/rehearse?days=30").text


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize("days", ["0", "31", "seven", "-1", "999999", "1.5"])
def test_days_that_are_none_are_refused_in_words(marketer: Person, days: str) -> None:
    answer = marketer.http.get(PATH, params={"days": days})
    assert answer.status_code == 422
    assert "Choose a number of days from 1 to 30." in answer.text


def test_a_campaign_that_is_not_there_is_not_found(marketer: Person) -> None:
    marketer.look("/console/campaigns/nobody/rehearse", 404)


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize(
    ("language", "said"), [("en", "then press Rehearse again"), ("nl", "Repeteren"), ("de", "Proben")]
)
def test_who_rehearses_while_somebody_does_is_told_what_to_do(
    enter: Enter, served: Served, language: str, said: str
) -> None:
    viewer = enter("viewer", language=language)
    with served.doors.parts.stage.taken():
        page = viewer.look(f"{PATH}?days=14", 503)
    assert said in page.text
    assert "20" in page.text
    assert page.sheet("")["days"] == "14", "what was asked for stands there still"
    assert viewer.look(f"{PATH}?days=14").sheet("")["days"] == "14"


class Halting(Stage):
    """Half-way it waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_half_way, self.may_go_on = threading.Event(), threading.Event()

    def rehearse_if_free(
        self, database: Database, campaign_id: str, days: int, *, now: datetime, tell: Callable[[float], None]
    ) -> dict[str, Any] | None:
        tell(0.5)
        self.is_half_way.set()
        assert self.may_go_on.wait(20)
        return super().rehearse_if_free(database, campaign_id, days, now=now, tell=tell)


@pytest.mark.usefixtures("draft")
def test_who_waits_for_a_rehearsal_is_told_how_far_it_is(enter: Enter, served: Served) -> None:
    viewer, other = enter("viewer"), enter("marketer")
    stage = served.doors.parts.stage = Halting()

    def far(person: Person) -> object:
        return person.http.get(f"{PATH}/far").json()["share"]

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(viewer.http.get, PATH)
        assert stage.is_half_way.wait(20)
        assert (far(viewer), far(other)) == (0.5, None)
        stage.may_go_on.set()
        assert asked.result().status_code == 200
    assert far(viewer) is None
    assert f'data-far="{PATH}/far"' in viewer.http.get(PATH).text
    assert f'data-far="{PATH}/far"' in viewer.http.get("/console/campaigns/sneakers").text


@pytest.mark.parametrize(("role", "status"), [("viewer", 200), ("marketer", 200), ("admin", 200), ("staff", 403)])
def test_who_may_rehearse_may_ask_how_far_it_is(enter: Enter, role: str, status: int) -> None:
    person = enter(role)
    assert person.http.get(f"{PATH}/far").status_code == status
    person.http.cookies.clear()
    assert person.http.get(f"{PATH}/far").headers["location"].startswith("/console/sign-in")
