"""What became of a campaign, in plain counts."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import counting
from offers.records.queries import posters_of_campaigns as poster_queries
from offers.records.queries import reports as queries

COUNTED = {
    "decisions": queries.decisions_counted,
    "deliveries": queries.deliveries_counted,
    "receipts": queries.receipts_counted,
    "coupons": queries.coupons_counted,
}
"""Decisions by outcome, deliveries and coupons by state, and deliveries by what phones told of them."""
LEFT = {"decisions": "decision", "deliveries": "delivery", "receipts": "receipt", "coupons": "coupon"}
"""What those whose rows have left are counted as."""

OF_POSTERS = {
    "scans": (poster_queries.scans_counted, "person"),
    "orders": (poster_queries.orders_counted, "order"),
    "reminders": (poster_queries.reminders_counted, "reminder"),
}
"""The same of posters."""


def report(session: Session, campaign_id: str, *, since: datetime | None = None) -> dict[str, Any]:
    """`{campaign, since, decisions, deliveries, receipts, coupons, scans, orders, reminders, by_version}`: counts, each by outcome or state; of receipts
    `received` and `opened`. A delivery that is `sent` was accepted by the push service; that it arrived only its receipt says.

    Of a campaign that posters lead to `scans` by people, `orders` that came of them, and the `reminders` that were decided of those left.

    Those too whose rows have left, of days that began since then; but for `by_version`, which has a row for each version and variant of
    what is kept: days are counted without versions. A version is null where its decision is no longer kept.
    """
    if campaign_queries.campaign_by_id(session, campaign_id) is None:
        raise NotFound("campaign")
    whole: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    parts: dict[tuple[int | None, str | None], dict[str, Counter[str]]] = defaultdict(
        lambda: {name: Counter() for name in COUNTED}
    )
    for name, counted in COUNTED.items():
        for version, variant, of_what, many in counted(session, campaign_id, since):
            whole[name][of_what] += many
            parts[version, variant][name][of_what] += many
        whole[name] += counting.kept_counts(session, LEFT[name], since=since, campaign_id=campaign_id)
    rows = sorted(parts.items(), key=lambda one: (-(one[0][0] or 0), one[0][1] or ""))
    return {
        "campaign": campaign_id,
        "since": since,
        **_plain(whole),
        **_plain(of_posters(session, campaign_id, since=since)),
        "by_version": [{"version": version, "variant": variant, **_plain(of)} for (version, variant), of in rows],
    }


def of_posters(session: Session, campaign_id: str, *, since: datetime | None = None) -> dict[str, Counter[str]]:
    """`{scans, orders, reminders}` of the posters that led to a campaign. What has left is counted as long as days are."""
    return {
        name: counted(session, campaign_id, since)
        + counting.kept_counts(session, kind, since=since, campaign_id=campaign_id)
        for name, (counted, kind) in OF_POSTERS.items()
    }


def _plain(counts: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(of.items())) for name, of in counts.items()}
