"""What deliveries rest on, as it is now: fetched in a number of queries that does not grow with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.queries import abandoned, coming, wording
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import conversations as conversation_queries
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries.service_texts import service_texts
from offers.records.tables import Conversation, Customer, Delivery, Device, Offer, Order, Place
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.coupon_codes import CodeKeys
from offers.rules.limits import Limits
from offers.rules.local_time import clock_of
from offers.rules.order_moments import name_of
from offers.rules.push_address import is_heard_of
from offers.rules.quiet_hours import is_quiet


@dataclass(frozen=True, slots=True)
class There:
    """What one delivery rests on."""

    customer: Customer
    device: Device
    place: Place | None
    here: Place | None
    """Where its customer stood, where a message of an order says so."""
    is_still_here: bool
    """Whether they stand there still, by their open stays."""
    texts: Mapping[str, Any]
    """The brand's own of this moment of an order, by language."""
    kind: str
    """Of the delivery."""
    campaign: CampaignBody | None
    """Of an offer where it is live; of a test whatever it is."""
    offer: Offer | None
    coupon: coupon_queries.Told | None
    order: Order | None
    conversation: Conversation | None
    """That a reply is of."""
    keys: CodeKeys
    named: wording.Named
    """What the texts of these campaigns name."""
    limits: Limits
    scan_id: str | None
    """Whose page a reminder is of."""
    is_over: bool
    """Something has come of that scan since."""
    zone: ZoneInfo
    """Of the clock that the quiet hours go by."""
    now: datetime

    @property
    def is_quiet(self) -> bool:
        return is_quiet(self.now, self.zone, self.limits.quiet_hours)

    @property
    def is_reachable(self) -> bool:
        heard = is_heard_of(self.device.push_seen_at, self.kind, self.now)
        return bool(self.device.push_token) and self.device.revoked_at is None and heard


@dataclass(frozen=True, slots=True)
class Fetched:
    customers: Mapping[str, Customer]
    devices: Mapping[str, Device]
    places: Mapping[str, Place]
    campaigns: Mapping[str, CampaignBody]
    """The live ones."""
    tested: Mapping[str, CampaignBody]
    """Those that tests are of, live or not."""
    coupons: Mapping[str, coupon_queries.Told]
    orders: Mapping[str, Order]
    conversations: Mapping[str, Conversation]
    keys: CodeKeys
    named: wording.Named
    limits: Limits
    texts: Mapping[str, Mapping[str, Any]]
    """The brand's own, by moment of an order."""
    standing: Collection[tuple[str, str, str]]
    """Of the customers who are told that they stand in another store: in which geofences, as `coming.standing_in`."""
    wanted: Collection[str]
    """Of the scans that are reminded of, those of which nothing has come."""
    now: datetime

    def there(self, row: Delivery) -> There:
        place = self.places.get(row.context.get("place_id") or "")
        customer = self.customers[row.customer_id]
        known, of = (self.tested, row.source_id) if row.kind == "test" else (self.campaigns, row.campaign_id or "")
        campaign, scan_id = known.get(of), row.context.get("scan_id")
        return There(
            customer=customer,
            device=self.devices[row.device_id],
            place=place,
            here=self.places.get(row.context.get("at_place_id") or ""),
            is_still_here=(row.customer_id, row.context.get("at_place_id"), "premises") in self.standing,
            texts=self.texts.get(name_of(row.moment), {}) if row.kind == "order" else {},
            kind=row.kind,
            campaign=campaign,
            offer=self.named.offers.get(campaign.offer) if campaign and campaign.offer else None,
            coupon=self.coupons.get(row.decision_id or ""),
            order=self.orders.get(row.order_id or ""),
            conversation=self.conversations.get(row.source_id) if row.kind == "reply" else None,
            keys=self.keys,
            named=self.named,
            limits=self.limits,
            scan_id=scan_id,
            is_over=scan_id is not None and scan_id not in self.wanted,
            zone=clock_of(customer.time_zone, place.time_zone if place else None).zone,
            now=self.now,
        )


def fetch(
    session: Session, rows: Sequence[Delivery], customers: Mapping[str, Customer], keys: CodeKeys, now: datetime
) -> Fetched:
    """For these deliveries; `customers` are theirs, locked by the caller."""
    campaigns = {
        one.id: parse_campaign(one.definition)
        for one in campaign_queries.running_campaigns(session)
        if one.status == "live"
    }
    tests = {row.source_id for row in rows if row.kind == "test"}
    tested = {one.id: parse_campaign(one.definition) for one in campaign_queries.campaigns_by_id(session, tests)}
    told = {row.campaign_id: campaigns[row.campaign_id] for row in rows if row.campaign_id in campaigns}
    orders = {row.order_id for row in rows if row.order_id}
    scans = {row.context["scan_id"] for row in rows if row.context.get("scan_id")}
    moments = {name_of(row.moment) for row in rows if row.kind == "order"}
    replies = {row.source_id for row in rows if row.kind == "reply"}
    elsewhere = {row.customer_id for row in rows if row.context.get("at_place_id")}
    return Fetched(
        customers=customers,
        devices=customer_queries.devices_by_id(session, (row.device_id for row in rows)),
        places=place_queries.places_by_id(
            session, {row.context.get(name) or "" for row in rows for name in ("place_id", "at_place_id")}
        ),
        campaigns=campaigns,
        tested=tested,
        coupons=coupon_queries.codes_to_tell(session, (row.decision_id for row in rows if row.decision_id), keys),
        orders=order_queries.orders_by_id(session, orders) if orders else {},
        conversations=conversation_queries.conversations_by_id(session, replies) if replies else {},
        keys=keys,
        texts=service_texts(session, moments) if moments else {},
        standing=coming.standing_in(session, elsewhere) if elsewhere else (),
        named=wording.named_in(session, [*told.values(), *tested.values()], customers, now),
        limits=campaign_queries.limits_now(session),
        wanted=abandoned.still_wanted(session, scans) if scans else (),
        now=now,
    )
