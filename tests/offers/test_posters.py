"""Posters: what may be written, codes that are nobody else's, and taking one down while a file is read in."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from offers.errors import BadInput, Conflict, NotFound
from offers.posters import (
    AskedPosters,
    AskedScans,
    add_poster,
    around_poster,
    delete_poster,
    get_poster,
    list_posters,
    list_scans,
    poster_sheet,
    put_poster,
    put_posters,
    retire_poster,
    scans_a_day,
)
from offers.records.database import Database
from offers.records.tables import Campaign, Poster, Scan
from offers.rules.coupon_codes import DIGITS
from offers.rules.edit import anyway
from offers.rules.poster import PosterBody
from tests.at_once import at_once
from tests.offers.stories import LAT, LON, NOON, Town, at

LINK = "https://id.gs1.org/01/09506000134352"


@pytest.fixture
def town(either_database: Database) -> Town:
    town = Town(either_database)
    town.place()
    town.campaign("scanned", "scan", live=False)
    return town


def body(**more: Any) -> PosterBody:
    plain = {"place": "kalverstraat", "campaign": "scanned"}
    return PosterBody.model_validate({name: value for name, value in (plain | more).items() if value is not None})


def put(town: Town, poster: str = "window", *, now: Any = NOON, **more: Any) -> dict[str, Any]:
    return town.write(lambda session: put_poster(session, poster, body(**more), now=now))[0]


def scan(town: Town, poster: str = "window", *, minute: float = 0, **more: Any) -> None:
    plain = {"kind": "human", "device_class": "phone", "source": "web", "repeat": False, "in_store": False}
    number = f"{int(minute * 1000):09}"
    row = Scan(id=f"scn_{poster}_{number}_{more.get('kind', '')}", poster_id=poster, at=at(minute), **plain | more)
    town.write(lambda session: session.add(row))


def test_a_poster_hangs_at_its_place_and_keeps_its_code(town: Town) -> None:
    made = put(town)
    assert (made["lat"], made["lon"]) == (LAT, LON)
    assert len(made["code"]) == 10
    assert set(made["code"]) <= set(DIGITS)
    later = put(town, name="Window", lat=52.0, lon=5.0, now=at(5))
    assert later["code"] == made["code"]
    assert (later["name"], later["lat"], later["updated_at"]) == ("Window", 52.0, at(5))
    assert put(town, name="Window", lat=52.0, lon=5.0, now=at(9)) == later


def test_scans_are_counted_by_the_days_of_a_clock(town: Town) -> None:
    put(town)
    put(town, "shelf")
    midnight = datetime.combine(NOON.date(), time(), UTC)
    early = (midnight - timedelta(minutes=30) - NOON) / timedelta(minutes=1)
    for minute in (early, early - 40, 0, 1):
        scan(town, minute=minute)
    scan(town, minute=2, kind="bot")
    scan(town, minute=-40 * 1440)

    def days(hours: int) -> Any:
        ahead = timedelta(hours=hours)
        return town.read(lambda session: scans_a_day(session, ["window", "shelf"], now=NOON, offset=ahead))

    today, before = NOON.date(), NOON.date() - timedelta(days=1)
    assert days(0) == {"window": {today: 2, before: 2}, "shelf": {}}
    assert days(1) == {"window": {today: 3, before: 1}, "shelf": {}}
    assert days(-5) == {"window": {today: 2, before: 2}, "shelf": {}}


def test_everything_that_is_said_comes_back(town: Town) -> None:
    for one in ("inside", "again", "then"):
        town.campaign(one, "scan", live=False)
    said: dict[str, Any] = {
        "name": "Window",
        "inside": True,
        "in_store": "inside",
        "again": "again",
        "then": {"campaign": "then", "after_scans": 3, "at": at(10)},
        "from": at(1),
        "until": at(20),
    }
    made = put(town, **said, digital_link=LINK)
    assert {name: made[name] for name in said} == said
    assert made["digital_link"] == "01/09506000134352"
    assert put(town, **said, digital_link=made["digital_link"])["updated_at"] == made["updated_at"]


@pytest.mark.parametrize(
    ("more", "path", "name"),
    [
        ({"campaign": "nowhere"}, "campaign", "no_such_campaign"),
        ({"campaign": "enters"}, "campaign", "not_a_scan_campaign"),
        ({"in_store": "enters"}, "in_store", "not_a_scan_campaign"),
        ({"again": "enters"}, "again", "not_a_scan_campaign"),
        ({"then": {"campaign": "enters", "after_scans": 3}}, "then.campaign", "not_a_scan_campaign"),
        ({"place": "nowhere"}, "place", "no_such_place"),
    ],
)
def test_faults_name_field_and_problem(town: Town, more: dict[str, Any], path: str, name: str) -> None:
    town.campaign("enters")
    with pytest.raises(BadInput) as refused:
        put(town, **more)
    assert [(one.path, one.name) for one in refused.value.faults] == [(path, name)]


def test_an_id_is_no_address_of_a_picture(town: Town) -> None:
    with pytest.raises(BadInput, match=r"may not end in \.svg"):
        put(town, "window.svg")


def test_a_digital_link_leads_to_one_poster(town: Town) -> None:
    put(town, "first", digital_link=LINK)
    with pytest.raises(Conflict) as refused:
        put(town, "second", digital_link=LINK)
    assert refused.value.reason == "taken"
    assert [one.path for one in refused.value.faults] == ["digital_link"]
    town.write(lambda session: retire_poster(session, "first", now=NOON))
    assert put(town, "second", digital_link=LINK)["digital_link"] == "01/09506000134352"
    assert town.read(lambda session: get_poster(session, "first"))["digital_link"] is None


def test_one_that_was_taken_down_stays_so(town: Town) -> None:
    code = put(town)["code"]
    down = town.write(lambda session: retire_poster(session, "window", now=at(3)))
    assert down["retired_at"] == at(3)
    again = town.write(lambda session: retire_poster(session, "window", now=at(9)))
    assert again["retired_at"] == at(3)
    with pytest.raises(Conflict) as refused:
        put(town, name="Up again")
    assert refused.value.reason == "retired"
    kept = put(town)
    assert (kept["code"], kept["retired_at"], kept["name"]) == (code, at(3), None)


def test_only_what_was_never_scanned_is_removed(town: Town) -> None:
    put(town)
    put(town, "other")
    scan(town, kind="bot")
    with pytest.raises(Conflict) as refused:
        town.write(lambda session: delete_poster(session, "window"))
    assert refused.value.reason == "was_scanned"
    town.write(lambda session: delete_poster(session, "other"))
    with pytest.raises(NotFound):
        town.read(lambda session: get_poster(session, "other"))


def test_it_stays_when_its_campaign_and_place_go(town: Town) -> None:
    put(town)
    town.write(lambda session: session.delete(session.get_one(Campaign, "scanned")))
    made = town.read(lambda session: get_poster(session, "window"))
    assert made["campaign"] is None
    sheet = town.read(lambda session: poster_sheet(session, "window", "nl"))
    assert (sheet.title, sheet.store, sheet.language) == (None, "Kalverstraat", "nl")


def test_counting_begins_anew_with_another_switch(town: Town) -> None:
    then = {"campaign": "scanned", "after_scans": 3}
    put(town, then=then)

    def count(session: Any) -> None:
        session.get_one(Poster, "window").scanned = 2

    def counted() -> int:
        return town.read(lambda session: session.get_one(Poster, "window").scanned)

    town.write(count)
    put(town, then=then | {"after_scans": 5})
    assert counted() == 2
    put(town)
    assert counted() == 0


@pytest.mark.parametrize(
    ("more", "minute", "state"),
    [
        ({}, 0, "live"),
        ({"from": at(5)}, 4, "early"),
        ({"from": at(5)}, 5, "live"),
        ({"until": at(5)}, 4, "live"),
        ({"until": at(5)}, 5, "ended"),
    ],
)
def test_its_state_is_what_a_scan_would_find(town: Town, more: dict[str, Any], minute: float, state: str) -> None:
    put(town, **more)
    assert town.read(lambda session: around_poster(session, "window", now=at(minute)))["state"] == state


def test_people_previews_and_bots_are_counted_apart(town: Town) -> None:
    put(town)
    put(town, "other")
    for minute, kind in ((1, "human"), (7, "human"), (8, "preview"), (9, "bot")):
        scan(town, minute=minute, kind=kind)
    items, _ = town.read(lambda session: list_posters(session, AskedPosters(), now=NOON))
    assert {one["id"]: one["scans"] for one in items} == {
        "window": {"people": 2, "previews": 1, "bots": 1, "first_at": at(1), "last_at": at(7)},
        "other": {"people": 0, "previews": 0, "bots": 0, "first_at": None, "last_at": None},
    }


def test_a_list_asks_as_often_for_one_as_for_forty(town: Town) -> None:
    def asked() -> int:
        with town.statements() as seen:
            town.read(lambda session: list_posters(session, AskedPosters(), now=NOON))
        return len(seen)

    put(town)
    scan(town)
    first = asked()
    for number in range(40):
        put(town, f"poster-{number}")
        scan(town, f"poster-{number}")
    assert asked() == first


def test_a_file_is_written_in_a_number_of_statements_that_does_not_grow(town: Town) -> None:
    def written(prefix: str, many: int) -> int:
        with town.statements() as seen:
            bodies = {f"{prefix}-{number}": body(name=str(number)) for number in range(many)}
            done = town.write(lambda session: put_posters(session, bodies, now=NOON))
        assert set(done.codes) == done.created == set(bodies)
        return len(seen)

    assert written("few", 2) == written("many", 60)


def test_posters_are_listed_by_campaign_and_place(town: Town) -> None:
    town.place("dam")
    town.campaign("other", "scan", live=False)
    put(town, "a")
    put(town, "b", campaign="other", again="scanned")
    put(town, "c", campaign="other", place="dam")

    def ids(**asked: Any) -> list[str]:
        items, _ = town.read(lambda session: list_posters(session, AskedPosters(**asked), now=NOON))
        return [one["id"] for one in items]

    assert ids(campaign="scanned") == ["a", "b"]
    assert ids(campaign="other") == ["b", "c"]
    assert ids(place="dam") == ["c"]
    assert ids(limit=2) == ["a", "b"]
    assert ids(after="b") == ["c"]


def test_scans_are_told_newest_first(town: Town) -> None:
    put(town)
    put(town, "other")
    for minute in range(5):
        scan(town, minute=minute, campaign_id="scanned" if minute else None)
    scan(town, "other", minute=2, kind="preview")

    def ats(**asked: Any) -> list[Any]:
        items, _ = town.read(lambda session: list_scans(session, AskedScans(**asked)))
        return [one["at"] for one in items]

    assert ats(poster="window") == [at(minute) for minute in (4, 3, 2, 1, 0)]
    assert ats(campaign="scanned") == [at(minute) for minute in (4, 3, 2, 1)]
    assert ats(poster="window", since=at(3)) == [at(4), at(3)]
    assert ats(kind="preview") == [at(2)]
    first, cursor = town.read(lambda session: list_scans(session, AskedScans("window", limit=3)))
    rest, end = town.read(lambda session: list_scans(session, AskedScans("window", limit=3, cursor=cursor)))
    assert [one["at"] for one in first + rest] == [at(minute) for minute in (4, 3, 2, 1, 0)]
    assert end is None


def test_the_sheet_speaks_the_campaigns_language(town: Town) -> None:
    put(town, name="Hall")
    sheet = town.read(lambda session: poster_sheet(session, "window", "nl"))
    assert (sheet.title, sheet.store, sheet.language) == ("Hoi daar", "Kalverstraat", "nl")
    assert town.read(lambda session: poster_sheet(session, "window", None)).title == "Hi there"
    german = town.read(lambda session: poster_sheet(session, "window", "de"))
    assert (german.title, german.language) == ("Hi there", "de")


def test_a_title_that_needs_its_customer_is_none_of_a_poster(town: Town) -> None:
    messages = {"en": {"title": "Hi {{ customer.first_name }}", "body": "x"}}
    town.campaign("personal", "scan", live=False, messages=messages)
    put(town, campaign="personal")
    assert town.read(lambda session: poster_sheet(session, "window", None)).title is None


def test_two_that_are_made_at_once_never_share_a_code(town: Town) -> None:
    many = 8
    made = at_once([partial(town.write, lambda session: add_poster(session, body(), now=NOON))] * many)
    assert len({one["code"] for one in made}) == many


def maker(*codes: str) -> Callable[[], str]:
    left: Iterator[str] = itertools.chain(codes, (f"{number:010}" for number in itertools.count(100)))
    return lambda: next(left)


def test_a_code_that_somebody_has_is_made_anew(town: Town) -> None:
    def make(poster: str, make_code: Callable[[], str]) -> str:
        item, _ = town.write(
            lambda session: put_poster(session, poster, body(), now=NOON, check=anyway, make_code=make_code)
        )
        return str(item["code"])

    assert make("first", maker("AAAAAAAAAA")) == "AAAAAAAAAA"
    assert make("second", maker("AAAAAAAAAA", "BBBBBBBBBB")) == "BBBBBBBBBB"


def test_codes_that_meet_at_once_are_made_anew(town: Town) -> None:
    def make(number: int) -> str:
        one = put_poster
        item, _ = town.write(
            lambda session: one(
                session, f"poster-{number}", body(), now=NOON, make_code=maker("AAAAAAAAAA", f"{number:010}")
            )
        )
        return str(item["code"])

    made = at_once([partial(make, number) for number in range(6)])
    assert len(set(made)) == 6
    assert made.count("AAAAAAAAAA") == 1


def test_one_link_that_two_want_at_once_leads_to_one(town: Town) -> None:
    def want(number: int) -> str:
        try:
            put(town, f"poster-{number}", digital_link=LINK)
        except Conflict as refused:
            return refused.reason
        return "has it"

    made = at_once([partial(want, number) for number in range(4)])
    assert sorted(made) == ["has it", "taken", "taken", "taken"]


def test_taken_down_while_a_file_is_read_in(town: Town) -> None:
    ids = [f"poster-{number}" for number in range(12)]
    for one in ids:
        put(town, one)
    bodies = {one: body(name="From the file") for one in ids}

    def read_in() -> None:
        town.write(lambda session: put_posters(session, bodies, now=NOON + timedelta(minutes=1)))

    def take_down() -> None:
        for one in reversed(ids):
            town.write(partial(retire_poster, poster_id=one, now=NOON))

    at_once([read_in, take_down, read_in])
    items, _ = town.read(lambda session: list_posters(session, AskedPosters(), now=NOON))
    assert [one["id"] for one in items] == sorted(ids)
    assert {one["retired_at"] for one in items} == {NOON}
