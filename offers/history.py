"""What happened, newest first: transitions, visits, decisions, deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.records.items import decision_item, delivery_item, transition_item, visit_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import following
from offers.records.queries import history as queries
from offers.records.queries.following import After, Deed
from offers.records.queries.history import Asked, Kept
from offers.records.tables import Purchase, Visit
from offers.rules.campaign import parse_campaign
from offers.rules.leafing import Leaf, Turn
from offers.rules.money import written

Item = dict[str, Any]

__all__ = [
    "PURGED",
    "After",
    "Asked",
    "Kept",
    "Page",
    "done_after",
    "how_long_kept",
    "kept_long_enough",
    "leaf_decisions",
    "leaf_deliveries",
    "list_decisions",
    "list_deliveries",
    "list_transitions",
    "list_visits",
    "purge",
]


@dataclass(frozen=True, slots=True)
class Page:
    items: list[dict[str, Any]]
    next_cursor: str | None


def list_transitions(session: Session, asked: Asked) -> Page:
    return _page([transition_item(row) for row in queries.transitions(session, asked)], asked)


def list_visits(session: Session, asked: Asked) -> Page:
    return _page([visit_item(row) for row in queries.visits(session, asked)], asked)


def list_decisions(session: Session, asked: Asked) -> Page:
    return _page([decision_item(row) for row in queries.decisions(session, asked)], asked)


def list_deliveries(session: Session, asked: Asked) -> Page:
    return _page([delivery_item(row) for row in queries.deliveries(session, asked)], asked)


def leaf_decisions(session: Session, asked: Asked, turn: Turn) -> Leaf:
    """A page by when they were decided, `when` or `-when`. `BadInput` for another order, or a cursor that there is not."""
    leaf = queries.leaf_of_decisions(session, asked, _counted(asked, turn))
    return leaf.holding([decision_item(row) for row in leaf.items])


def leaf_deliveries(session: Session, asked: Asked, turn: Turn) -> Leaf:
    """The same of deliveries."""
    leaf = queries.leaf_of_deliveries(session, asked, _counted(asked, turn))
    return leaf.holding([delivery_item(row) for row in leaf.items])


def done_after(session: Session, items: Iterable[Item], deed: Deed) -> dict[str, list[Item]]:
    """By the ids of these decisions what was done after them, the first first: `{at, place}` of visits; of purchases `total` and `currency` too."""
    found = following.deeds_after(session, [one["id"] for one in items], deed)
    return {decision: [_deed(row) for row in rows] for decision, rows in found.items()}


def _deed(row: Visit | Purchase) -> Item:
    if isinstance(row, Visit):
        return {"at": row.entered_at, "place": row.place_id}
    return {"at": row.at, "place": row.place_id, "total": written(row.total_thousandths), "currency": row.currency}


def _counted(asked: Asked, turn: Turn) -> Turn:
    """Counted where that is cheap: an index leads to the rows of one filter, but those of two have to be looked for among one's."""
    one = [asked.customer, asked.campaign, asked.place, asked.outcome, asked.state].count(None) >= 4
    return replace(turn, count=turn.count and one)


def _page(items: list[dict[str, Any]], asked: Asked) -> Page:
    more = len(items) > asked.limit
    return Page(items[: asked.limit], items[asked.limit - 1]["id"] if more else None)


PURGED = ("transitions", "stays", "visits", "deliveries", "decisions", "scans")
"""What goes when it has been kept long enough, in this order. Open stays and visits stay, and so do sends that still count."""


def how_long_kept(
    session: Session,
    *,
    decisions_before: datetime,
    transitions_before: datetime,
    scans_before: datetime | None = None,
    now: datetime,
) -> Kept:
    """Sends are kept for as long as any cooldown or the frequency cap looks back, however short decisions are kept otherwise."""
    return Kept(decisions_before, transitions_before, now - _longest_memory(session), scans_before)


def kept_long_enough(session: Session, kind: str, kept: Kept, *, after: str = "", limit: int = 1000) -> Sequence[str]:
    """Ids of one kind that may go, from after an id on. Looking keeps nobody waiting; `purge` then takes a portion."""
    return queries.kept_long_enough(session, kind, kept, after, limit)


def purge(session: Session, kind: str, kept: Kept, ids: Sequence[str]) -> int:
    """Remove a portion; how many went. Safe to repeat."""
    return queries.purge(session, kind, kept, ids)


def _longest_memory(session: Session) -> timedelta:
    """How far back any cooldown or the frequency cap looks."""
    cap = campaign_queries.limits_now(session).frequency_cap
    campaigns = (parse_campaign(row.definition) for row in campaign_queries.running_campaigns(session))
    cooldowns = (campaign.cooldown for campaign in campaigns if campaign.cooldown)
    return max([cap.window if cap else timedelta(0), *cooldowns])
