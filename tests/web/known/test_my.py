"""*Save the offer*, and the page of what is one's own: with a cookie, without one, and what was agreed to."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from offers.records.database import Database
from offers.records.tables import Consent, Customer, Device, Offer
from offers.rules.coupon_codes import generated_code
from tests.offers.scanned import hang, poster_town, scan
from tests.offers.stories import Town
from tests.offers.test_recognising import add_conversation, add_order
from tests.web.conftest import Served
from tests.web.known.conftest import Visit, Visitor
from web.landing.my import my_scope
from web.landing.words.recognising import TEXT_VERSION


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


def open_page(town: Town) -> str:
    poster, campaign = poster_town(town)
    return scan(town, poster, campaign)


def save(visitor: Visitor, page: str) -> str:
    """Where it leads."""
    answer = visitor.send(f"/l/{page}/save", page)
    assert answer.status_code == 303, answer.text
    place: str = answer.headers["location"]
    assert place.startswith("/my/offers/cpn_")
    return place


def code_of(served: Served, town: Town) -> str:
    [coupon] = town.coupons()
    return generated_code(served.doors.parts.codes, coupon.id)


def customer_of(town: Town, visitor: Visitor) -> Customer:
    device = town.read(lambda session: session.get(Device, visitor.device))
    assert device is not None
    found = town.read(lambda session: session.get(Customer, device.customer_id))
    assert found is not None
    return found


def test_a_saved_offer_is_shown_with_its_code_and_asks_one_thing(visit: Visit, town: Town, served: Served) -> None:
    visitor, page = visit(), open_page(town)
    shown = visitor.look(save(visitor, page))
    assert shown.status_code == 200
    assert code_of(served, town) in shown.text
    assert "Saved. Show this code in the store." in shown.text
    assert "10%" in shown.text
    assert "From Kalverstraat" in shown.text
    assert "keeps no cookies" not in shown.text
    [tick] = re.findall(r"<input type=\"checkbox\" id=\"ask-offers\"[^>]*>", shown.text)
    assert "checked" not in tick
    assert shown.text.index('value="agree"') < shown.text.index('value="refuse"')
    later = visitor.look("/my/offers")
    assert code_of(served, town) in later.text
    assert "ask-offers" not in later.text, "asked at the useful moment, and not each time"
    assert not customer_of(town, visitor).offers


def test_an_offer_is_called_what_it_says_in_the_readers_language(visit: Visit, town: Town) -> None:
    """Its name is the desk's; and the question below has its own words, not another page's."""
    visitor, page = visit(), open_page(town)
    place = save(visitor, page)
    town.write(
        lambda session: setattr(
            session.scalars(select(Offer)).one(), "text", {"de": "10 % auf Sneaker", "en": "10% off"}
        )
    )
    shown = visitor.look(f"{place}?lang=de").text
    name = town.read(lambda session: session.scalars(select(Offer.name)).one())
    assert ("10 % auf Sneaker" in shown, name in shown) == (True, False)
    assert "Dürfen wir Ihnen Bescheid geben?" in shown
    assert "{" not in re.sub(r"<script.*?</script>|data-[a-z-]+='[^']*'", "", shown, flags=re.DOTALL)


def test_the_panel_of_messages_is_there_after_saving_once_offers_were_agreed_to(visit: Visit, town: Town) -> None:
    """A page that asks for one purpose does not ask for it twice."""
    visitor = visit()
    place = save(visitor, open_page(town))
    asked = visitor.look(place).text
    assert 'id="ask-offers"' in asked
    assert 'id="push"' not in asked
    visitor.send("/my/consents", f"my {visitor.device}", purpose="offers", to="agree", tick="on")
    agreed = visitor.look(place).text
    assert 'id="ask-offers"' not in agreed
    assert 'id="push"' in agreed
    assert 'id="push"' not in visitor.look("/my/offers").text


def test_a_browser_that_refuses_cookies_is_shown_its_code_at_once(visit: Visit, town: Town, served: Served) -> None:
    visitor = visit(keeps=False)
    place = save(visitor, open_page(town))
    for path in (place, f"{place}?lang=nl"):
        shown = visitor.look(path)
        assert shown.status_code == 200
        assert code_of(served, town) in shown.text
        assert 'action="/my/' not in shown.text, "nothing that it could not remember"
    assert "Take a screenshot" in visitor.look(place).text
    assert f'href="{place}?lang=de"' in shown.text


def test_an_address_of_a_coupon_is_not_guessed(visit: Visit, town: Town) -> None:
    place = save(visit(), open_page(town))
    wrong = place[:-1] + ("a" if place[-1] != "a" else "b")
    assert visit().look(wrong).status_code == 404
    assert visit().look("/my/offers/cpn_none/s123").status_code == 404


def test_two_taps_are_one_coupon(visit: Visit, town: Town) -> None:
    visitor, page = visit(), open_page(town)
    assert save(visitor, page) == save(visitor, page)
    assert len(town.coupons()) == 1


def test_sold_out_says_what_to_do(visit: Visit, town: Town) -> None:
    poster, campaign = poster_town(town, budget=1)
    save(visit(), scan(town, poster, campaign))
    late, page = visit(), scan(town, poster, campaign)
    answer = late.send(f"/l/{page}/save", page, language="nl")
    assert answer.status_code == 409
    assert "Deze aanbieding is op" in answer.text
    assert f'href="/l/{page}"' in answer.text
    assert late.cookie == "", "nothing was saved, so nobody is remembered"
    town.place("other")
    bare = scan(town, hang(town, code="1111111111"))
    answer = late.send(f"/l/{bare}/save", bare)
    assert answer.status_code == 409
    assert "There is nothing to save" in answer.text


def test_a_form_of_another_page_saves_nothing(visit: Visit, town: Town) -> None:
    page = open_page(town)
    for scope in (None, "another"):
        answer = visit().send(f"/l/{page}/save", scope)
        assert answer.status_code == 403
        assert "open for too long" in answer.text
    assert town.coupons() == []


def test_agreeing_is_one_tick_and_refusing_as_easy(visit: Visit, town: Town) -> None:
    visitor = visit()
    save(visitor, open_page(town))
    scope = my_scope(visitor.device)
    said: dict[str, Any] = {"purpose": "offers", "language": "nl"}
    for more in ({"to": "refuse", "tick": "on"}, {"to": "agree"}, {"to": "agree", "tick": "on", "purpose": "location"}):
        answer = visitor.send("/my/consents", scope, **(said | more))
        assert (answer.status_code, answer.headers["location"]) == (303, "/my/offers#agreed-title")
        assert not customer_of(town, visitor).offers
        assert not customer_of(town, visitor).location
    visitor.send("/my/consents", scope, to="agree", tick="on", **said)
    assert customer_of(town, visitor).offers
    [receipt] = town.read(lambda session: list(session.scalars(select(Consent))))
    assert (receipt.purpose, receipt.given, receipt.text_version, receipt.language, receipt.source) == (
        "offers",
        True,
        TEXT_VERSION,
        "nl",
        "web page",
    )
    page = visitor.look("/my/offers?lang=en")
    assert 'id="agreed-offers">Offers of this shop' in page.text
    visitor.send("/my/consents", scope, to="withdraw", **said)
    assert not customer_of(town, visitor).offers
    assert "Nothing." in visitor.look("/my/offers?lang=en").text


def test_nobody_else_says_yes_for_me(visit: Visit, town: Town) -> None:
    visitor, other = visit(), visit()
    page = open_page(town)
    save(visitor, page)
    save(other, page)
    for scope in (None, my_scope(other.device), page):
        answer = visitor.send("/my/consents", scope, purpose="offers", to="agree", tick="on")
        assert answer.status_code == 403
        assert visitor.send("/my/forget", scope).status_code == 403
    assert not customer_of(town, visitor).offers


def test_forgetting_drops_the_cookie_and_nothing_else(visit: Visit, town: Town) -> None:
    visitor = visit()
    save(visitor, open_page(town))
    device, cookie = visitor.device, visitor.cookie
    answer = visitor.send("/my/forget", my_scope(device))
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/offers")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert visitor.cookie == ""
    assert "We do not know this browser yet" in visitor.look("/my/offers").text
    visitor.cookie = cookie
    assert "We do not know this browser yet" not in visitor.look("/my/offers").text


def test_a_stranger_learns_what_the_page_is(visit: Visit) -> None:
    for language, said in (("nl", "Scan een poster"), ("de", "Scannen Sie ein Plakat"), ("en", "Scan a poster")):
        page = visit().look("/my/offers", **{"accept-language": language})
        assert page.status_code == 200
        assert said in page.text
        assert "set-cookie" not in page.headers


def test_orders_and_questions_are_linked(visit: Visit, town: Town) -> None:
    visitor, page = visit(), open_page(town)
    save(visitor, page)
    customer = customer_of(town, visitor).id
    add_order(town, customer)
    add_conversation(town, customer, visitor.device, page)
    shown = visitor.look("/my/offers?lang=en").text
    assert re.search(r'<a class="touch" href="/o/o-1/[\w-]{16}">Placed, Kalverstraat</a>', shown)
    assert re.search(r'<a class="touch" href="/c/cnv_1/[\w-]{16}">About the size</a>', shown)
    assert "waits for an answer" in shown


def test_a_name_is_text(visit: Visit, town: Town, served: Served) -> None:
    visitor = visit()
    save(visitor, open_page(town))
    customer = customer_of(town, visitor).id

    def rename(session: object) -> None:
        found = session.get_one(Customer, customer)  # type: ignore[attr-defined]
        found.name = "<script>alert(1)</script>"

    town.write(rename)
    shown = visitor.look("/my/offers")
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert "unsafe" not in shown.headers["content-security-policy"]
