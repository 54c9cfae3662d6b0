"""Requests that no page of ours sends. Each is answered as what it is, on both databases, and nothing is done."""

import httpx
import pytest

from offers.records.database import Database
from offers.settings import Settings
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.web.conftest import Served
from tests.web.landing.buying import OWN, Visitor


@pytest.fixture
def pays(pays: Settings, either_database: Database) -> Settings:
    return pays.model_copy(update={"database_url": either_database.url})


@pytest.fixture
def board(either_database: Database) -> Billboard:
    return Billboard(either_database)


@pytest.mark.parametrize(
    "path", ["/q/%00", "/l/%00", "/l/%00/reserve", "/l/%00/ask", "/o/%00/x", "/c/%00/x", "/01/%00"]
)
def test_an_address_with_what_no_text_may_hold(shop: Served, path: str) -> None:
    assert Visitor(shop.url).get(path).status_code in (404, 422)


@pytest.mark.parametrize("at", ["999999999999", "99999999999"])
def test_a_form_of_the_far_future_was_shown_to_nobody(shop: Served, board: Billboard, at: str) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    sent = visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38"), nonce=f"{at}-abcdefghijklmnop")
    assert sent.status_code == 409
    assert board.orders() == []


def test_a_form_longer_than_any_of_ours(shop: Served, board: Billboard) -> None:
    board.put_up()
    raw = b"--b\r\nContent-Disposition: form-data; name=a" + b"; a=b" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = httpx.post(f"{shop.url}/l/{board.scan()}/save", content=raw, headers=OWN | kind)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/hooks/mollie", "/hooks/mollie?payment=%00"])
@pytest.mark.parametrize("raw", [b"id=tr_abc", b'{"id":' + b"[" * 40_000])
def test_a_webhook_that_is_nobodys(shop: Served, mollie: MollieDouble, path: str, raw: bytes) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{shop.url}{path}", content=raw, headers=kind)
    assert (answer.status_code, answer.content) == (200, b"")
    assert mollie.payments == {}
