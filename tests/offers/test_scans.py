"""One opening of a code: whose it is, whether it counts, where it leads."""

from typing import Any

import pytest

from offers.records.database import Database
from offers.rules.scanning import of_app
from tests.at_once import at_once
from tests.offers.posted import CODE, GOOGLEBOT, IPHONE, WHATSAPP, PostedTown, remembered
from tests.offers.stories import at, circle, enter


@pytest.fixture
def town(database: Database) -> PostedTown:
    return PostedTown(database)


def test_a_scan_is_a_row_with_what_the_browser_tells(town: PostedTown) -> None:
    town.posted()
    scanned = town.scan()
    [row] = town.scans()
    assert (scanned.state, scanned.scan_id, scanned.is_new) == ("live", row.id, True)
    assert (row.poster_id, row.campaign_id, row.kind, row.source) == ("centraal", "sneakers", "human", "web")
    assert (row.device_class, row.os, row.language) == ("phone", "ios", "nl")
    assert (row.customer_id, row.repeat, row.in_store) == (None, False, False)


@pytest.mark.parametrize("code", ["k7m4 9xqt-2r", "K7M49XQT2R", "k7m49xqt2r"])
def test_a_code_is_read_as_people_type_it(town: PostedTown, code: str) -> None:
    town.posted()
    assert town.scan(code=code).state == "live"


@pytest.mark.parametrize("code", ["", "K7M49XQT2S", "x" * 10_000, "'; --", "\x7f"])
def test_a_code_that_is_none_counts_nothing(town: PostedTown, code: str) -> None:
    town.posted()
    scanned = town.scan(code=code)
    assert (scanned.state, scanned.scan_id, town.scans()) == ("unknown", None, [])


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"retired_at": at(-1)}, "retired"),
        ({"ends_at": at(0)}, "ended"),
        ({"ends_at": at(1)}, "live"),
        ({"starts_at": at(1)}, "early"),
        ({"starts_at": at(0)}, "live"),
    ],
)
def test_a_poster_leads_somewhere_for_as_long_as_it_hangs(
    town: PostedTown, columns: dict[str, Any], state: str
) -> None:
    town.posted()
    town.change(**columns)
    scanned = town.scan()
    assert scanned.state == state
    assert len(town.scans()) == (state == "live")


def test_a_reload_is_no_second_scan_and_a_later_one_is_a_repeat(town: PostedTown) -> None:
    town.posted()
    first = town.scan()
    same = town.scan(minute=29, before=remembered(first))
    assert (same.scan_id, same.is_new) == (first.scan_id, False)
    later = town.scan(minute=60, before=remembered(first, minute=29))
    assert later.is_new
    assert [one.repeat for one in town.scans()] == [False, True]


def test_who_refuses_cookies_is_counted_anew(town: PostedTown) -> None:
    town.posted()
    town.scan()
    town.scan(minute=1)
    assert [one.repeat for one in town.scans()] == [False, False]


def test_what_a_browser_remembers_of_another_poster_or_of_a_scan_that_is_gone_is_passed_over(town: PostedTown) -> None:
    town.posted()
    town.poster("dam", code="B7M49XQT2R")
    first = town.scan()
    other = town.scan(code="B7M49XQT2R", before=remembered(first))
    assert other.is_new
    assert not town.scans()[-1].repeat
    forged = remembered(first)[0].__class__("centraal", "scn_gone", at(0))
    assert town.scan(before=[forged]).is_new


def test_a_device_is_at_the_same_scan_for_half_an_hour_without_any_cookie(town: PostedTown) -> None:
    town.posted()
    phone = town.phone()
    asked: dict[str, Any] = {"source": "app"}
    first = town.scan(phone, agent="MyApp/1", **asked)
    again = town.scan(phone, minute=20, agent="MyApp/1", **asked)
    assert first.kind == "human" or of_app("MyApp/1").kind == "human"
    assert again.scan_id == first.scan_id


