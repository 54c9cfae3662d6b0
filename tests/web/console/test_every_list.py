"""Every list of the console filters, sorts both ways, turns its pages both ways and can be taken along; and every table and list of a page is
in these tables, so that one which does not is told of.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from offers.records.database import Database
from offers.rules.leafing import Turn
from tests.conftest import NOON
from tests.offers.stories import Town as Stories
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.reading import PageText
from tests.web.console.test_inbox import shop
from tests.web.console.test_reports import keep
from tests.web.hooks.conftest import SECRET, standard
from web.console.listing import Asked

__all__ = ["shop"]
LISTS = {
    "campaigns.html": "/console/campaigns",
    "customers.html": "/console/customers",
    "decisions.html": "/console/decisions",
    "deliveries.html": "/console/deliveries",
    "inbox.html": "/console/inbox",
    "offer_coupons.html": "/console/offers/ten/coupons",
    "offers.html": "/console/offers",
    "places.html": "/console/places",
    "posters.html": "/console/posters",
    "report.html": "/console/reports",
    "settings_deeds.html": "/console/settings/deeds",
    "settings_keys.html": "/console/settings/keys",
    "settings_shops.html": "/console/settings/shops",
    "settings_shop.html": "/console/settings/shops/web",
    "users.html": "/console/users",
    "versions.html": "/console/campaigns/sneakers/versions",
}
"""Template to the list that it shows."""
FILTERED = {
    "/console/campaigns": "q=e",
    "/console/customers": "q=anne",
    "/console/decisions": "campaign=sneakers",
    "/console/deliveries": "campaign=sneakers",
    "/console/inbox": "state=waiting",
    "/console/offers/ten/coupons": "state=issued",
    "/console/offers": "kind=percentage",
    "/console/places": "kind=store",
    "/console/posters": "state=live",
    "/console/reports": "by=campaign",
    "/console/settings/deeds": "noun=user",
    "/console/settings/keys": "as=read",
    "/console/settings/shops": "kind=standard",
    "/console/settings/shops/web": "state=failed",
    "/console/users": "enter=yes",
    "/console/campaigns/sneakers/versions": "q=e",
}
"""A filter of each that leaves two rows or more."""
NEITHER = "links, sentences or choices of one page, as many as somebody wrote"
NO_LISTS = {
    **dict.fromkeys(
        (
            *(
                "base.html",
                "parts.html",
                "settings.html",
                "settings_parts.html",
                "start.html",
                "user.html",
                "remove.html",
            ),
            *("coupon_release.html", "customer_erase.html", "poster_retire.html", "step.html", "user_ask.html"),
            "test_sure.html",
            *("settings_key_revoke.html", "settings_key_rotate.html", "campaign_form.html", "campaign_frames.html"),
            *("campaign_who.html", "campaign_test.html", "place_remarks.html", "pickup_order.html", "offer.html"),
            *("settings_shop_event.html", "settings_shop_delete.html", "settings_shop_rotate.html"),
        ),
        NEITHER,
    ),
    "campaign.html": "counts that lead to their rows, and the ten newest versions, which lead to their list",
    "customer.html": "a timeline: narrowed to a kind, a page at a time, and given out whole as a file; a person's few devices",
    "home.html": "what needs a person, as many as fit; the rest leads to its list",
    "now.html": "what happens now, and the newest lines of an hour",
    "live.html": "what the live map shows, as text, a page at a time",
    "offer_codes.html": "lines of a file that was looked through, before anything is written",
    "pickup.html": "a board, which has an order of its own: who stands there comes first",
    "pickup_parts.html": "the same board",
    "pickup_times.html": "numbers of a span of days, with a file of its own",
    "place.html": "links of one place",
    "places_import.html": "rows of a file that was looked through, before anything is written",
    "posters_import.html": "rows of a file that was looked through, before anything is written",
    "rehearsal.html": "what one rehearsal counted, and a sample of it that is not kept",
    "settings_health.html": "the parts of the service, which are always the same",
    "settings_push.html": "the ways out, which are always the same, and one customer's devices to choose from",
    "settings_consents.html": "the texts that were ever asked, all of them, and the names that others gave to theirs",
    "settings_consent.html": "one text, and how many agree in each language",
    "why.html": "those whom a name fits, to choose from",
}
"""Why a table or a list of a page is none that is filtered and sorted."""
TEMPLATES = Path(__file__).parents[3] / "web" / "templates" / "console"


def test_every_table_of_the_console_is_a_list_or_says_why_it_is_none() -> None:
    holding = {one.name for one in TEMPLATES.glob("*.html") if re.search(r"<(table|ul)\b", one.read_text("utf-8"))}
    assert holding - LISTS.keys() - NO_LISTS.keys() == set(), "a new one: filter, sort, page and export it"
    assert NO_LISTS.keys() - holding == set(), "is none any more"
    assert set(FILTERED) == set(LISTS.values())


@pytest.fixture
def full(  # noqa: PLR0917 - a whole shop
    shop: Stories, admin: httpx.Client, register: Register, town: Town, enter: Enter, database: Database
) -> Person:
    """An admin before three rows or more of everything."""
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    admin.put("/v1/places/here", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER | {"budget": 100})
    assert admin.post("/v1/shops", json={"id": "web", "kind": "standard", "name": "Web", "secret": SECRET}).is_success
    for number in range(3):
        said = {
            "type": "order.placed",
            "timestamp": NOON.isoformat(),
            "data": {"id": f"a-{number}", "place": "nowhere"},
        }
        raw = json.dumps(said).encode()
        signed = standard(raw, message_id=f"msg_{number}", at=NOON.timestamp())
        assert admin.post("/hooks/orders", content=raw, headers=signed).is_success
        admin.put(f"/v1/offers/o-{number}", json=OFFER)
        admin.post("/v1/shops", json={"id": f"w-{number}", "kind": "standard", "name": f"W {number}"})
        campaign = CAMPAIGN | {"name": f"Sneakers {number}", "offer": "ten", "trigger": {"on": "enter"}}
        admin.put("/v1/campaigns/sneakers", json=campaign)
        scanned = CAMPAIGN | {"name": f"Scanned {number}", "trigger": {"on": "scan"}}
        admin.put(f"/v1/campaigns/scanned-{number}", json=scanned)
        admin.put(f"/v1/posters/p-{number}", json={"place": "here", "campaign": f"scanned-{number}"})
        admin.post("/v1/keys", json={"role": "read"})
        keep(database, ("matched", "", 5 + number % 2), ("sent", "", 3), campaign_id=f"scanned-{number}")
    admin.post("/v1/campaigns/sneakers/launch")
    for number in range(3):
        admin.put(
            f"/v1/customers/c-{number}",
            json={"name": f"Hanneke {number}", "consents": {"location": True, "offers": True}},
        )
        device = register(f"c-{number}", push_token=f"t-{number}")
        admin.post("/v1/pings", json=ping, headers=bearer(device["token"]))
    town.work()
    for role in ("viewer", "marketer"):
        enter(role)
    return enter("admin", language="en")


@pytest.fixture
def one_row_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def turn(asked: Asked, limit: int | None = None) -> Turn:
        return Turn(asked.form.text("sort"), asked.form.text("cursor"), limit or 1, count=limit is None)

    monkeypatch.setattr(Asked, "turn", turn)


def row_of(page: PageText) -> str:
    """What the one row of the list leads to or says."""
    if (found := re.search(r'<table class="listed.*?<tbody>(.*?)</tbody>', page.html, re.DOTALL)) is None:
        [found] = re.finditer(r'<ul class="inbox">(.*?)</ul>', page.html, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>|<li (.*?)</li>", found[1], re.DOTALL)
    assert len(rows) == 1
    return "".join(rows[0])


def pages(person: Person, path: str, way: str = "Next page") -> Iterator[PageText]:
    page = person.look(path)
    yield page
    while way in page.links:
        page = person.look(page.links[way].partition("#")[0])
        yield page


def orders_of(page: PageText) -> set[str]:
    """The orders that the field for them offers, each the way in which it rises."""
    found = re.search(r'<select id="f-sort"[^>]*>(.*?)</select>', page.html, re.DOTALL)
    assert found, "sorted without a table's heads too"
    return {one.removeprefix("-") for one in re.findall(r'<option value="([^"]*)"', found[1])} - {""}


def heads_of(page: PageText) -> dict[str, str]:
    """Each head that sorts, and where it leads."""
    found = re.search(r'<table class="listed.*?<thead>(.*?)</thead>', page.html, re.DOTALL)
    rows = re.findall(r'<th[^>]*><a href="([^"]*)">(.*?)</a>', found[1] if found else "")
    return {said: to.replace("&amp;", "&").partition("#")[0] for to, said in rows}


def test_every_list_sorts_and_turns_its_pages_both_ways(full: Person, one_row_a_page: None) -> None:
    for path in LISTS.values():
        filtered = f"{path}?{FILTERED[path]}"
        first = full.look(filtered)
        orders = orders_of(first)
        assert orders, path
        for order in orders - {"waits"}:  # the inbox's own, which only goes one way
            rising = list(pages(full, f"{filtered}&sort={order}"))
            falling = list(pages(full, f"{filtered}&sort=-{order}"))
            rows = [row_of(one) for one in rising]
            assert len(rows) > 1, path
            assert len(set(rows)) == len(rows), f"{path} by {order}: a row came twice"
            assert [row_of(one) for one in falling] == rows[::-1], f"{path} by {order}"
            back = list(pages(full, falling[-1].links["Previous page"].partition("#")[0], "Previous page"))
            assert [row_of(one) for one in back] == rows[1:], f"{path} by {order}: backwards"


def test_the_order_that_a_list_has_of_itself_is_no_choice(full: Person) -> None:
    """Else it went on as one where another is its own: a report by day becomes one by store, and stood by name."""
    for path in sorted({*LISTS.values()}):
        sheet = re.search(r'<select id="f-sort"[^>]*>(.*?)</select>', full.look(path).html, re.DOTALL)
        assert sheet, path
        assert re.findall(r'<option value="([^"]*)" selected', sheet[1]) == [""], path


def test_the_heads_of_every_list_are_links_that_say_their_state_and_keep_the_filter(full: Person) -> None:
    for path in sorted({*LISTS.values()} - {"/console/inbox"}):
        filtered = f"{path}?{FILTERED[path]}"
        heads = heads_of(full.look(filtered))
        assert heads, path
        for said, to in heads.items():
            assert FILTERED[path] in to, f"{to}: the filter is lost"
            page = full.look(to)
            assert page.html.count("aria-sort=") == 1, to
            turned = full.look(heads_of(page)[said])
            now, then = (re.findall(r'aria-sort="(\w+)"', one.html) for one in (page, turned))
            assert {*now, *then} == {"ascending", "descending"}, f"{path} by {said}"


def test_every_list_can_be_taken_along_as_it_is_filtered_and_sorted(full: Person, enter: Enter) -> None:
    for path in LISTS.values():
        whole, some = (full.look(one) for one in (path, f"{path}?{FILTERED[path]}"))
        for page in (whole, some):
            answer = full.http.get(page.links["Download as CSV"])
            assert answer.status_code == 200, path
            assert answer.headers["content-type"] == "text/csv; charset=utf-8", path
            assert answer.headers["content-disposition"].startswith('attachment; filename="'), path
            assert answer.content.startswith(b"\xef\xbb\xbf"), path
            assert answer.headers["cache-control"] == "no-store", path
            rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
            assert {len(row) for row in rows} == {len(rows[0])}, path
            said = re.search(r"(\d+) in all", page.text)
            assert said, path
            assert len(rows) - 1 == int(said[1]), f"{path}: as many as the page says"
        assert FILTERED[path] in some.links["Download as CSV"], path


def test_what_a_list_is_asked_and_has_not_is_said_in_one_way(full: Person) -> None:
    for path in LISTS.values():
        for query in ("sort=nonsense", "sort=-", "cursor=nonsense", "sort=nonsense&cursor=nonsense"):
            page = full.look(f"{path}?{FILTERED[path]}&{query}", 422)
            assert ("can not be sorted" if "sort" in query else "This page of the list is not there") in page.text, path
            name, _, value = FILTERED[path].partition("=")
            assert any((name, value) in sheet.fields for sheet in page.sheets), f"{path}: nothing typed is lost"
        to = full.look(path).links["Download as CSV"]
        answer = full.http.get(f"{to}{'&' if '?' in to else '?'}sort=nonsense")
        assert answer.status_code == 303, path
        assert "sort=nonsense" in answer.headers["location"], path
