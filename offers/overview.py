"""What a person at the desk looks at: counts, names, what needs attention, and customers by what is typed."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from offers.records.queries import counting, found, funnels
from offers.records.queries import customers as customer_queries
from offers.records.queries import desk_coupons as coupon_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import overview as queries
from offers.rules.coupon_codes import CodeKeys
from offers.rules.leafing import Leaf, Turn

NO_ZONE = "UTC"
MOST_VERSIONS = 100
"""Of a campaign, those that are read to know what it ever gave."""
MOST_EXACT = 2_000
"""Rows of a campaign that are counted one by one with every look at a page."""


@dataclass(frozen=True, slots=True)
class Names:
    """Id to name, for what stands on a page."""

    places: dict[str, str]
    campaigns: dict[str, str]
    customers: dict[str, str]
    offers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Attention:
    """Campaigns as {id, name, status}: drafts and paused ones, and live ones that have sent nothing yet; and how many more of them there are."""

    waiting: list[dict[str, Any]]
    silent: list[dict[str, Any]]
    more: int


def desk_zone(session: Session) -> str:
    """The time zone that most places are in; UTC while there is none."""
    return queries.commonest_zone(session) or NO_ZONE


def count_outcomes(
    session: Session, *, since: datetime | None = None, campaign_id: str | None = None
) -> dict[str, int]:
    """How many decisions of each outcome, of all campaigns or of one; those too whose rows have left, of days that began since then."""
    left = counting.kept_counts(session, "decision", since=since, campaign_id=campaign_id)
    return dict(Counter(queries.outcomes(session, since, campaign_id)) + left)


def count_deliveries(
    session: Session, *, since: datetime | None = None, campaign_id: str | None = None
) -> dict[str, int]:
    """How many deliveries are in each state, of all campaigns or of one; those too whose rows have left, as above."""
    left = counting.kept_counts(session, "delivery", since=since, campaign_id=campaign_id)
    return dict(Counter(queries.delivery_states(session, since, campaign_id)) + left)


class CameOf(NamedTuple):
    """`counted_at`: up to when the report has counted, where its counts are told; none where they are as of now."""

    outcomes: dict[str, int]
    states: dict[str, int]
    counted_at: datetime | None


def what_came_of(session: Session, campaign_id: str, *, most: int = MOST_EXACT) -> CameOf:
    """A campaign's decisions by outcome and its deliveries by state, all of them, those too whose rows have left.

    Of more than `most` the rows are not counted with every look: the report's counts are told, which follow some minutes behind.
    """
    if counted := _counted(session, [campaign_id], most).get(campaign_id):
        outcomes = {"send": counted["sent", ""], "held_out": counted["held_out", ""]}
        states = {"sent": counted["accepted", ""]}
        for (step, reason), many in counted.items():
            if reason and step in ("no", "not_accepted"):
                (outcomes if step == "no" else states)[reason] = many
        return CameOf(
            _without_none(outcomes), _without_none(states), max(funnels.days_counted(session).values(), default=None)
        )
    outcomes, states = (count(session, campaign_id=campaign_id) for count in (count_outcomes, count_deliveries))
    return CameOf(outcomes, states, None)


def _counted(session: Session, ids: Iterable[str], most: int) -> dict[str, Counter[tuple[str, str]]]:
    """What the report has counted of those of these campaigns that have many rows; nothing of one that it has not come to."""
    many = queries.campaigns_with_many(session, ids, most)
    return funnels.totals_of_campaigns(session, many) if many else {}


def _without_none(counts: dict[str, int]) -> dict[str, int]:
    return {name: many for name, many in counts.items() if many}


def count_unlisted(
    session: Session, *, since: datetime | None = None, campaign_id: str | None = None
) -> dict[str, int]:
    """Of the two counts above how much no list shows any more: `{decisions, deliveries}`."""
    return {
        noun: counting.kept_counts(session, kind, since=since, campaign_id=campaign_id).total()
        for noun, kind in (("decisions", "decision"), ("deliveries", "delivery"))
    }


def count_sent(session: Session, campaign_ids: Iterable[str], *, most: int = MOST_EXACT) -> dict[str, int]:
    """Of each of these campaigns how many messages were sent; those that sent none are left out. Of more than `most` as above."""
    ids = list(campaign_ids)
    counted = _counted(session, ids, most)
    few = [one for one in ids if one not in counted]
    exact = Counter(queries.sent_counts(session, few)) + counting.kept_deliveries(session, few, "sent")
    return dict(exact) | _without_none({one: counts["accepted", ""] for one, counts in counted.items()})


def needs_attention(session: Session, *, most: int) -> Attention:
    """Of either kind so many, those that were changed last first."""
    waiting, in_all = queries.newest_in(session, ["draft", "paused"], most)
    silent, silent_in_all = queries.newest_in(session, ["live"], most, silent=True)
    return Attention(
        waiting=[_brief(one) for one in waiting],
        silent=[_brief(one) for one in silent],
        more=in_all - len(waiting) + silent_in_all - len(silent),
    )


def _brief(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "status": row.status, "updated_at": row.updated_at}


def versions_of(session: Session, campaign_id: str, *, limit: int | None = None) -> list[dict[str, Any]]:
    """What a campaign said in each of its versions, newest first; `limit` at most where there is one."""
    return [
        {"version": one.version, "at": one.at, **one.definition}
        for one in queries.versions_of(session, campaign_id, limit)
    ]


def only_offer_of(session: Session, campaign_id: str) -> str | None:
    """The offer that a campaign gives, and that no version of it gave another than; none where there is none, or nobody can tell of so many."""
    versions = queries.versions_of(session, campaign_id, MOST_VERSIONS + 1)
    offers = {str(one.definition["offer"]) for one in versions if one.definition.get("offer")}
    return offers.pop() if len(offers) == 1 and len(versions) <= MOST_VERSIONS else None


def name_places(session: Session) -> dict[str, str]:
    """Every place's id and name, by name."""
    return queries.place_names(session)