def test_previews_and_bots_are_a_row_a_day_and_decide_nothing(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    for minute in range(5):
        town.scan(browser, minute=minute, agent=WHATSAPP)
        town.scan(browser, minute=minute, agent=GOOGLEBOT)
        town.scan(browser, minute=minute, agent=f"some-other-bot/{minute}")
    assert sorted(one.kind for one in town.scans()) == ["bot", "preview"]
    assert town.decisions() == []
    assert {one.customer_id for one in town.scans()} == {None}
    town.scan(minute=24 * 60, agent=WHATSAPP)
    assert len(town.scans()) == 3


def test_a_preview_has_a_page_as_people_do(town: PostedTown) -> None:
    town.posted()
    scanned = town.scan(agent=WHATSAPP)
    assert town.land(scanned.scan_id).item is not None
    assert town.scan(agent=WHATSAPP, minute=1).scan_id == scanned.scan_id


def ways(town: PostedTown) -> None:
    town.posted()
    for name in ("inside", "again", "then"):
        town.campaign(name, on="scan")
    town.change(inside_campaign_id="inside", again_campaign_id="again", then_campaign_id="then")


def test_who_comes_again_is_led_elsewhere(town: PostedTown) -> None:
    ways(town)
    first = town.scan()
    town.scan(minute=60, before=remembered(first))
    assert town.led_to() == ["sneakers", "again"]


def test_a_customer_comes_again_by_another_browser(town: PostedTown) -> None:
    ways(town)
    town.scan(town.browser("sanne"))
    town.scan(town.browser("sanne"), minute=60)
    assert town.led_to() == ["sneakers", "again"]
    assert town.scans()[-1].repeat


def test_a_poster_switches_at_a_time(town: PostedTown) -> None:
    ways(town)
    town.change(then_at=at(10))
    first = town.scan(minute=9)
    town.scan(minute=10)
    town.scan(minute=60, before=remembered(first, minute=9))
    assert town.led_to() == ["sneakers", "then", "then"]
    assert town.scanned() == 0, "nothing is counted where no number is waited for"


def test_a_poster_inside_leads_inside_before_all(town: PostedTown) -> None:
    ways(town)
    town.change(inside=True, then_at=at(-1))
    town.scan()
    assert town.led_to() == ["inside"]
    assert town.scans()[0].in_store


def test_what_is_not_set_is_passed_over(town: PostedTown) -> None:
    town.posted()
    town.change(inside=True, then_at=at(-1))
    town.scan()
    assert town.led_to() == ["sneakers"]


def test_who_stays_at_a_store_scans_inside(town: PostedTown) -> None:
    ways(town)
    fence = town.fences("kalverstraat")["premises"]
    town.customer("sanne")
    town.cross(enter(town.device("sanne"), fence, 0))
    town.scan(town.browser("sanne"), minute=1)
    assert (town.led_to(), town.scans()[0].in_store) == (["inside"], True)


def test_who_stays_at_a_landmark_or_only_comes_near_does_not(town: PostedTown) -> None:
    ways(town)
    town.place("dam", [circle(role="premises")], kind="landmark")
    town.place("rokin", [circle(), circle(500, role="approach")])
    town.customer("sanne")
    phone = town.device("sanne")
    town.cross(enter(phone, town.fences("dam")["premises"], 0))
    town.cross(enter(phone, town.fences("rokin")["approach"], 0))
    town.scan(town.browser("sanne"), minute=1)
    assert town.led_to() == ["sneakers"]


def test_an_app_says_that_it_is_in_a_store(town: PostedTown) -> None:
    ways(town)
    town.place("dam", [circle(role="premises")], kind="landmark")
    town.scan(source="app", inside=frozenset({"dam"}))
    town.scan(source="app", inside=frozenset({"dam", "kalverstraat"}))
    assert town.led_to() == ["sneakers", "inside"]


def test_the_first_so_many_scans_and_no_more(town: PostedTown) -> None:
    ways(town)
    town.change(then_after=2)
    for minute in range(4):
        town.scan(minute=minute)
        town.scan(minute=minute, agent=WHATSAPP)
    assert [one.campaign_id for one in town.scans() if one.kind == "human"] == ["sneakers", "sneakers", "then", "then"]
    assert town.scanned() == 2


def test_sixteen_at_once_switch_to_the_unit(town: PostedTown) -> None:
    ways(town)
    town.change(then_after=7)
    browsers = [town.browser(f"customer-{number}") if number % 2 else None for number in range(16)]
    at_once([lambda one=one: town.scan(one) for one in browsers])  # type: ignore[misc]  # each its own
    assert sorted(map(str, town.led_to())) == ["sneakers"] * 7 + ["then"] * 9
    assert town.scanned() == 7


def test_a_recognised_browser_is_decided_for_at_once(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    scanned = town.scan(browser)
    assert scanned.given is not None
    assert scanned.given.outcome == "send"
    assert scanned.given.coupon is not None
    assert (scanned.customer_id, town.scans()[0].customer_id, town.scans()[0].device_id) == ("sanne", "sanne", browser)
    assert town.outcomes() == [("sneakers", "scan", "send")]
    assert town.coupon_states() == ["issued"]
    assert [one["type"] for one in scanned.follows.happened] == ["scan", "decision"]


def test_what_is_told_of_a_scan_has_no_position(town: PostedTown) -> None:
    town.posted()
    scanned = town.scan(source="app", inside=frozenset({"kalverstraat"}))
    [told] = scanned.follows.happened
    assert not {"lat", "lon"} & set(told)
    assert told["poster"] == "centraal"


def test_a_browser_that_was_revoked_or_is_an_apps_device_is_nobodys(town: PostedTown) -> None:
    town.posted()
    app = town.phone("tom")
    town.scan(app)
    town.scan("dev_gone", minute=1)
    assert [one.customer_id for one in town.scans()] == [None, None]


def test_a_poster_without_a_campaign_still_has_a_page(town: PostedTown) -> None:
    town.posted()
    town.change(campaign_id=None)
    browser = town.browser("sanne")
    scanned = town.scan(browser)
    assert scanned.given is not None
    assert scanned.given.outcome is None
    page = town.land(scanned.scan_id, browser)
    assert (page.state, page.item, page.offer, [one.id for one in page.stores]) == (
        "live",
        None,
        None,
        ["kalverstraat"],
    )


def test_a_digital_link_leads_to_the_poster_that_has_its_key(town: PostedTown) -> None:
    town.posted()
    town.change(digital_link="01/09506000134352")
    scanned = town.scan(code="", keys=("01/09506000134352/10/ABC", "01/09506000134352"))
    assert scanned.poster_id == "centraal"
    assert town.scan(code="", keys=("01/09506000134369",)).state == "unknown"


def test_the_same_code_on_the_same_device_at_once_is_one_scan(town: PostedTown) -> None:
    town.posted()
    phone = town.phone()
    found = at_once([lambda: town.scan(phone, agent=IPHONE, source="app")] * 8)
    assert len({one.scan_id for one in found}) == 1
    assert len(town.scans()) == 1
    assert CODE not in str(town.scans()[0].__dict__)
