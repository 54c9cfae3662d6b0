"""The console's page of how long pickup takes: what it says in each language, how it is when there is nothing, and its file."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from offers.pickups import put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from tests.conftest import NOON
from tests.offers.stories import KEYS
from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter
from web.console.pickup_times import lasting
from web.console.speaking import Voice
from web.console.words import WORDS

MIN = timedelta(minutes=1)


@pytest.fixture
def store(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/customers/sanne", json={"name": "Sanne"}).status_code == 201


def collect(database: Database, many: int, *, day: int = 0) -> None:
    """Orders of 13:00 in Amsterdam, each waited for a minute longer than the one before."""
    with database.transaction() as session:
        for number in range(many):
            start = NOON - timedelta(days=day) - 60 * MIN
            for status, at in (("ready", start), ("arrived", start + MIN), ("collected", start + (2 + number) * MIN)):
                body = {"customer": "sanne", "place": "kalverstraat-102", "status": status}
                put_order(session, f"A-{day}-{number}", OrderBody.model_validate(body), keys=KEYS, now=at)


@pytest.mark.usefixtures("store")
def test_an_empty_page_says_what_to_do_first(enter: Enter) -> None:
    page = enter("staff").look("/console/pickup/times")
    assert WORDS["en"]["pt_empty"] in page.text
    assert "Look back 90 days" in page.text
    assert "times.csv" not in enter("viewer").http.get("/console/pickup/times?days=90").text


@pytest.mark.usefixtures("store")
def test_hours_with_their_numbers(enter: Enter, database: Database) -> None:
    collect(database, 5)
    answer = enter("viewer").http.get("/console/pickup/times")
    assert answer.text.count("3:00 min") == 2, "half within three minutes: all hours, and the one hour"
    assert answer.text.count("5:00 min") == 2
    assert answer.text.count('class="bar"') == 1
    assert "did not agree to messages about orders" in answer.text


@pytest.mark.usefixtures("store")
def test_of_few_no_time_is_shown(enter: Enter, database: Database) -> None:
    collect(database, 4)
    answer = enter("marketer").http.get("/console/pickup/times")
    assert answer.text.count("too few yet") == 2
    assert "min<" not in answer.text


@pytest.mark.usefixtures("store")
def test_days_are_chosen_and_what_is_no_number_of_them_is_a_week(enter: Enter, database: Database) -> None:
    collect(database, 5, day=20)
    person = enter("admin")
    for typed, shown in (("30", True), ("7", False), ("", False), ("x", False), ("31", False)):
        answer = person.http.get("/console/pickup/times", params={"days": typed})
        assert answer.status_code == 200
        assert ("<table" in answer.text) is shown, typed
    assert person.http.get("/console/pickup/times", params={"place": "nowhere", "days": "30"}).status_code == 200


@pytest.mark.usefixtures("store")
def test_the_file(enter: Enter, database: Database) -> None:
    collect(database, 5)
    answer = enter("staff").http.get("/console/pickup/times.csv?place=kalverstraat-102&days=7")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "arrived_to_handed_over,,5,180,300" in answer.text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1:00 min"), (96, "1:36 min"), (3599, "59:59 min"), (7500, "2:05 h")],
)
def test_times_are_short(seconds: int, said: str) -> None:
    assert lasting(seconds, Voice("en", ZoneInfo("UTC"))) == said


@pytest.mark.usefixtures("store")
def test_staff_of_other_stores_see_nothing_of_this_one(enter: Enter, admin: httpx.Client, database: Database) -> None:
    assert admin.put("/v1/places/leidseplein", json={**PLACE, "name": "Leidseplein"}).status_code == 201
    collect(database, 5)
    paths = ("/console/pickup/times", "/console/pickup/times?place=kalverstraat-102", "/console/pickup/times.csv")
    for store, told in (("kalverstraat-102", True), ("leidseplein", False)):
        staff = enter("staff", email=f"{store}@shop.example", places=[store])
        for path in paths:
            text = staff.http.get(path).text
            assert ("3:00 min" in text or ",180," in text) is told