def names_of_places(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Id to name of these places."""
    return queries.place_names(session, ids)


def names_of(session: Session, items: Iterable[dict[str, Any]]) -> Names:
    """The names of what these items of a list speak of."""
    rows = list(items)
    return Names(
        queries.place_names(session, [str(one.get("place") or "") for one in rows]),
        queries.campaign_names(session),
        queries.customer_names(session, [str(one.get("customer") or "") for one in rows]),
        queries.offer_names(session),
    )


def name_campaigns(session: Session) -> dict[str, str]:
    """Every campaign's id and name, by name."""
    return queries.campaign_names(session)


def name_offers(session: Session) -> dict[str, str]:
    """Every offer's id and name, by name."""
    return queries.offer_names(session)


def coupons_of(session: Session, items: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of these decisions and deliveries, by their ids, the coupon that came with each: `{offer, name, state, expires_at, redeemed_at}`."""
    rows = list(items)
    found = queries.coupons_by_decision(session, [one["id"] for one in rows if one.get("outcome") == "send"])
    found |= queries.coupons_by_delivery(session, [one["id"] for one in rows if "coupon" in one])
    return {
        one: {
            "offer": coupon.offer_id,
            "name": name,
            "state": coupon.state,
            "expires_at": coupon.expires_at,
            "redeemed_at": coupon.redeemed_at,
        }
        for one, (coupon, name) in found.items()
    }


def hide_codes(session: Session, items: Iterable[dict[str, Any]], keys: CodeKeys, hide: Callable[[str], str]) -> None:
    """In the texts of these deliveries, the code that is one customer's own as `hide` tells it; one that everybody has stays."""
    rows = {one["id"]: one for one in items if one.get("coupon") and (one.get("title") or one.get("body"))}
    if not rows:
        return
    theirs = {one: coupon for one, (coupon, _) in queries.coupons_by_delivery(session, rows).items()}
    own = {coupon.id: coupon for coupon in theirs.values() if coupon.codes != "shared"}
    codes = coupon_queries.codes_of(session, list(own.values()), keys)
    for delivery, coupon in theirs.items():
        if code := codes.get(coupon.id):
            for part in ("title", "body"):
                rows[delivery][part] = (rows[delivery][part] or "").replace(code, hide(code)) or None


def what_goes_with_place(session: Session, place_id: str) -> dict[str, Any]:
    """What removing a place would mean: `{campaigns: [{id, name, status, only}], inside, visits, orders}`.

    `only`: the campaign names no other place and no tags. `orders`: some are to be collected there, and so it stays.
    """
    named = []
    for row in queries.campaigns_at(session, place_id):
        trigger = row.definition["trigger"]
        named.append(_brief(row) | {"only": trigger["places"] == [place_id] and not trigger.get("tags")})
    return {
        "campaigns": named,
        "inside": queries.customers_inside(session, place_id),
        "visits": queries.visits_at(session, place_id),
        "orders": bool(order_queries.orders_at(session, place_id)),
    }


def what_keeps_offer(session: Session, offer_id: str) -> dict[str, Any]:
    """What stands against removing an offer: `{campaigns: [{id, name, status}], coupons}`."""
    return {
        "campaigns": [_brief(row) for row in offer_queries.campaigns_that_name(session, offer_id)],
        "coupons": offer_queries.has_coupons(session, offer_id),
    }


def search_customers(session: Session, text: str, *, limit: int = 50) -> tuple[list[dict[str, Any]], bool]:
    """Customers whose id or name holds each of the words, or whose whole phone number this is; and whether there are more.

    Whose id it is comes first, then by name. Of a text that fits many, some: what is typed further makes it fewer.
    """
    typed = text.strip()
    rows = sorted(
        found.customers_found(session, typed, limit + 1),
        key=lambda row: (row.id != typed, (row.name or row.id).casefold(), row.id),
    )
    return [_found(row) for row in rows[:limit]], len(rows) > limit


def find_customers(session: Session, *, after: str = "", limit: int = 50) -> tuple[list[dict[str, Any]], str | None]:
    """All customers by id, and the cursor of the next page."""
    rows = customer_queries.all_customers(session, after, limit + 1)
    return [_found(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def leaf_customers(session: Session, turn: Turn) -> Leaf:
    """A page of all customers, by id. `BadInput` for an order or a cursor that there is not."""
    leaf = customer_queries.leaf_of_customers(session, turn)
    return leaf.holding([_found(row) for row in leaf.items])


def meant_customers(session: Session, text: str, *, limit: int = 8) -> list[dict[str, Any]]:
    """The one with this id, else those whom the text fits: one is meant, several are to be chosen from."""
    exact = customer_queries.customer_by_id(session, text)
    return [_found(exact)] if exact else search_customers(session, text, limit=limit)[0]


def _found(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "language": row.language,
        "anonymous": row.anonymous,
        "consents": {"location": row.location, "offers": row.offers, "orders": row.orders},
    }


def devices_of(session: Session, customer_id: str) -> list[dict[str, Any]]:
    """A customer's devices without their tokens, the last seen first."""
    return [
        {
            "id": row.id,
            "platform": row.platform,
            "push": bool(row.push_token),
            "way": "web_push" if row.push_kind == "web_push" else "fcm",
            "revoked": row.revoked_at is not None,
        }
        for row in queries.devices_of(session, customer_id)
    ]


def count_queued(session: Session, campaign_id: str) -> int:
    """Messages of a campaign that wait to be sent."""
    return queries.queued_of(session, campaign_id)
