"""What the stories of scans are told with: a town with a poster, and browsers that open its code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from offers.landing import LandAsked, land
from offers.records.queries.browsers import new_browser
from offers.records.queries.customers import customers_locked
from offers.records.tables import Poster, Scan
from offers.rules.landing import Landing
from offers.rules.scanning import reader_of
from offers.scans import Before, ScanAsked, Scanned, record_scan
from tests.offers.stories import KEYS, LAT, LON, NOON, Town, at

CODE = "K7M49XQT2R"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
WHATSAPP, GOOGLEBOT = "WhatsApp/2.24.20.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class PostedTown(Town):
    def poster(self, poster: str = "centraal", **more: Any) -> str:
        """A kilometre north of the store, with the campaign `sneakers`."""
        plain = {"code": CODE, "lat": LAT + 0.01, "lon": LON, "campaign_id": "sneakers", "inside": False, "scanned": 0}
        row = Poster(id=poster, **{**plain, "created_at": NOON, "updated_at": NOON, **more})
        self.write(lambda session: session.add(row))
        return poster

    def posted(self, **campaign: Any) -> None:
        """A store, its product, an offer, a campaign on scans, and the poster."""
        self.place(opening_hours="Mo-Sa 09:00-18:00")
        self.product(category="sneakers", sizes=["38", "39"], stock={"kalverstraat": {"38": 2, "39": 0}})
        self.offer()
        self.campaign(on="scan", **{"offer": "ten-percent", "product": "SNEAK-1", **campaign})
        self.poster()

    def browser(self, customer: str | None = None, **more: Any) -> str:
        """The browser of a new customer, or of nobody that is known."""
        if customer is not None:
            self.customer(customer, **more)

        def make(session: Any) -> str:
            if customer is not None:
                customers_locked(session, [customer])
            return new_browser(session, "nl", NOON, customer).id

        return self.write(make)

    def scan(
        self,
        device: str | None = None,
        *,
        minute: float = 0,
        agent: str = IPHONE,
        code: str = CODE,
        before: Sequence[Before] = (),
        **more: Any,
    ) -> Scanned:
        asked = ScanAsked(code, reader_of(agent), device_id=device, language="nl", before=before, **more)
        return self.write(lambda session: record_scan(session, asked, keys=KEYS, now=at(minute)))

    def land(self, scan: str | None, device: str | None = None, *, minute: float = 0, **more: Any) -> Landing:
        assert scan is not None
        asked = LandAsked(scan, device, **{"language": "nl", **more})
        found = self.read(lambda session: land(session, asked, keys=KEYS, now=at(minute)))
        assert found is not None
        return found

    def scans(self) -> list[Scan]:
        return self.read(lambda session: list(session.query(Scan).order_by(Scan.at, Scan.id)))

    def led_to(self) -> list[str | None]:
        return [one.campaign_id for one in self.scans()]

    def scanned(self, poster: str = "centraal") -> int:
        return self.read(lambda session: session.get_one(Poster, poster).scanned)

    def change(self, poster: str = "centraal", **columns: Any) -> None:
        def write(session: Any) -> None:
            row = session.get_one(Poster, poster)
            for name, value in columns.items():
                setattr(row, name, value)

        self.write(write)


def remembered(scanned: Scanned, minute: float = 0) -> tuple[Before, ...]:
    """What a browser's cookie holds after this scan."""
    assert scanned.poster_id
    assert scanned.scan_id
    return (Before(scanned.poster_id, scanned.scan_id, at(minute)),)


def moment(hour: float) -> datetime:
    return at(60 * hour)
