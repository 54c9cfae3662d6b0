"""The bank that only plays: there with `PASSERBY_PAYMENTS=demo` alone, and it says what it is."""

from collections.abc import Iterator

import pytest
from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.offers.billboards import Billboard
from tests.web.conftest import Clock, Served, build_lanes, serve
from tests.web.landing.buying import Visitor, checkout, forms_of
from web.landing.words import WORDS

EN = WORDS["en"]


@pytest.fixture
def demo(settings: Settings, redis_db: Redis, clock: Clock) -> Iterator[Served]:
    build_lanes(redis_db)
    with serve(settings.model_copy(update={"payments": "demo"}), clock) as served:
        yield served


@pytest.mark.parametrize(
    ("state", "title"), [("paid", "o_paid"), ("failed", "o_unpaid"), ("canceled", "o_unpaid"), ("open", "o_pending")]
)
def test_every_end_of_a_payment(demo: Served, database: Database, state: str, title: str) -> None:
    board = Billboard(database)
    board.put_up()
    visitor = Visitor(demo.url)
    page = visitor.get(f"/l/{board.scan()}/reserve?size=38")
    assert EN["o_demo_note"] in page.text
    sent = visitor.send(forms_of(page.text, str(page.url))[0], button=EN["o_buy"])
    leads_to = checkout(visitor, sent)
    assert leads_to.startswith("/demo-bank/demo_")
    bank = visitor.get(leads_to)
    assert EN["o_bank"] in bank.text
    assert "€89.95" in bank.text
    [form] = forms_of(bank.text, str(bank.url))
    assert visitor.send(form, token="wrong", state="paid").status_code == 403
    back = visitor.send(form, state=state)
    assert back.status_code == 303
    here = back.headers["location"]
    assert f"<h1>{EN[f'{title}_title']}</h1>" in visitor.get(here).text
    if state != "open":
        assert visitor.get(str(bank.url)).headers["location"] == here, "what is over stays so"


def test_it_is_nowhere_else(served: Served) -> None:
    assert Visitor(served.url).get("/demo-bank/demo_1").status_code == 404
