"""What is known of one person: everything as one document, and one line of what happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from offers.errors import BadInput, NotFound
from offers.personal import export_customer, timeline
from offers.pickups import put_order
from offers.rules.order import OrderBody
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, dwell, enter, leave


def order(town: Town, order_id: str, customer: str, when: datetime) -> None:
    body = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "items": [], "status": "ready"})
    town.write(lambda session: put_order(session, order_id, body, keys=KEYS, now=when))


def page_of(town: Town, customer: str, cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    return town.read(lambda session: timeline(session, customer, cursor=cursor, limit=limit))


@pytest.fixture
def lived(town: Town) -> Town:
    """Sanne was at the store and got a message; she has an order there. So was Piet."""
    store = town.place()
    town.campaign()
    for customer in ("sanne", "piet"):
        phone = town.phone(customer)
        sent = town.cross(enter(phone, store, 5)).deliveries
        town.send(sent, now=at(6))
        town.cross(dwell(phone, store, 7))
        town.cross(leave(phone, store, 9))
        order(town, f"order-{customer}", customer, at(10))
    return town


def pages(town: Town, customer: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        items, cursor = page_of(town, customer, cursor, limit)
        yield items
        if cursor is None:
            return


def test_a_timeline_is_everything_in_one_line_the_last_first(lived: Town) -> None:
    [items] = pages(lived, "sanne", 100)
    assert {one["type"] for one in items} == {"transition", "visit", "decision", "delivery", "consent", "order"}
    assert [one["at"] for one in items] == sorted((one["at"] for one in items), reverse=True)
    assert [one["item"]["kind"] for one in items if one["type"] == "transition"] == ["exit", "dwell", "enter"]
    assert items[0]["type"] == "order"
    assert "piet" not in repr(items)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_skip_and_repeat_nothing_while_more_happens(lived: Town, limit: int) -> None:
    [whole] = pages(lived, "sanne", 100)
    found: list[dict[str, Any]] = []
    for number, page in enumerate(pages(lived, "sanne", limit)):
        assert len(page) <= limit
        found += page
        order(lived, f"new-{number}", "sanne", at(20 + number))
    assert found == whole


def test_a_cursor_that_is_none_is_named(lived: Town) -> None:
    for cursor in ("x", "!!", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkgdmlzaXQgYQ"):
        with pytest.raises(BadInput, match="cursor"):
            page_of(lived, "sanne", cursor, 10)


def test_nobody_has_no_timeline_and_no_export(town: Town) -> None:
    with pytest.raises(NotFound):
        town.read(lambda session: timeline(session, "nobody"))
    with pytest.raises(NotFound):
        town.read(lambda session: export_customer(session, "nobody", now=NOON))


def test_an_export_holds_one_person_and_nobody_else(lived: Town) -> None:
    exported = lived.read(lambda session: export_customer(session, "sanne", now=at(30)))
    assert exported["customer"] == "sanne"
    filled = {name for name, rows in exported["tables"].items() if rows}
    assert filled >= {"customers", "consents", "devices", "visits", "stays", "transitions", "decisions", "deliveries"}
    assert exported["tables"]["orders"][0]["id"] == "order-sanne"
    assert "piet" not in repr(exported)
    assert "token_" not in repr(exported["tables"]["devices"])


def test_a_coupon_stands_in_the_line_where_it_was_set_aside(town: Town) -> None:
    store = town.place()
    town.offer(valid_for="P7D")
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    town.redeem(town.code(), now=at(8), place="kalverstraat", purchase_id="p1")
    [coupon] = [one for one in page_of(town, "sanne", None, 100)[0] if one["type"] == "coupon"]
    assert coupon["at"] == at(5)
    assert coupon["item"] == {
        "id": town.coupons()[0].id,
        "offer": "ten-percent",
        "campaign": "sneakers",
        "state": "redeemed",
        "place": "kalverstraat",
        "purchase_id": "p1",
        "reserved_at": at(5),
        "issued_at": at(6),
        "expires_at": at(6 + 7 * 24 * 60),
        "redeemed_at": at(8),
    }
