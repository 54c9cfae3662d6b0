"""Launch checks of campaigns of posters: who hangs where, what the store has of it, and nothing of geofences."""

from typing import Any

import pytest

from offers.campaigns import check_campaign, whom_a_check_needs
from offers.errors import Conflict
from offers.products import delete_product
from offers.rules.launch import Finding, Reach
from tests.offers.posters import poster
from tests.offers.stories import NOON, Town, at

PLAIN = {"en": {"title": "Yours", "body": "At {{ place.name }}"}}


def found(town: Town, on: str = "scan", **more: Any) -> list[Finding]:
    town.campaign("poster", on, live=False, **{"messages": PLAIN, **more})
    return town.read(lambda session: check_campaign(session, "poster", now=NOON))


def names(town: Town, on: str = "scan", **more: Any) -> list[tuple[str, str, bool]]:
    return [(one.name, one.path, one.refuses) for one in found(town, on, **more)]


@pytest.fixture
def hung(town: Town) -> Town:
    """A store without any geofence, and a poster that leads to the campaign."""
    town.place()
    town.campaign("poster", "scan", live=False, messages=PLAIN)
    poster(town, campaign_id="poster")
    return town


def test_geofences_positions_devices_and_quiet_hours_matter_to_no_scan(hung: Town) -> None:
    hung.customer(consents=("offers",))
    assert names(hung, schedule={"weekly": "Mo-Su 22:00-07:00"}) == []


def test_nobody_has_to_be_known_for_a_page(hung: Town) -> None:
    assert names(hung) == []
    assert names(hung, audience={"fact": "language", "is": "fr"}) == []


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ({"campaign_id": None}, 1),
        ({"retired_at": NOON}, 1),
        ({"ends_at": NOON}, 1),
        ({"ends_at": at(1)}, 0),
        ({"starts_at": at(1)}, 0),
        ({"campaign_id": None, "inside_campaign_id": "poster"}, 0),
        ({"campaign_id": None, "again_campaign_id": "poster"}, 0),
        ({"campaign_id": None, "then_campaign_id": "poster"}, 0),
    ],
)
def test_a_campaign_that_no_poster_leads_to_is_told(town: Town, gone: dict[str, Any], left: int) -> None:
    town.place()
    town.campaign("poster", "scan", live=False, messages=PLAIN)
    poster(town, **{"campaign_id": "poster", **gone})
    assert names(town) == [("no_poster", "trigger", False)] * left


def test_places_that_no_poster_hangs_at_are_named(hung: Town) -> None:
    hung.place("far", lat=53.0)
    hung.place("own", lat=54.0)
    poster(hung, "own", place="own", campaign_id="poster")
    [finding] = found(hung, trigger={"on": "scan", "places": ["kalverstraat", "far", "own"]})
    assert (finding.name, finding.path, finding.facts["places"]) == ("no_poster_there", "trigger.places", ["far"])


def test_without_a_store_nothing_can_be_decided(town: Town) -> None:
    town.place("station", kind="landmark")
    town.campaign("poster", "scan", live=False, messages=PLAIN)
    poster(town, campaign_id="poster")
    assert names(town) == [("no_store", "trigger", True)]
    with pytest.raises(Conflict, match="can not be launched"):
        town.campaign("poster", "scan", messages=PLAIN)
    poster(town, "hall", place="station", campaign_id="poster")
    assert names(town) == [], "a poster may belong to any place"


@pytest.mark.parametrize(
    ("stock", "told"),
    [
        ({}, ["no_stock"]),
        ({"kalverstraat": 0}, ["no_stock"]),
        ({"kalverstraat": {"38": 0, "39": 0}}, ["no_stock"]),
        ({"kalverstraat": {"38": 0, "39": 1}}, []),
        ({"kalverstraat": 2}, []),
    ],
)
@pytest.mark.parametrize("on", ["scan", "abandoned"])
def test_a_product_that_no_store_has_is_told(hung: Town, stock: dict[str, Any], told: list[str], on: str) -> None:
    hung.product(stock=stock)
    hung.phone()
    assert [name for name, *_ in names(hung, on, product="SNEAK-1")] == told


