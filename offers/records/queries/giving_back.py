from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import places as place_queries
from offers.records.queries.deferrals import put_off
from offers.records.tables import Delivery
from offers.rules import eligibility
from offers.rules.campaign import parse_campaign
from offers.rules.local_time import clock_of
from offers.rules.quiet_hours import ends_at, is_quiet

SURELY_NOT_SENT = ("expired", "failed")


def give_back(session: Session, rows: Sequence[Delivery], now: datetime) -> None:
    """A cap and a coupon that were reserved for a message which surely never left are free again; `unknown` keeps them."""
    asked = {row.decision_id for row in rows if row.state in SURELY_NOT_SENT and row.decision_id}
    if not asked:
        return
    siblings = delivery_queries.siblings(session, asked)
    free = asked - siblings.left
    for decision in decision_queries.decisions_by_id(session, free).values():
        decision.spends_cap = False
    coupon_queries.release(session, free)
    if siblings.met_quiet_hours:
        _put_off(session, siblings.met_quiet_hours, now)
    session.flush()


def _put_off(session: Session, ids: Collection[str], now: datetime) -> None:
    """What met the quiet hours at its claim is decided anew at their end, where its campaign says so.

    Only of decisions of which nothing left and nothing is under way: whom one phone has told by now, another tells nothing in the morning.
    """
    window = campaign_queries.limits_now(session).quiet_hours
    if window is None:
        return
    rows = [row for row in delivery_queries.deliveries_by_id(session, ids) if now < row.expires_at]
    campaigns = {one.id: parse_campaign(one.definition) for one in campaign_queries.running_campaigns(session)}
    decisions = decision_queries.decisions_by_id(session, (row.decision_id for row in rows))
    customers = customer_queries.customers_by_id(session, (row.customer_id for row in rows))
    places = place_queries.places_by_id(session, (row.context["place_id"] for row in rows))
    waiting = []
    for row in rows:
        campaign, decision = campaigns.get(row.campaign_id or ""), decisions[row.decision_id or ""]
        place = places.get(row.context["place_id"])
        if campaign is None or place is None or campaign.quiet_hours == "drop":
            continue
        zone = clock_of(customers[row.customer_id].time_zone, place.time_zone).zone
        until = ends_at(now, zone, window) if is_quiet(now, zone, window) else now
        said = row.context.get("happened_at")
        happened_at = datetime.fromisoformat(said) if said else row.created_at
        if until > happened_at + eligibility.LONGEST_WAIT:
            continue
        decision.facts = {**decision.facts, "deferred_until": until.astimezone(zone).isoformat()}
        waiting.append(
            {
                "id": new_id("dfr"),
                "customer_id": row.customer_id,
                "campaign_id": row.campaign_id,
                "moment": row.moment,
                "trigger": decision.trigger,
                "device_id": row.device_id,
                "place_id": place.id,
                "role": row.context.get("role", campaign.trigger.role),
                "happened_at": happened_at,
                "created_at": now,
                "not_before": until,
            }
        )
    put_off(session, waiting)
