"""What staff see of who comes to collect, and what they do with it, on either database."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from offers import board, users
from offers.board import Board, Card
from offers.errors import BadInput, NotFound
from offers.records.tables import Customer, Delivery
from offers.rules.pickup_steps import UNDO_WITHIN
from tests.offers.collecting import deeds, order, row_of, staff
from tests.offers.stories import Town, at


@pytest.fixture
def shop(town: Town) -> Town:
    """Two stores; Sanne, who agreed and has a phone."""
    town.place()
    town.place("dam")
    town.phone(consents=("orders",))
    return town


def seen(
    shop: Town, stores: tuple[str, ...] | None = ("kalverstraat",), minute: float = 60, view: str = "board"
) -> Board:
    return shop.read(lambda session: board.columns(session, stores, now=at(minute), view=view))


def ids(cards: object) -> list[str]:
    return [one.id for one in cards]  # type: ignore[attr-defined]  # cards


def find(shop: Town, typed: str, stores: tuple[str, ...] | None = ("kalverstraat",)) -> list[Card]:
    return list(shop.read(lambda session: board.find(session, stores, typed, now=at(60))))


def test_each_order_stands_in_the_column_of_its_state_and_in_its_order(shop: Town) -> None:
    order(shop, "late", ["ready", "arrived"], minute=20)
    order(shop, "early", ["ready", "arrived"], minute=10)
    order(shop, "far", ["ready", "on_the_way"], minute=5, minutes_low=9, minutes_high=12, estimated_at=at(59))
    order(shop, "close", ["ready", "on_the_way"], minute=5, minutes_low=2, minutes_high=4, estimated_at=at(58))
    order(shop, "silent", ["ready", "on_the_way"], minute=6)
    order(shop, "fresh", ["ready"], minute=30)
    order(shop, "stale", ["ready"], minute=2)
    order(shop, "to-do", ["placed"])
    order(shop, "done", ["ready", "collected"])
    order(shop, "elsewhere", ["ready", "arrived"], place="dam")
    found = seen(shop)
    assert {name: ids(cards) for name, cards in found.columns.items()} == {
        "ready": ["stale", "fresh"],
        "on_the_way": ["close", "far", "silent"],
        "nearby": [],
        "arrived": ["early", "late"],
    }
    assert found.counts == {
        "placed": 1, "ready": 2, "on_the_way": 3, "nearby": 0, "arrived": 2, "uncollected": 0,
    }  # fmt: skip
    assert ids(seen(shop, view="prepare").columns["placed"]) == ["to-do"]
    assert set(ids(seen(shop, None).columns["arrived"])) == {"early", "late", "elsewhere"}
    assert found.newly_here == ["early", "late"]


def test_what_nobody_collects_moves_to_a_list_of_its_own(shop: Town) -> None:
    order(shop)
    later = 3 * 24 * 60.0
    assert (seen(shop, minute=later - 1).counts["ready"], seen(shop, minute=later).counts["uncollected"]) == (1, 1)
    assert ids(seen(shop, minute=later, view="uncollected").columns["uncollected"]) == ["A-1"]
    order(shop, "A-1", ["on_the_way"], minute=later)
    assert ids(seen(shop, minute=later).columns["on_the_way"]) == ["A-1"]


def test_a_column_is_capped_and_its_count_is_not(shop: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "MOST", 2)
    for number in range(3):
        order(shop, f"A-{number}", ["ready"], minute=number)
    found = seen(shop)
    assert (ids(found.columns["ready"]), found.counts["ready"]) == (["A-0", "A-1"], 3)


def test_as_many_queries_for_many_orders_as_for_one(shop: Town) -> None:
    order(shop)
    with shop.statements() as few:
        seen(shop)
    for number in range(2, 14):
        customer = shop.phone(f"c{number}", consents=("orders",)) and f"c{number}"
        order(shop, f"A-{number}", ["ready", "arrived"][: 1 + number % 2], customer=customer)
    with shop.statements() as many:
        seen(shop)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("consents", "phone", "state", "says"),
    [
        ((), True, None, ([], "no_consent")),
        (("orders",), False, None, ([], "no_device")),
        (("orders",), True, "sent", ([("ready", "told")], None)),
        (("orders",), True, "queued", ([("ready", "waiting")], None)),
        (("orders",), True, "unknown", ([("ready", "perhaps")], None)),
        (("orders",), True, "failed", ([("ready", "failed")], None)),
    ],
)
def test_it_says_what_the_customer_was_told(
    town: Town,
    consents: tuple[str, ...],
    phone: bool,
    state: str | None,
    says: tuple[list[tuple[str, str]], str | None],
) -> None:
    town.place()
    town.customer(consents=consents)
    town.device(push_token="" if phone else None)
    order(town)
    if state:
        town.write(lambda session: session.execute(update(Delivery).values(state=state)))
    [card] = seen(town).columns["ready"]
    assert ([(one.what, one.how) for one in card.told], card.not_told) == says


@pytest.mark.parametrize(
    ("state", "how"), [("queued", []), ("failed", []), ("sent", ["told"]), ("unknown", ["perhaps"])]
)
def test_of_another_store_only_what_was_said_is_shown(shop: Town, state: str, how: list[str]) -> None:
    """It waits for who only walks past, and ends: nothing that staff could do about it, or should."""
    order(shop)
    shop.write(lambda session: session.execute(update(Delivery).values(state=state, moment="wrong_store")))
    [card] = seen(shop).columns["ready"]
    assert [one.how for one in card.told] == how


def test_what_was_told_before_it_was_brought_back_is_of_another_time(shop: Town) -> None:
    order(shop, "A-1", ["ready", "cancelled"])
    shop.write(lambda session: session.execute(update(Customer).values(orders=False)))
    order(shop, "A-1", ["ready"], minute=10)
    [card] = seen(shop).columns["ready"]
    assert card.not_told == "no_consent"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("K7QX", ["one"]),
        (" k7 ox ", ["one"]),
        ("k7qz", []),
        ("#nl-1042", ["two"]),
        ("A-3", ["A-3"]),
        ("a-3", ["A-3"]),
        ("zoe", ["A-3", "two"]),
        ("ZOË V", ["A-3"]),
        ("vri", ["one"]),
        ("ries", []),
        ("  ", []),
        ("%", []),
        ("elsewhere", []),
    ],
)
def test_somebody_is_found_by_what_they_say(shop: Town, typed: str, found: list[str]) -> None:
    shop.customer("zoe-1", name="Zoë Jansen")
    shop.customer("zoe-2", name="Zoé van Dam")
    order(shop, "one", ["ready"], code="K7QX")
    order(shop, "two", ["ready"], customer="zoe-1", number="NL-1042")
    order(shop, "A-3", ["placed"], minute=5, customer="zoe-2")
    order(shop, "gone", ["ready", "collected"], customer="zoe-2", code="K7QZ")
    order(shop, "elsewhere", ["ready"], place="dam", code="ELSE")
    assert ids(find(shop, typed)) == found


def test_handed_over_is_collected_noted_and_told(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["ready", "arrived"])
    done = shop.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(30)))
    row = row_of(shop)
    assert (done.moved, row.status, row.closed_at, row.history[-1]["source"]) == (True, "collected", at(30), "staff")
    assert [one["what"] for one in done.follows.happened] == ["collected"]
    assert deeds(shop) == [("handed_over", "A-1")]
    assert ids(seen(shop, minute=30.5).just_now) == ["A-1"]
    assert seen(shop, minute=31.5).just_now == []


def test_of_two_at_once_one_hands_over_and_the_other_is_told_who(shop: Town) -> None:
    people = {name: staff(shop, name) for name in ("Kim", "Lou")}
    order(shop, "A-1", ["ready", "arrived"])
    together, done = Barrier(2), {}

    def act(name: str) -> None:
        together.wait()
        done[name] = shop.write(lambda session: board.hand_over(session, "A-1", people[name], None, now=at(30)))

    acting = [Thread(target=act, args=(name,)) for name in people]
    for one in acting:
        one.start()
    for one in acting:
        one.join()
    first = next(name for name in people if done[name].moved)
    [second] = [name for name in people if not done[name].moved]
    assert (done[second].card.by, done[second].card.closed_at) == (first, at(30))
    assert deeds(shop) == [("handed_over", "A-1")]


def test_a_hand_over_is_taken_back_for_a_minute(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["ready", "arrived"])
    assert shop.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(30))).moved
    assert not shop.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(30.4))).moved
    back = shop.write(lambda session: board.undo(session, "A-1", kim, None, now=at(30.5)))
    row = row_of(shop)
    assert (back.moved, row.status, row.arrived_at, row.closed_at) == (True, "arrived", at(1), None)
    assert not shop.write(lambda session: board.undo(session, "A-1", kim, None, now=at(30.6))).moved
    shop.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(31)))
    late = at(31) + UNDO_WITHIN + timedelta(seconds=1)
    assert not shop.write(lambda session: board.undo(session, "A-1", kim, None, now=late)).moved
    assert [what for what, _ in deeds(shop)] == ["handed_over", "hand_over_undone", "handed_over"]


def test_what_the_shop_closed_is_not_taken_back_at_the_counter(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["ready", "collected"])
    assert not shop.write(lambda session: board.undo(session, "A-1", kim, None, now=at(1.5))).moved
    assert seen(shop, minute=1.5).just_now == []


def test_ready_by_staff_tells_the_customer_once(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["placed"])
    done = shop.write(lambda session: board.make_ready(session, "A-1", kim, None, now=at(5)))
    again = shop.write(lambda session: board.make_ready(session, "A-1", kim, None, now=at(6)))
    assert (len(done.follows.deliveries), again.moved, again.follows.deliveries) == (1, False, ())
    [card] = seen(shop).columns["ready"]
    assert (card.is_new, card.ready_at) == (False, at(5))


def test_who_came_before_it_was_ready_stays_here_and_is_told(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["placed", "arrived"])
    [card] = seen(shop).columns["arrived"]
    assert (card.ready_at, card.arrived_at) == (None, at(1))
    done = shop.write(lambda session: board.make_ready(session, "A-1", kim, None, now=at(5)))
    assert (done.moved, row_of(shop).status, row_of(shop).ready_at) == (True, "arrived", at(5))


def test_noticed_calms_what_was_seen_and_no_more(shop: Town) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["ready", "arrived"])
    order(shop, "A-2", ["ready"])
    order(shop, "A-3", ["ready"], place="dam")

    def notice(status: str, *orders: str) -> int:
        return len(
            shop.write(
                lambda session: board.notice(session, orders, status, kim, ("kalverstraat",), now=at(10))
            ).happened
        )

    assert notice("nearby", "A-1") == 0  # it has come in since it was seen there
    assert notice("arrived", "A-1", "A-2") == 1
    assert notice("arrived", "A-1") == 0
    assert notice("ready", "A-2", "A-3", "nothing") == 1
    assert [row_of(shop, one).noticed_at for one in ("A-1", "A-2", "A-3")] == [at(10), at(10), None]
    order(shop, "A-2", ["on_the_way"], minute=11)
    assert row_of(shop, "A-2").noticed_at is None
    assert deeds(shop) == [("noticed", "A-1"), ("noticed", "A-2")]


@pytest.mark.parametrize("deed", [board.hand_over, board.undo, board.make_ready])
@pytest.mark.parametrize("order_id", ["A-1", "nothing"])
def test_another_stores_order_is_not_there(shop: Town, deed: Callable[..., object], order_id: str) -> None:
    kim = staff(shop)
    order(shop, "A-1", ["placed"], place="dam")
    with pytest.raises(NotFound):
        shop.write(lambda session: deed(session, order_id, kim, ("kalverstraat",), now=at(5)))
    with pytest.raises(NotFound):
        shop.read(lambda session: board.show(session, ("kalverstraat",), order_id, now=at(5)))
    assert row_of(shop).status == "placed"


def test_a_user_has_stores_that_there_are(shop: Town) -> None:
    shop.place("station", kind="landmark")
    staff(shop, "Kim", ["dam"])
    with pytest.raises(BadInput, match="nowhere"):
        shop.write(lambda session: users.change_places(session, "kim@shop.example", ["dam", "nowhere"], now=at(1)))
    with pytest.raises(BadInput, match="station"):
        shop.write(lambda session: users.change_places(session, "kim@shop.example", ["station"], now=at(1)))
    kept = shop.write(
        lambda session: users.change_places(session, "kim@shop.example", ["kalverstraat", "dam"], now=at(1))
    )
    assert kept == ["dam", "kalverstraat"]
    assert shop.write(lambda session: users.change_places(session, "kim@shop.example", [], now=at(1))) == []
    assert shop.read(lambda session: board.store_names(session, None)) == {"dam": "Dam", "kalverstraat": "Kalverstraat"}
