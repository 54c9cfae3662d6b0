"""What stories of scans are told with: a poster, its campaign, and scans of it."""

from typing import Any

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.tables import Order, Payment, Poster, Product, Scan
from offers.reserving import ReserveAsked, Reserved, reserve
from offers.rules.page_order import nonce_of
from tests.offers.stories import KEYS, LAT, LON, NOON, Town, at

HOURS = "Mo-Sa 09:00-21:00"


class Billboard(Town):
    """The town with one store that hands over, a product in it, and a poster whose campaign shows it."""

    def put_up(self, *, offer: str | None = None, stock: Any = None, **product: Any) -> str:
        self.place("kalverstraat", pickup=True, opening_hours=HOURS)
        self.product(
            sizes=["38", "39"], stock={"kalverstraat": stock if stock is not None else {"38": 1, "39": 0}}, **product
        )
        more: dict[str, Any] = {"offer": offer} if offer else {}
        self.campaign("billboard", on="scan", product="SNEAK-1", **more)
        poster = Poster(
            id=new_id("pos"), code=new_id("x")[-10:], place_id="kalverstraat", lat=LAT, lon=LON, inside=False,
            campaign_id="billboard", scanned=0, created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        self.write(lambda session: session.add(poster))
        self.poster = poster.id
        return poster.id

    def scan(self) -> str:
        row = Scan(
            id=new_id("scn"), poster_id=self.poster, campaign_id="billboard", at=NOON, source="web", kind="human",
            device_class="phone", repeat=False, in_store=False,
        )  # fmt: skip
        self.write(lambda session: session.add(row))
        return row.id

    def asked(self, scan: str | None = None, **more: Any) -> ReserveAsked:
        plain: dict[str, Any] = {
            "scan_id": scan or self.scan(),
            "device_id": None,
            "sku": "SNEAK-1",
            "size": "38",
            "place": "kalverstraat",
            "seen_thousandths": 89950,
            "nonce": nonce_of(NOON, new_id("n")[2:]),
            "language": "en",
        }
        return ReserveAsked(**{**plain, **more})

    def reserve(self, asked: ReserveAsked, minute: float = 1) -> Reserved:
        return self.write(lambda session: reserve(session, asked, keys=KEYS, now=at(minute)))

    def stock(self) -> Any:
        return self.read(_stock)

    def orders(self) -> list[Order]:
        return self.read(lambda session: list(session.query(Order).order_by(Order.id)))

    def payments(self) -> list[Payment]:
        return self.read(lambda session: list(session.query(Payment).order_by(Payment.id)))


def _stock(session: Session) -> Any:
    return session.get_one(Product, "SNEAK-1").stock["kalverstraat"]
