"""Visitors' browsers on both databases: who is found again, and what two tabs at once leave behind."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from offers import visitors
from offers.customers import erase_customer
from offers.errors import NotFound
from offers.records.database import Database
from offers.records.tables import Consent, Customer, Device
from offers.rules.push_address import Address
from offers.visitors import Visitor, Wording
from tests.conftest import NOON

WORDING = Wording("messages-1", "nl")
BOTH = {"orders": True, "offers": True}


def address(name: str, secret: str = "s") -> Address:
    start = f'{{"endpoint":"https://fcm.googleapis.com/wp/{name}",'
    return Address("web_push", f'{start}"keys":{{"p256dh":"p","auth":"{secret}"}}}}')


def subscribe(database: Database, where: Address, device_id: str | None = None, **ticked: bool) -> Visitor:
    with database.transaction() as session:
        visitor, _ = visitors.subscribe(
            session, device_id, where, ticked or BOTH, WORDING, vapid_key="our-key", now=NOON
        )
    return visitor


def many(database: Database, *tables: type[Device] | type[Customer] | type[Consent]) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_browser_is_found_again(either_database: Database) -> None:
    one = subscribe(either_database, address("one"))
    assert (one.on, one.shared, one.language, dict(one.consents)) == (True, False, "nl", BOTH)
    assert subscribe(either_database, address("one")).device_id == one.device_id
    assert subscribe(either_database, address("two"), one.device_id).device_id == one.device_id
    with either_database.transaction() as session:
        renewed = visitors.renew(session, None, address("two"), address("three"), vapid_key="our-key", now=NOON)
        assert renewed.device_id == one.device_id
    with either_database.transaction() as session, pytest.raises(NotFound):
        visitors.renew(session, None, address("three", "guessed"), address("four"), vapid_key="our-key", now=NOON)
    assert many(either_database, Device, Customer, Consent) == [1, 1, 2]


def test_off_is_off_and_said_once(either_database: Database) -> None:
    one = subscribe(either_database, address("one"))
    for _ in range(2):
        with either_database.transaction() as session:
            visitors.switch_off(session, one.device_id, None, ["orders", "offers"], WORDING, now=NOON)
    with either_database.reading() as session:
        found = visitors.find_visitor(session, one.device_id)
        assert found is not None
        assert (found.on, dict(found.consents)) == (False, {"orders": False, "offers": False})
    assert many(either_database, Consent) == [4]


def test_who_is_erased_leaves_no_browser(either_database: Database) -> None:
    one = subscribe(either_database, address("one"))
    with either_database.transaction() as session:
        erase_customer(session, session.get_one(Device, one.device_id).customer_id, now=NOON)
    with either_database.reading() as session:
        assert visitors.find_visitor(session, one.device_id) is None
    assert many(either_database, Device, Customer, Consent) == [0, 0, 0]


def at_once(*deeds: Callable[[], object]) -> None:
    together = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        together.wait()
        deed()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_tabs_of_one_browser_are_one_address(either_database: Database) -> None:
    """One says on while the other says off, again and again: whoever is last, no address is two devices'."""
    one = subscribe(either_database, address("one"))

    def on() -> None:
        for _ in range(5):
            subscribe(either_database, address("one"), one.device_id, orders=True)

    def off() -> None:
        for _ in range(5):
            with either_database.transaction() as session:
                visitors.switch_off(session, one.device_id, address("one"), ["orders"], WORDING, now=NOON)

    at_once(on, off, on)
    with either_database.reading() as session:
        (device,) = session.scalars(select(Device))
        customer = session.get_one(Customer, device.customer_id)
        assert (device.push_token is not None) == customer.orders
        assert (device.push_retired_reason is None) == customer.orders
        newest = session.scalars(select(Consent).where(Consent.purpose == "orders").order_by(Consent.id.desc())).first()
        assert newest is not None
        assert newest.given is customer.orders
