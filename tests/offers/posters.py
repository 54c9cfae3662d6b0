"""What the stories of posters are told with: a poster at the station, and people who scan it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import scans as scan_queries
from offers.records.tables import Customer, Order, Payment, Poster, Scan
from offers.scan_decisions import Given, decide_scan
from tests.offers.stories import KEYS, LAT, LON, NOON, Town, at


def poster(town: Town, name: str = "centraal", *, place: str | None = None, **more: Any) -> str:
    def write(session: Session) -> None:
        plain: dict[str, Any] = {"lat": LAT + 0.008, "lon": LON + 0.01, "place_id": place}
        code = new_id("c").removeprefix("c_")[-10:].upper()
        session.add(Poster(id=name, code=code, name=name, created_at=NOON, updated_at=NOON, **{**plain, **more}))

    town.write(write)
    return name


def scan(town: Town, minute: float, customer: str | None = "sanne", *, poster: str = "centraal", **more: Any) -> str:
    scan_id = new_id("scn")
    plain: dict[str, Any] = {
        "campaign_id": None,
        "device_id": None,
        "source": "web",
        "kind": "human",
        "device_class": "phone",
        "os": "android",
        "language": "nl",
        "repeat": False,
        "in_store": False,
    }

    def write(session: Session) -> None:
        session.add(Scan(id=scan_id, poster_id=poster, customer_id=customer, at=at(minute), **{**plain, **more}))

    town.write(write)
    return scan_id


def finish(town: Town, scan_id: str, by: str, minute: float) -> None:
    town.write(lambda session: scan_queries.finish(session, scan_id, by, at(minute)))


def order(
    town: Town,
    scan_id: str | None,
    minute: float,
    *,
    order_id: str = "order-1",
    status: str = "placed",
    payment: str | None = None,
    customer: str = "sanne",
    source: str = "page",
) -> None:
    """One that came of a scan; with a payment in a state where one is named."""

    def write(session: Session) -> None:
        when = at(minute)
        row = Order(
            id=order_id,
            customer_id=customer,
            status=status,
            place_id="kalverstraat",
            items=[],
            total=None,
            currency=None,
            history=[],
            source=source,
            scan_id=scan_id,
            created_at=when,
            updated_at=when,
        )
        session.add(row)
        session.flush()
        if payment is not None:
            session.add(
                Payment(
                    id=f"pay-{order_id}",
                    order_id=order_id,
                    provider="demo",
                    state=payment,
                    amount_thousandths=89950,
                    currency="EUR",
                    created_at=when,
                    updated_at=when,
                )
            )

    town.write(write)


def pay(town: Town, state: str, order_id: str = "order-1") -> None:
    def write(session: Session) -> None:
        session.get_one(Payment, f"pay-{order_id}").state = state

    town.write(write)


def answer(
    town: Town, scan_id: str, customer: str = "sanne", *, asked_for: bool = False, now: datetime = NOON
) -> Given:
    """What the scan's campaign gives."""

    def decide(session: Session) -> Given:
        who = session.get_one(Customer, customer, with_for_update=True)
        return decide_scan(session, session.get_one(Scan, scan_id), who, asked_for=asked_for, keys=KEYS, now=now)

    return town.write(decide)
