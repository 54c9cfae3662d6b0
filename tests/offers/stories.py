"""What the stories of this room are told with: a town with stores, people and phones, and crossings in minutes after noon."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from offers.arrivals import Arrivals, Crossing, record_crossings
from offers.campaigns import put_campaign, step_campaign
from offers.claiming import Claimed, Claims, claim_deliveries, word_delivery
from offers.coupons import redeem_coupon
from offers.customers import put_customer
from offers.deliveries import Sent, record_outcomes
from offers.desk_offers import add_codes, get_offer, put_offer
from offers.desk_settings import change_limits
from offers.devices import change_device, register_device
from offers.history import list_decisions, list_deliveries, list_transitions, list_visits
from offers.places import get_place, put_place
from offers.products import put_product
from offers.purchases import record_purchase
from offers.push import Outcome
from offers.records.database import Database
from offers.records.ids import new_id
from offers.records.queries.history import Asked
from offers.records.tables import Coupon, Stay
from offers.rules.campaign import CampaignBody
from offers.rules.coupon import RedeemBody
from offers.rules.coupon_codes import CodeKeys
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.product import ProductBody
from offers.rules.profile import CustomerBody, DeviceBody, DeviceChange
from offers.rules.purchase import PurchaseBody

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
"""A Wednesday; 14:00 in Amsterdam."""
KEYS = CodeKeys.of(b"a secret that is only good for tests")
LAT, LON = 52.3702516, 4.8906199

T = TypeVar("T")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(minute: float) -> datetime:
    """`minute` minutes after noon."""
    return NOON + minutes(minute)


def crossing(
    kind: str, device: str, fence: str, minute: float, *, source: str = "server", reason: str | None = None
) -> Crossing:
    return Crossing(device, kind, fence, at(minute).timestamp(), source, reason)


def enter(device: str, fence: str, minute: float, reason: str | None = None) -> Crossing:
    return crossing("enter", device, fence, minute, reason=reason)


def dwell(device: str, fence: str, minute: float) -> Crossing:
    return crossing("dwell", device, fence, minute)


def leave(device: str, fence: str, minute: float, reason: str | None = None) -> Crossing:
    return crossing("exit", device, fence, minute, reason=reason)


def fall_silent(device: str, fence: str, minute: float) -> Crossing:
    return crossing("exit", device, fence, minute, source="inferred")


def come_back(device: str, fence: str, minute: float) -> Crossing:
    return crossing("reopen", device, fence, minute)


def circle(radius_m: float = 100, role: str = "premises", dwell_s: int | None = 60) -> dict[str, Any]:
    return {"role": role, "lat": LAT, "lon": LON, "radius_m": radius_m, "dwell_s": dwell_s}


TELLS = {"en": {"title": "For you", "body": "Show {{ coupon.code }}"}}
"""Messages with the code of a coupon."""


def campaign_body(on: str = "enter", **more: Any) -> dict[str, Any]:
    plain = {
        "name": "Sneakers",
        "trigger": {"on": on},
        "messages": {
            "en": {
                "title": "Hi {{ customer.first_name | default: 'there' }}",
                "body": "You are near {{ place.name }}.",
            },
            "nl": {"title": "Hoi {{ customer.first_name | default: 'daar' }}", "body": "Je bent bij {{ place.name }}."},
        },
    }
    return {**plain, **more}


class Town:
    """A database with places, customers, devices and campaigns in it; everything goes through the use cases."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, work: Callable[[Session], T]) -> T:
        with self.database.transaction() as session:
            return work(session)

    def read(self, work: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return work(session)

    def place(
        self,
        place: str = "kalverstraat",
        geofences: Sequence[dict[str, Any]] = (circle(),),
        *,
        kind: str = "store",
        now: datetime = NOON,
        **more: Any,
    ) -> str:
        """The id of its first geofence."""
        plain = {"name": place.capitalize(), "kind": kind, "lat": LAT, "lon": LON, "time_zone": "Europe/Amsterdam"}
        body = PlaceBody.model_validate({**plain, "geofences": list(geofences), **more})
        item, _, _ = self.write(lambda session: put_place(session, place, body, now=now))
        first: dict[str, Any] = next(iter(item["geofences"]), {})
        return str(first.get("id", ""))

    def fences(self, place: str) -> dict[str, str]:
        """The geofences' ids by role."""
        item = self.read(lambda session: get_place(session, place))
        return {fence["role"]: fence["id"] for fence in item["geofences"]}

    def customer(
        self, customer: str = "sanne", *, consents: Iterable[str] = ("location", "offers"), **more: Any
    ) -> str:
        plain: dict[str, Any] = {"name": "Sanne de Vries", "language": "nl", "time_zone": "Europe/Amsterdam"}
        body = CustomerBody.model_validate({**plain, "consents": dict.fromkeys(consents, True), **more})
        self.write(lambda session: put_customer(session, customer, body, now=NOON))
        return customer

    def device(self, customer: str = "sanne", *, push_token: str | None = "", now: datetime = NOON, **more: Any) -> str:
        """A phone of a customer; its push token is its own unless one is given, or `None` for a phone without."""
        body = {"customer": customer, "platform": "android", **more}
        if push_token is not None:
            body["push_token"] = push_token or new_id("token")
        made = self.write(
            lambda session: register_device(session, DeviceBody.model_validate(body), trusted=True, now=now)
        )
        return made.device_id

    def tell(self, device: str, push_token: str | None, *, now: datetime = NOON) -> None:
        change = DeviceChange(push_token=push_token)
        self.write(lambda session: change_device(session, device, change, now=now))

    def phone(self, customer: str = "sanne", **more: Any) -> str:
        """A new customer with one phone."""
        return self.device(self.customer(customer, **more))

    def campaign(self, campaign: str = "sneakers", on: str = "enter", *, live: bool = True, **more: Any) -> str:
        body = CampaignBody.model_validate(campaign_body(on, **more))
        self.write(lambda session: put_campaign(session, campaign, body, now=NOON))
        if live:
            self.write(lambda session: step_campaign(session, campaign, "launch", now=NOON))
        return campaign

    def offer(self, offer: str = "ten-percent", *, imported: Sequence[str] = (), **more: Any) -> str:
        """Ten percent off, with generated codes unless told otherwise; `imported` codes are brought along."""
        plain = {"name": "Ten percent", "kind": "percentage", "value": 10, "text": {"nl": "10% korting"}}
        body = OfferBody.model_validate({**plain, "codes": "imported" if imported else "generated", **more})
        self.write(lambda session: put_offer(session, offer, body, now=NOON))
        if imported:
            self.write(lambda session: add_codes(session, offer, imported, keys=KEYS))
        return offer

    def product(self, sku: str = "SNEAK-1", **more: Any) -> str:
        plain = {"title": {"nl": "Sneaker, wit", "en": "Sneaker, white"}, "price": "89.95", "currency": "EUR"}
        body = ProductBody.model_validate({**plain, **more})
        self.write(lambda session: put_product(session, sku, body, now=NOON))
        return sku

    def purchase(self, *items: dict[str, Any], purchase: str = "p1", minute: float = 0, **more: Any) -> str:
        """One that was made at a time; each item has a sku."""
        plain = {"purchase_id": purchase, "customer": "sanne", "channel": "store", "total": 10, "currency": "EUR"}
        body = PurchaseBody.model_validate({**plain, "at": at(minute), "items": list(items), **more})
        self.write(lambda session: record_purchase(session, body, keys=KEYS, now=NOON))
        return purchase

    def counts(self, offer: str = "ten-percent") -> dict[str, Any]:
        return self.read(lambda session: get_offer(session, offer))[1]

    def coupons(self) -> list[Coupon]:
        return self.read(lambda session: list(session.query(Coupon).order_by(Coupon.id)))

    def coupon_states(self) -> list[str]:
        return [one.state for one in self.coupons()]

    def walk_in(self, store: str, customer: str = "sanne", minute: float = 5) -> list[str]:
        """A new phone of a customer enters; the deliveries that follow."""
        return self.cross(enter(self.phone(customer), store, minute)).deliveries

    def code(self, customer: str = "sanne") -> str:
        """What the last message of the customer told."""
        return str(self.deliveries(customer)[0]["coupon"])

    def redeem(self, code: str, *, now: datetime, **body: Any) -> dict[str, Any]:
        said = RedeemBody.model_validate(body)
        return self.write(lambda session: redeem_coupon(session, code, said, keys=KEYS, now=now).item)

    def limits(self, **change: Any) -> None:
        self.write(lambda session: change_limits(session, change))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL that is executed meanwhile; one that is executed for many rows is one."""
        seen: list[str] = []

        def note(*arguments: object) -> None:
            seen.append(str(arguments[2]))

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)

    def cross(self, *crossings: Crossing, now: datetime | None = None) -> Arrivals:
        """Record crossings in one transaction, by default at the time of the last of them."""
        when = now or datetime.fromtimestamp(crossings[-1].at, UTC)
        return self.write(lambda session: record_crossings(session, crossings, now=when))

    def claim(self, ids: Sequence[str], *, now: datetime, sender: str = "sender-1") -> Claims:
        return self.write(lambda session: claim_deliveries(session, ids, sender, keys=KEYS, now=now))

    def send(self, ids: Sequence[str], *, now: datetime, outcome: Outcome | None = None) -> list[str]:
        """Claim, word, and record one outcome for all; the titles that went out."""
        held = self.claim(ids, now=now).held
        worded = [(one, word_delivery(one)) for one in held]
        results = [Sent(one.delivery_id, one.language, words, outcome or Outcome("sent")) for one, (_, words) in worded]
        self.write(lambda session: record_outcomes(session, "sender-1", results, now=now))
        return [message.title for _, (message, _) in worded]

    def record(self, held: Sequence[Claimed], outcome: Outcome, *, now: datetime) -> None:
        """What became of messages that sender-1 holds."""
        results = [Sent(one.delivery_id, one.language, word_delivery(one)[1], outcome) for one in held]
        self.write(lambda session: record_outcomes(session, "sender-1", results, now=now))

    def outcomes(self, customer: str | None = None) -> list[tuple[str, str, str]]:
        """Each decision as (campaign, trigger, outcome), by campaign."""
        page = self.read(lambda session: list_decisions(session, Asked(customer=customer, limit=1000)))
        return sorted((one["campaign"], one["trigger"], one["outcome"]) for one in page.items)

    def decisions(self, customer: str | None = None) -> list[dict[str, Any]]:
        return self.read(lambda session: list_decisions(session, Asked(customer=customer, limit=1000))).items

    def deliveries(self, customer: str | None = None) -> list[dict[str, Any]]:
        return self.read(lambda session: list_deliveries(session, Asked(customer=customer, limit=1000))).items

    def transitions(self, customer: str | None = None) -> list[tuple[str, datetime]]:
        page = self.read(lambda session: list_transitions(session, Asked(customer=customer, limit=1000)))
        return sorted(((one["kind"], one["at"]) for one in page.items), key=lambda one: (one[1], one[0]))

    def visits(self, customer: str | None = None) -> list[tuple[datetime, datetime | None]]:
        page = self.read(lambda session: list_visits(session, Asked(customer=customer, limit=1000)))
        return sorted(((one["entered_at"], one["left_at"]) for one in page.items), key=lambda one: one[0])

    def stays(self) -> list[Stay]:
        return self.read(lambda session: list(session.query(Stay).order_by(Stay.entered_at, Stay.id)))

    def everything(self) -> list[Any]:
        """All that a crossing may write, to be compared before and after."""
        stays = [
            (s.id, s.visit_id, s.moment, s.entered_at, s.dwelled_at, s.left_at, s.left_reason) for s in self.stays()
        ]
        return [stays, self.transitions(), self.visits(), self.decisions(), self.deliveries()]