def test_a_product_that_is_gone_is_told(hung: Town) -> None:
    hung.product(stock={"kalverstraat": 1})
    hung.campaign("poster", "scan", live=False, messages=PLAIN, product="SNEAK-1")
    hung.write(lambda session: delete_product(session, "SNEAK-1"))
    findings = hung.read(lambda session: check_campaign(session, "poster", now=NOON))
    assert [(one.name, one.facts) for one in findings] == [("no_product", {"product": "SNEAK-1"})]


def test_a_campaign_at_geofences_may_show_what_is_sold_out(town: Town) -> None:
    town.place()
    town.phone()
    town.product()
    assert names(town, "enter", product="SNEAK-1") == []


def test_what_strangers_lack_is_told_of_a_page_and_not_of_a_reminder(hung: Town) -> None:
    hung.phone()
    words = {
        "en": {"title": "Hi {{ customer.first_name }}", "body": "{{ customer.size.shoes | default: 'All' }} sizes"}
    }
    assert names(hung, messages=words) == [("unknown_to_strangers", "messages.en.title", False)]
    assert names(hung, "abandoned", messages=words) == []


@pytest.mark.parametrize("on", ["scan", "abandoned"])
def test_how_far_it_is_no_posters_moment_knows(hung: Town, on: str) -> None:
    hung.phone()
    words = {"en": {"title": "Near", "body": "{{ place.distance_m }} metres"}}
    assert names(hung, on, messages=words) == [("never_known", "messages.en.body", False)]


def test_no_other_campaign_is_asked_of_a_scan(hung: Town) -> None:
    hung.campaign("first", "scan", priority=900, messages=PLAIN)
    hung.campaign("before", "abandoned", priority=900, messages=PLAIN)
    hung.phone()
    assert names(hung) == []
    assert names(hung, "abandoned") == [("outranked_always", "priority", False)]


def test_a_reminder_needs_offers_and_a_device_and_no_location(hung: Town) -> None:
    hung.customer(consents=("offers",))
    assert names(hung, "abandoned") == [("nobody_to_remind", "audience", False)]
    hung.device()
    assert names(hung, "abandoned") == []


def test_how_many_it_reaches_goes_by_what_it_needs(hung: Town) -> None:
    hung.phone("all")
    hung.phone("offers-only", consents=("offers",))
    hung.customer("no-phone", consents=("offers",))
    hung.phone("location-only", consents=("location",))

    def reach(on: str) -> Reach | None:
        hung.campaign("poster", on, live=False, messages=PLAIN)
        reached = hung.read(lambda session: whom_a_check_needs(session, "poster", now=NOON))
        return reached.reach if reached else None

    assert reach("enter") == Reach(4, 3, 1, 1)
    assert reach("scan") == Reach(4, 3, 3, 3)
    assert reach("abandoned") == Reach(4, 3, 3, 2)


def test_a_small_budget_is_told_by_who_may_have_it(hung: Town) -> None:
    hung.offer(budget=1)
    for number in range(11):
        hung.customer(f"c{number}", consents=("offers",))
    [finding] = found(hung, offer="ten-percent")
    assert (finding.name, finding.facts) == ("small_budget", {"left": 1, "reachable_and_consenting": 11})


def test_reminders_that_the_desk_has_switched_off_are_refused(hung: Town) -> None:
    hung.phone()
    hung.limits(abandoned_after=None)
    assert names(hung, "abandoned") == [("abandoned_off", "trigger.on", True)]
    assert names(hung, "scan") == []


def test_reminders_without_any_poster_are_told(town: Town) -> None:
    town.place()
    town.phone()
    assert names(town, "abandoned") == [("no_poster", "trigger", False)]


def test_reminders_go_by_the_quiet_hours(hung: Town) -> None:
    hung.phone()
    assert names(hung, "abandoned", schedule={"weekly": "Mo-Su 22:00-07:00"}) == [
        ("always_quiet", "schedule.weekly", True)
    ]


def test_what_role_it_says_makes_no_difference(hung: Town) -> None:
    assert names(hung, trigger={"on": "scan", "role": "approach"}) == []
