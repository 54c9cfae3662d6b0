"""A web shop is made, changed, given another secret and removed at the console; its secret is shown once, and what it signs is taken."""

import re
from typing import Any

import httpx
import pytest

from offers.deeds import list_deeds
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import PLACE, Clock
from tests.web.console.conftest import Enter
from tests.web.hooks.conftest import SECRET, standard
from web.console import settings_shop_form
from web.console.words import LINES

NEW = "/console/settings/new-shop"
WHERE = "/console/settings/shops"
WEB = f"{WHERE}/web"
MADE = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")
ORDER = b'{"type": "order.placed", "data": {"id": "A-1", "customer": "sanne", "place": "Store 7"}}'
SHOP: dict[str, Any] = {"id": "web", "name": "Our web shop", "kind": "standard"}


@pytest.fixture(autouse=True)
def _places(admin: httpx.Client) -> None:
    for one, name in (("kalverstraat-102", "Kalverstraat 102"), ("dam-1", "Dam 1")):
        assert admin.put(f"/v1/places/{one}", json=PLACE | {"name": name}).status_code == 201


def secret_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    [secret] = MADE.findall(answer.text)
    return str(secret)


def status_of(http: httpx.Client, secret: str, number: int, at: float = NOON.timestamp()) -> int:
    headers = standard(ORDER, secret=secret, message_id=f"msg_{number}", at=at)
    return http.post("/hooks/orders", content=ORDER, headers=headers).status_code


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one["what"], one["subject"]) for one in list_deeds(session) if one["noun"] == "shop"]


def test_a_shop_is_made_and_its_secret_shown_once(
    enter: Enter, http: httpx.Client, admin: httpx.Client, database: Database
) -> None:
    boss = enter("admin")
    sheet = boss.look(boss.look(WHERE).links["New shop"]).sheet(NEW)
    answer = boss.send(
        sheet, **SHOP, default_place="dam", places="Store 7 = Kalverstraat 102", statuses="packed = ready"
    )
    secret = secret_of(answer)
    assert "/hooks/orders" in answer.text
    assert status_of(http, secret, 1) == 200
    assert admin.get("/v1/orders/A-1").json()["place"] == "kalverstraat-102"
    made = admin.get("/v1/shops/web").json()
    assert (made["default_place"], made["places"]) == ("dam-1", {"Store 7": "kalverstraat-102"})
    assert made["statuses"] == {"packed": "ready"}
    for path in (WHERE, WEB, f"{WEB}/edit", f"{WEB}/rotate", f"{WEB}/delete", "/console/settings/deeds"):
        assert secret[6:] not in boss.look(path).html, path
    again = boss.send(sheet, **SHOP)
    assert again.status_code == 422
    assert "There is a shop with this id already." in again.text
    assert not MADE.search(again.text)
    assert deeds(database) == [("created", "web")]
    assert boss.look("/console/settings/deeds").links["web"] == WEB


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"id": ""}, "id"),
    ({"id": "a b"}, "id"),
    ({"id": "x" * 41}, "id"),
    ({"kind": "magento"}, "kind"),
    ({"kind": "shopify", "origin": "example.nl", "secret": "hush"}, "origin"),
    ({"kind": "shopify", "origin": "example.myshopify.com"}, "secret"),
    ({"kind": "woocommerce", "secret": "hush"}, "origin"),
    ({"origin": "https://example.nl"}, "origin"),
    ({"secret": "whsec_short"}, "secret"),
    ({"api_token": "shpat_x"}, "api_token"),
    ({"default_place": "nowhere"}, "default_place"),
    ({"default_place": "1"}, "default_place"),
    ({"places": "Store 7 = nowhere"}, "places"),
    ({"places": "Store 7"}, "places"),
    ({"places": "Store 7 = dam-1\nStore 7 = dam-1"}, "places"),
    ({"statuses": "packed = wrapped"}, "statuses"),
]


@pytest.mark.parametrize(("values", "field"), BAD)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    enter: Enter, admin: httpx.Client, database: Database, values: dict[str, Any], field: str
) -> None:
    answer = enter("admin").fill(NEW, **{**SHOP, "statuses": "boxed = ready", **values})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'href="#f-{field}"' in answer.text, "the summary leads there"
    if "statuses" not in values:
        assert "boxed = ready" in answer.text
    assert "whsec_short" not in answer.text, "no secret is shown again, not even a wrong one"
    assert admin.get("/v1/shops").json()["items"] == []
    assert deeds(database) == []


def test_a_change_counts_and_keeps_the_secrets(
    enter: Enter, http: httpx.Client, admin: httpx.Client, database: Database
) -> None:
    boss = enter("admin")
    secret = secret_of(boss.fill(NEW, **SHOP))
    assert status_of(http, secret, 1) == 200
    assert admin.get("/v1/shops/web/events").json()["items"][0]["reason"] == "unknown_place"
    done = boss.fill(f"{WEB}/edit", name="Web", places="Store 7 = dam-1")
    assert done.headers["location"] == f"{WEB}?done=set_shop_saved"
    assert "Saved." in boss.look(done.headers["location"]).text
    again = boss.look(WEB).links["Work again"]
    boss.fill(again, f"{again}/replay")
    assert admin.get("/v1/orders/A-1").json()["place"] == "dam-1"
    assert status_of(http, secret, 2) == 200, "signed with the same secret"
    assert boss.look(f"{WEB}/edit").sheet(f"{WEB}/edit")["places"] == "Store 7 = dam-1"
    boss.fill(f"{WEB}/edit")
    assert deeds(database) == [("changed", "web"), ("created", "web")], "what changes nothing is no deed"


