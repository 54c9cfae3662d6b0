"""Web shops at the console: what they told, in plain words and without anybody's name; and an event that is worked again by an admin's own hand."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from offers import shop_events
from offers.deeds import list_deeds
from offers.records.database import Database
from offers.rules.shop import Kind
from offers.rules.shop_log import STATES
from offers.rules.shop_orders.told import REASONS
from tests.conftest import NOON
from tests.web.conftest import PLACE, Clock, Served
from tests.web.console.conftest import FORM, Enter
from tests.web.hooks.conftest import SECRET, mac, standard
from web.console import settings_shops
from web.console.words import WORDS

WHERE = "/console/settings/shops"
WEB = f"{WHERE}/web"
ROLES_WITHOUT = ("viewer", "staff", "marketer")
PERSON = {"id": "sanne-77", "name": "Sanne de Vries", "phone": "+31612345678"}
ORDER = {"id": "A-1", "number": "1182", "customer": PERSON, "place": "kalverstraat-102"}
NUMBERS = count(1)
Tell = Callable[..., str]


@pytest.fixture
def shop(admin: httpx.Client) -> str:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    body = {"id": "web", "kind": "standard", "name": "Our web shop", "secret": SECRET}
    assert admin.post("/v1/shops", json=body).status_code == 201
    return "web"


@pytest.fixture
def tell(http: httpx.Client, shop: str, clock: Clock) -> Tell:
    """An event as the shop sends it; its id."""
    assert shop

    def one(kind: str, **data: Any) -> str:
        said = {"type": f"order.{kind}", "timestamp": NOON.isoformat(), "data": ORDER | data}
        raw = json.dumps(said).encode()
        headers = standard(raw, message_id=f"msg_{next(NUMBERS)}", at=clock.at)
        answer = http.post("/hooks/orders", content=raw, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["event"])

    return one


def mend(admin: httpx.Client) -> None:
    body = {"kind": "standard", "name": "Our web shop", "places": {"Store 7": "kalverstraat-102"}}
    assert admin.put("/v1/shops/web", json=body).status_code == 200


def rows_of(answer: httpx.Response, delimiter: str = ",") -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=delimiter))


def replays(database: Database) -> list[tuple[str | None, str]]:
    with database.reading() as session:
        return [(one["by"], one["subject"]) for one in list_deeds(session) if one["what"] == "replayed"]


def test_every_state_kind_and_reason_has_its_words() -> None:
    assert tuple(settings_shops.IN_STATE) == STATES
    assert settings_shops.BECAUSE.keys() == REASONS.keys()
    kinds = set(Kind.__args__)  # type: ignore[attr-defined]  # a Literal's
    assert settings_shops.KINDS.keys() == settings_shops.HOOKS.keys() == kinds
    for words in WORDS.values():
        assert len({words[name] for name in settings_shops.BECAUSE.values()}) == len(REASONS)


def test_without_a_shop_it_says_what_to_do_first(enter: Enter) -> None:
    page = enter("admin").look(WHERE)
    assert "No web shop yet" in page.text
    assert page.links["New shop"] == "/console/settings/new-shop"


def test_a_shop_that_told_nothing_says_where_it_is_to_send(enter: Enter, shop: str, served: Served) -> None:
    page = enter("admin").look(f"{WHERE}/{shop}")
    assert "Nothing came from this shop yet" in page.text
    assert f"{served.url}/hooks/orders" in page.text
    assert "never" in enter("admin", "other@shop.example").look(WHERE).text


def test_the_shops_and_how_they_do(enter: Enter, admin: httpx.Client, tell: Tell) -> None:
    tell("placed")
    tell("placed", id="A-2", place="Store 7")
    tell("placed", id="A-3", place="Store 7")
    admin.post("/v1/shops", json={"id": "b.csv", "kind": "standard", "name": "B", "default_place": "kalverstraat-102"})
    boss = enter("admin")
    page = boss.look(WHERE)
    assert page.links["Our web shop"] == WEB
    assert page.links["2"] == f"{WEB}?state=failed"
    assert "23 Nov 2026 12:00" in page.text
    assert "as each order says" in page.text
    assert page.links[PLACE["name"]] == "/console/places/kalverstraat-102"
    assert "Nothing came from this shop yet" in boss.look(f"{WHERE}/b.csv").text, "its id has no ending"
    assert WHERE in boss.look("/console/settings").links.values()


def test_the_log_says_what_became_of_each(enter: Enter, tell: Tell) -> None:
    made, failed = tell("placed"), tell("placed", id="A-2", place="Store 7")
    tell("placed")
    boss = enter("admin")
    page = boss.look(WEB)
    for words in ("used", "failed", "unused: nothing new", "The order is that already.", "Store 7", "3 in all"):
        assert words in page.text, words
    assert page.links["1182"] == "/console/pickup/orders/A-1"
    assert page.links["Work again"] == f"{WEB}/events/{failed}"
    assert boss.http.get(page.links["1182"]).status_code == 200
    assert f'href="{WEB}/events/{made}"' in page.html
    dutch = boss.look(f"{WEB}?lang=nl").text
    assert "De shop noemt een locatie die hier geen plaats is." in dutch
    german = boss.look(f"{WEB}?lang=de").text
    assert "Der Shop nennt einen Standort, der hier kein Ort ist." in german


def test_it_is_filtered_by_state_and_wrong_ones_are_said(enter: Enter, tell: Tell) -> None:
    made, failed = tell("placed"), tell("placed", id="A-2", place="Store 7")
    boss = enter("admin")
    for state, there, away in (("failed", failed, made), ("applied", made, failed)):
        html = boss.look(f"{WEB}?state={state}").html
        assert there in html
        assert away not in html
    assert "Nothing fits these filters" in boss.look(f"{WEB}?state=waiting").text
    assert 'id="f-state-error"' in boss.look(f"{WEB}?state=sent", 422).html
    assert "Our web shop" in boss.look(f"{WEB}?cursor=nonsense", 422).text
    assert "Our web shop" in boss.look(f"{WEB}?sort=topic", 422).text


def test_pages_follow_one_another(enter: Enter, tell: Tell) -> None:
    ids = [tell("placed", id=f"A-{number}") for number in range(52)]
    boss = enter("admin")
    first = boss.look(WEB)
    second = boss.look(first.links["Next page"])
    assert [one for one in ids if one in first.html] == ids[2:]
    assert [one for one in ids if one in second.html] == ids[:2]


def test_the_file_has_the_same_rows_and_no_formula(enter: Enter, tell: Tell) -> None:
    tell("placed")
    tell("placed", id="A-2", place='=HYPERLINK("https://evil.example")')
    boss = enter("admin")
    answer = boss.http.get(boss.look(WEB).links["Download as CSV"])
    heads, failed, used = rows_of(answer)
    assert heads == [
        *("Received (Europe/Amsterdam)", "Topic", "State", "Why", "What it names", "Order", "Tries"),
    ]
    assert (failed[2], failed[4], failed[5]) == ("failed", '\'=HYPERLINK("https://evil.example")', "")
    assert used == ["2026-11-23 12:00:00", "order", "used", "", "", "1182", "1"]
    [_, only] = rows_of(boss.http.get(f"{WEB}/events.csv?state=applied&lang=nl"), ";")
    assert only[2] == "gebruikt"
    assert boss.http.get(f"{WEB}/events.csv?state=sent").status_code == 303
    assert boss.http.get(f"{WHERE}/nowhere/events.csv").status_code == 404


def test_nothing_of_a_customer_or_a_secret_is_shown(enter: Enter, tell: Tell) -> None:
    events = [tell("placed"), tell("placed", id="A-2", place="sanne@example.nl")]
    events.append(tell("placed", id="A-3", items=[{"sku": "x", "Sanne de Vries": 1}]))
    events.append(tell("cancelled", id="Sanne de Vries"))
    boss = enter("admin")
    paths = [WHERE, WEB, f"{WEB}/events.csv", *(f"{WEB}/events/{one}" for one in events)]
    for path in paths:
        text = boss.http.get(path).text
        for word in ("Sanne", "sanne", "Vries", "612345678", "whsec_", SECRET.removeprefix("whsec_")[:12]):
            assert word not in text, f"{path}: {word}"


def test_what_failed_is_used_once_its_cause_is_mended(
    enter: Enter, admin: httpx.Client, tell: Tell, database: Database
) -> None:
    event = tell("placed", place="Store 7")
    boss = enter("admin")
    here = f"{WEB}/events/{event}"
    page = boss.look(here)
    assert "Work this event again?" in page.text
    assert "It can be worked again until 30 Nov 2026 12:00." in page.text
    still = boss.send(page.sheet(f"{here}/replay"))
    assert still.headers["location"] == f"{here}?done=set_event_replayed"
    assert "The shop names a location that is no place here." in boss.look(still.headers["location"]).text
    mend(admin)
    done = boss.look(boss.fill(here, f"{here}/replay").headers["location"])
    assert "It was worked again. What became of it stands here." in done.text
    assert "used" in done.text
    assert "To work it again would change nothing" in done.text
    assert not [one for one in done.sheets if one.action.endswith("/replay")]
    assert admin.get("/v1/orders/A-1").json()["place"] == "kalverstraat-102"
    assert replays(database) == [("admin@shop.example", f"web/{event}")] * 2
    told = boss.look("/console/settings/deeds")
    assert "admin@shop.example replayed a shop's event web" in told.text
    assert told.links["web"] == here


def test_what_was_used_changes_nothing_however_often_it_is_sent(
    enter: Enter, admin: httpx.Client, tell: Tell, database: Database
) -> None:
    event = tell("placed", place="Store 7")
    boss = enter("admin")
    here = f"{WEB}/events/{event}"
    sheet = boss.look(here).sheet(f"{here}/replay")
    mend(admin)
    boss.send(sheet)
    before = admin.get("/v1/orders/A-1").json()
    again = boss.send(sheet)
    assert again.headers["location"] == f"{here}?done=set_event_used_already"
    assert "It had been used already" in boss.look(again.headers["location"]).text
    assert admin.get("/v1/orders/A-1").json() == before
    assert admin.get("/v1/shops/web/events").json()["items"][0]["state"] == "applied"
    assert len(replays(database)) == 1


def test_what_is_gone_says_so_and_has_no_button(
    enter: Enter, admin: httpx.Client, tell: Tell, database: Database
) -> None:
    event = tell("placed", place="Store 7")
    boss = enter("admin")
    here = f"{WEB}/events/{event}"
    sheet = boss.look(here).sheet(f"{here}/replay")
    mend(admin)
    with database.transaction() as session:
        shop_events.purge(session, now=NOON + timedelta(days=7, seconds=1))
    page = boss.look(here)
    assert "kept for 7 days, and is gone" in page.text
    assert not [one for one in page.sheets if one.action.endswith("/replay")]
    assert "Work again" not in boss.look(WEB).links
    assert boss.send(sheet).headers["location"] == here
    assert admin.get("/v1/orders/A-1").status_code == 404
    assert replays(database) == []


def test_what_has_to_be_looked_up_is_rung_for(enter: Enter, admin: httpx.Client, http: httpx.Client) -> None:
    body = {"id": "s", "kind": "shopify", "name": "S", "origin": "example.myshopify.com", "secret": "hush"}
    assert admin.post("/v1/shops", json=body | {"api_token": "shpat_x"}).status_code == 201
    order = {"id": "gid://shopify/FulfillmentOrder/5", "delivery_method": {"method_type": "pick_up"}}
    raw = json.dumps({"fulfillment_order": order}).encode()
    headers = {
        "X-Shopify-Shop-Domain": "example.myshopify.com",
        "X-Shopify-Topic": "fulfillment_orders/line_items_prepared_for_pickup",
        "X-Shopify-Event-Id": "e-1",
        "X-Shopify-Hmac-Sha256": mac(b"hush", raw),
    }
    event = http.post("/hooks/shopify", content=raw, headers=headers).json()["event"]
    boss = enter("admin")
    here = f"{WHERE}/s/events/{event}"
    page = boss.look(here)
    assert "waiting" in page.text
    assert "It holds no order: it is looked up at the shop" in page.text
    assert "shpat_x" not in page.html
    boss.fill(here, f"{here}/replay")
    [now] = admin.get("/v1/shops/s/events").json()["items"]
    assert (now["state"], now["attempts"]) == ("waiting", 1)
    assert "waiting" in boss.look(f"{WHERE}/s?state=waiting").text


def test_another_shops_event_is_not_there(enter: Enter, admin: httpx.Client, tell: Tell) -> None:
    event = tell("placed", place="Store 7")
    assert admin.post("/v1/shops", json={"id": "other", "kind": "standard", "name": "Other"}).status_code == 201
    boss = enter("admin")
    for path in (f"{WHERE}/other/events/{event}", f"{WEB}/events/sev_none", f"{WHERE}/nowhere"):
        assert boss.http.get(path).status_code == 404
        if "events" in path:
            assert boss.post(f"{path}/replay", {"token": boss.token()}).status_code == 404
    assert admin.get("/v1/shops/web/events").json()["items"][0]["attempts"] == 0


@pytest.mark.parametrize("role", ROLES_WITHOUT)
def test_nobody_else_looks_or_works(enter: Enter, admin: httpx.Client, tell: Tell, role: str) -> None:
    event = tell("placed", place="Store 7")
    mend(admin)
    person = enter(role)
    for path in (WHERE, WEB, f"{WEB}/events.csv", f"{WEB}/events/{event}"):
        assert person.http.get(path).status_code == 403, path
    assert person.post(f"{WEB}/events/{event}/replay", {"token": person.token()}).status_code == 403
    assert admin.get("/v1/orders/A-1").status_code == 404


def test_a_form_of_another_page_works_nothing(enter: Enter, admin: httpx.Client, tell: Tell) -> None:
    event = tell("placed", place="Store 7")
    mend(admin)
    boss = enter("admin")
    path = f"{WEB}/events/{event}/replay"
    assert boss.post(path, {"token": "nonsense"}).status_code == 403
    foreign = {"content-type": FORM, "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert boss.http.post(path, content=f"token={boss.token()}", headers=foreign).status_code == 403
    assert boss.http.get(path).status_code == 404
    assert admin.get("/v1/orders/A-1").status_code == 404


def test_a_shops_words_are_no_markup(enter: Enter, admin: httpx.Client, shop: str) -> None:
    name = "<script>alert(1)</script>"
    assert admin.post("/v1/shops", json={"id": "x", "kind": "standard", "name": name}).status_code == 201
    boss = enter("admin")
    for path in (WHERE, f"{WHERE}/x"):
        page = boss.look(path)
        assert name in page.text
        assert name not in page.html
