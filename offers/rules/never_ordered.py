"""Why a campaign of orders has never decided about a customer: which part of `order_ready`, `approach` or `arrived` has not happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from offers.rules.campaign import TriggerRule


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of this customer's that became ready, and its store."""

    ready_at: datetime
    place: str
    tags: frozenset[str]
    closed_at: datetime | None


def unmet(trigger: TriggerRule, ordered: Sequence[Ordered], *, since: datetime | None) -> dict[str, Any]:
    """`unmet`, and what tells it, from the last part to the first. `since` is when it began to wait for this; none: it was never launched."""
    newest = sorted(ordered, key=lambda one: one.ready_at, reverse=True)
    if not newest:
        return {"unmet": "nothing_ready"}
    there = [one for one in newest if trigger.covers(trigger.on, "", one.place, one.tags)]
    last = (there or newest)[0]
    told: dict[str, Any] = {"place": last.place, "at": last.ready_at}
    if not there:
        return {"unmet": "ready_elsewhere", **told}
    begun = {"since": since} if since else {}
    if trigger.on == "order_ready":
        before = since is None or last.ready_at < since
        return {"unmet": "ready_before", **told, **begun} if before else {"unmet": "ready_undecided", **told}
    if since is None or (last.closed_at is not None and last.closed_at < since):
        return {"unmet": "ready_before", **told, **begun}
    return {"unmet": "not_come", **told}
