"""Users, keys and customers as lists, on both databases: each order both ways and page by page, and each filter."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from offers import keys, overview, users
from offers.errors import BadInput
from offers.records.database import Database
from offers.records.tables import Customer
from offers.rules.desk_lists import AskedKeys, AskedUsers
from offers.rules.leafing import Leaf, Turn
from tests.conftest import NOON
from tests.offers.test_leafing import Read, walk

PEOPLE = (
    ("Zoë@shop.example", "admin", "zoe"),
    ("ann@shop.example", "viewer", "Ann"),
    ("ben@shop.example", "viewer", "ann"),
    ("kim@shop.example", "staff", "Étienne"),
)


def of_users(database: Database, wanted: AskedUsers = AskedUsers()) -> Read:  # noqa: B008 - it never changes
    def read(turn: Turn) -> Leaf:
        with database.reading() as session:
            return users.leaf_users(session, wanted, turn)

    return read


def of_keys(database: Database, wanted: AskedKeys = AskedKeys()) -> Read:  # noqa: B008 - it never changes
    def read(turn: Turn) -> Leaf:
        with database.reading() as session:
            return keys.leaf_keys(session, wanted, turn, now=NOON)

    return read


def both_ways(read: Read, *orders: str) -> dict[str, list[str]]:
    """Of each order the ids as it rises, which come the other way round as it falls."""
    rising = {order: walk(read, order, limit=2) for order in orders}
    for order, ids in rising.items():
        assert walk(read, f"-{order}", limit=2) == ids[::-1], order
        assert len(set(ids)) == len(ids)
    return rising


def test_users_by_each_head_and_filter(either_database: Database) -> None:
    with either_database.transaction() as session:
        for email, role, name in PEOPLE:
            users.create_user(session, email, role, now=NOON, name=name)
        users.disable_user(session, "ben@shop.example", now=NOON)
        email_of = {one["id"]: one["email"].partition("@")[0] for one in users.list_users(session)}
    orders = both_ways(of_users(either_database), "email", "name", "role")
    assert {order: len(ids) for order, ids in orders.items()} == dict.fromkeys(orders, 4)
    assert [email_of[one] for one in orders["role"]] == ["zoë", "kim", "ann", "ben"]
    assert {email_of[one] for one in orders["name"][:2]} == {"ann", "ben"}, "in whatever case"
    assert walk(of_users(either_database), "") == orders["email"]

    def found(wanted: AskedUsers) -> set[str]:
        return {email_of[one] for one in walk(of_users(either_database, wanted), "")}

    assert found(AskedUsers("ANN")) == {"ann", "ben"}
    assert found(AskedUsers("%")) == set()
    assert found(AskedUsers(role="viewer", may_enter=True)) == {"ann"}
    assert found(AskedUsers(may_enter=False)) == {"ben"}


def test_keys_by_each_head_and_filter(either_database: Database) -> None:
    named: dict[str, str] = {}
    with either_database.transaction() as session:
        for number, name in enumerate(("till", "Till", "", "app", "old")):
            role = ("till", "read")[number % 2]
            named[keys.make_key(session, role, now=NOON - timedelta(minutes=number % 2), name=name).id] = name or "none"
        ids = {name: key for key, name in named.items()}
        keys.note_use(session, ids["app"], now=NOON)
        keys.revoke_key(session, ids["old"], now=NOON)
        followed = keys.rotate_key(session, ids["till"], timedelta(hours=1), now=NOON)
        named[followed.id] = "new till"
    orders = both_ways(of_keys(either_database), "made", "used", "name", "role")
    assert named[orders["used"][-1]] == "app", "what was never used comes before"
    assert named[orders["name"][0]] == "none"
    assert walk(of_keys(either_database), "") == orders["made"][::-1]

    def found(wanted: AskedKeys) -> set[str]:
        return {named[one] for one in walk(of_keys(either_database, wanted), "")}

    assert found(AskedKeys("TILL")) == {"till", "Till", "new till"}
    assert found(AskedKeys(state="good")) == {"Till", "none", "app", "new till"}
    assert found(AskedKeys(state="ending")) == {"till"}
    assert found(AskedKeys(state="ended", role="till")) == {"old"}
    assert found(AskedKeys(state="ended", role="read")) == set()


def test_customers_by_id(either_database: Database) -> None:
    plain = {"anonymous": False, "sizes": {}, "attributes": {}, "tags": [], "location": True, "offers": True}
    with either_database.transaction() as session:
        rows = [plain | {"id": f"c-{n}", "orders": True, "created_at": NOON, "updated_at": NOON} for n in range(5)]
        session.execute(insert(Customer), rows)

    def read(turn: Turn) -> Leaf:
        with either_database.reading() as session:
            return overview.leaf_customers(session, turn)

    assert both_ways(read, "id")["id"] == [f"c-{n}" for n in range(5)]
    for turn in (Turn("name"), Turn(cursor="nonsense")):
        with pytest.raises(BadInput):
            read(turn)