def test_who_saves_what_somebody_else_changed_is_told(enter: Enter, admin: httpx.Client) -> None:
    boss = enter("admin")
    boss.fill(NEW, **SHOP)
    sheet = boss.look(f"{WEB}/edit").sheet(f"{WEB}/edit")
    assert admin.put("/v1/shops/web", json={"kind": "standard", "name": "Theirs"}).status_code == 200
    late = boss.send(sheet, name="Mine")
    assert late.status_code == 409
    assert 'value="Mine"' in late.text
    assert admin.get("/v1/shops/web").json()["name"] == "Theirs"


def test_shopifys_token_stays_until_another_is_typed(enter: Enter, admin: httpx.Client) -> None:
    boss = enter("admin")
    shopify = {"id": "s", "name": "S", "kind": "shopify", "origin": "example.myshopify.com", "secret": "hush-hush"}
    answer = boss.fill(NEW, **shopify, api_token="shpat_one")
    assert answer.status_code == 200
    assert "/hooks/shopify" in answer.text
    page = boss.look(f"{WHERE}/s/edit")
    assert "There is one. Left empty, it stays." in page.text
    for word in ("hush-hush", "shpat_one"):
        assert word not in answer.text + page.html
    boss.fill(f"{WHERE}/s/edit", name="Renamed")
    assert admin.get("/v1/shops/s").json()["has_api_token"]
    nothing = boss.fill(f"{WHERE}/s/rotate", keep_for="PT1H")
    assert (nothing.status_code, 'id="f-secret-error"' in nothing.text) == (422, True)
    assert boss.fill(f"{WHERE}/s/rotate", keep_for="PT24H", secret="another").status_code == 200


@pytest.mark.parametrize(("kept", "hours"), [("PT0S", 0), ("PT1H", 1), ("PT24H", 24), ("P7D", 168)])
def test_a_new_secret_leaves_the_one_before_for_as_long_as_was_said(
    enter: Enter, http: httpx.Client, clock: Clock, kept: str, hours: int
) -> None:
    boss = enter("admin")
    old = secret_of(boss.fill(NEW, **SHOP))
    new = secret_of(boss.fill(f"{WEB}/rotate", keep_for=kept))
    assert new != old
    assert "replaced web shop web" in boss.look("/console/settings/deeds").text
    assert status_of(http, new, 1) == 200
    assert status_of(http, old, 2) == (200 if hours else 401)
    clock.at += hours * 3600 + 1
    assert status_of(http, old, 3, clock.at) == 401
    assert status_of(http, new, 4, clock.at) == 200


def test_a_wrong_secret_or_length_changes_nothing(enter: Enter, http: httpx.Client) -> None:
    boss = enter("admin")
    old = secret_of(boss.fill(NEW, **SHOP, secret=""))
    for values, field in (({"secret": "whsec_short"}, "secret"), ({"keep_for": "P30D"}, "keep_for")):
        answer = boss.fill(f"{WEB}/rotate", **values)
        assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True)
        assert "whsec_short" not in answer.text
    assert status_of(http, old, 1) == 200


def test_a_shop_that_is_deleted_is_heard_no_more(
    enter: Enter, http: httpx.Client, admin: httpx.Client, database: Database
) -> None:
    boss = enter("admin")
    boss.fill(NEW, **SHOP, secret=SECRET, default_place="dam-1", places="Store 7 = dam-1")
    assert status_of(http, SECRET, 1) == 200
    assert "Its orders stay" in boss.look(f"{WEB}/delete").text
    done = boss.fill(f"{WEB}/delete")
    assert "The shop is deleted." in boss.look(done.headers["location"]).text
    assert status_of(http, SECRET, 2) == 401
    assert admin.get("/v1/orders/A-1").status_code == 200
    assert boss.http.get(WEB).status_code == 404
    assert deeds(database)[0] == ("deleted", "web")
    assert "deleted web shop web" in boss.look("/console/settings/deeds").text


@pytest.mark.parametrize("role", ["viewer", "staff", "marketer"])
def test_nobody_else_comes_near(enter: Enter, admin: httpx.Client, role: str) -> None:
    enter("admin").fill(NEW, **SHOP)
    before = admin.get("/v1/shops/web").json()
    person = enter(role)
    for step in ("edit", "rotate", "delete"):
        assert person.http.get(f"{WEB}/{step}").status_code == 403
        token = {"token": person.token(), "name": "Mine", "keep_for": "PT0S"}
        assert person.post(f"{WEB}/{step}", token).status_code == 403
    assert admin.get("/v1/shops/web").json() == before


def test_the_hint_names_every_meaning() -> None:
    for phrase in LINES["set_shop_statuses_hint"]:
        assert all(one in phrase for one in settings_shop_form.MEANINGS)
