"""Home: what is live with its counts, what happens as it happens and of nobody, and what needs a person, each with what to do."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis import Redis

from offers import lately
from offers.records.database import Database
from offers.records.tables import Campaign, Delivery, Offer, Place, PushLane
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from workers.happenings import tell
from workers.vitals import HEARD_BEAT, HEARD_WORKER


@pytest.fixture
def live(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200


@pytest.fixture
def heard(redis_db: Redis, served: Served) -> None:
    """Workers and their clock are there."""
    for name in (HEARD_WORKER, HEARD_BEAT):
        redis_db.set(name, NOON.timestamp())


def walk_in(admin: httpx.Client, register: Register, town: Town, customer: str = "sanne") -> None:
    device = register(customer)
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    assert admin.post("/v1/pings", json=ping, headers=bearer(device["token"])).status_code == 202
    town.work()


@pytest.mark.usefixtures("live", "heard")
def test_what_is_live_has_its_counts_and_what_happened_its_lines(
    marketer: Person, admin: httpx.Client, register: Register, town: Town, database: Database
) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries"})
    walk_in(admin, register, town)
    with database.transaction() as session:
        old = session.query(Delivery).one()
        session.expunge(old)
        row = {one.name: getattr(old, one.key) for one in Delivery.__table__.columns}
        session.add(Delivery(**row | {"id": "dlv_older", "moment": "m", "created_at": NOON - timedelta(hours=3)}))
    page = marketer.look("/console")
    cells = page.html.partition('<table class="home-live">')[2].partition("</table>")[0]
    assert ">1</a>" in cells
    assert ">2</a>" in cells
    hour = next(to for to in page.html.split('"') if to.startswith("/console/deliveries?campaign=sneakers"))
    assert marketer.look(hour.replace("&amp;", "&")).html.count("/console/customers/sanne") == 1
    lines = page.html.partition("home-lines")[2].partition("</ul>")[0]
    assert lines.count("<li>") == 2
    assert lines.count("Kalverstraat 102") == 2
    assert "Sneakers" in lines
    for trail in ("sanne", "Sanne", "/console/customers/"):
        assert trail not in lines
    assert marketer.look("/console/now").html.count("<li>") == 2


@pytest.mark.usefixtures("live", "heard")
def test_nothing_needs_anybody_when_all_is_well(
    marketer: Person, admin: httpx.Client, register: Register, town: Town
) -> None:
    walk_in(admin, register, town)
    page = marketer.look("/console")
    assert "home-needs" not in page.html
    assert "Nothing waits for you." in page.text


@pytest.mark.usefixtures("live")
def test_what_stands_still_is_said(marketer: Person, redis_db: Redis) -> None:
    page = marketer.look("/console")
    assert "No worker is heard" in page.text
    assert "The clock (beat) is silent" in page.text
    redis_db.set(HEARD_WORKER, NOON.timestamp() - 10)
    redis_db.set(HEARD_BEAT, NOON.timestamp() - 31)
    page = marketer.look("/console")
    assert "No worker is heard" not in page.text
    assert "The clock (beat) is silent" in page.text


@pytest.mark.usefixtures("live", "heard")
def test_a_lane_that_pauses_is_said(marketer: Person, database: Database) -> None:
    with database.transaction() as session:
        session.add(PushLane(name="fcm:ios", alarm=True, reason="bad_credentials", since=NOON))
    page = marketer.look("/console")
    assert "The way out fcm:ios pauses" in page.text
    assert page.links["Messages that wait"] == "/console/deliveries?state=queued"


@pytest.mark.usefixtures("live", "heard")
@pytest.mark.parametrize(("spent", "said"), [(89, False), (90, True), (100, True)])
def test_a_budget_is_told_from_ninety_percent_on(
    marketer: Person, admin: httpx.Client, database: Database, spent: int, said: bool
) -> None:
    admin.put("/v1/offers/ten", json=OFFER | {"budget": 100})
    admin.put("/v1/offers/unused", json=OFFER | {"budget": 100, "name": "Unused"})
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    with database.transaction() as session:
        for offer in session.query(Offer):
            offer.spent = spent
    page = marketer.look("/console")
    assert (f"Ten percent: {spent} % of its budget is gone ({spent} of 100)." in page.text) is said
    assert "Unused" not in page.text, "no live campaign gives it"


@pytest.mark.usefixtures("live", "heard")
def test_messages_for_which_a_fact_was_missing_are_told(
    marketer: Person, admin: httpx.Client, register: Register, town: Town
) -> None:
    words = {"en": {"title": "Hello {{ customer.first_name }}", "body": "You are near."}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"messages": words})
    walk_in(admin, register, town, "nameless")
    said = "Sneakers: 1 of 1 messages of the last 24 hours went out with the default text, for lack of customer.first_name."
    assert said in marketer.look("/console").text


@pytest.mark.usefixtures("live", "heard")
def test_a_campaign_that_can_not_be_read_is_told(marketer: Person, database: Database) -> None:
    with database.transaction() as session:
        campaign = session.get_one(Campaign, "sneakers")
        broken: dict[str, Any] = {**campaign.definition, "messages": {"en": {"title": "{{ gone.away }}", "body": "x"}}}
        campaign.definition = broken
    assert "Sneakers can not be read any more" in marketer.look("/console").text


@pytest.mark.usefixtures("live", "heard")
def test_a_store_that_nobody_came_to_in_a_week_is_told(
    marketer: Person, admin: httpx.Client, database: Database, register: Register, town: Town
) -> None:
    said = "Kalverstraat 102 is a week old, and nobody was ever seen there."
    assert said not in marketer.look("/console").text
    with database.transaction() as session:
        session.get_one(Place, "kalverstraat-102").created_at = NOON - timedelta(days=7)
    page = marketer.look("/console")
    assert said in page.text
    assert page.links["Look at its outline"] == "/console/places/kalverstraat-102"
    walk_in(admin, register, town)
    assert said not in marketer.look("/console").text


def test_only_the_newest_are_counted(either_database: Database) -> None:
    """And the rest is said: on both databases, with every statement of the page."""
    with either_database.reading() as session:
        assert lately.live_now(lately.sending(session, now=NOON)) == []
        assert lately.newest(session, since=NOON, limit=5) == []
        assert lately.needs_a_person(session, lately.sending(session, now=NOON), now=NOON) == lately.Wanting(
            [], [], [], []
        )
        outcomes, states = lately.count_lately(session, since=NOON)
        assert (outcomes.by_name, states.more) == ({}, False)


def test_what_happens_is_told_without_whom(marketer: Person, served: Served, redis_db: Redis) -> None:
    with marketer.http.stream("GET", "/console/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        what = {"customer": "sanne", "place": "kalverstraat-102", "kind": "enter"}
        tell(redis_db, [{"type": "order", **what}, {"type": "transition", **what}])
        told = [next(one for one in lines if one.startswith(("id:", "event:", "data:"))) for _ in range(3)]
    assert told[1:] == ["event: transition", "data: {}"]
    missed = told[0].removeprefix("id: ")
    tell(redis_db, [{"type": "scan", **what}])
    with marketer.http.stream("GET", "/console/events", headers={"last-event-id": missed}) as answer:
        caught = next(one for one in answer.iter_lines() if one.startswith("event:"))
    assert caught == "event: scan"


def test_staff_and_strangers_are_told_nothing(enter: Enter, served: Served) -> None:
    staff = enter("staff")
    for path in ("/console/now", "/console/events"):
        assert staff.http.get(path).status_code == 403
        assert httpx.get(f"{served.url}{path}").status_code == 303
