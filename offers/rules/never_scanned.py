"""Why a campaign of posters has never decided about a customer: which part of `scan` or `abandoned` has not happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from offers.rules.campaign import TriggerRule
from offers.rules.values import write_duration

MOST_POSTERS = 5
"""Other posters that are named; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan of this customer's, recognised as theirs. Who scans and is not recognised is nobody, and is not found here."""

    at: datetime
    poster: str
    """Its name, else its id."""
    campaign: str | None
    """What the poster led to then."""
    place: str | None
    tags: frozenset[str]
    finished_by: str | None
    is_over: bool
    """Nobody is reminded of it any more."""


def unmet(
    campaign_id: str,
    trigger: TriggerRule,
    scanned: Sequence[Scanned],
    *,
    since: datetime | None,
    abandoned_after: timedelta | None,
    now: datetime,
) -> dict[str, Any]:
    """`unmet`, and what tells it, from the last part to the first. `since` is when it began to wait for this; none: it was never launched."""
    if trigger.on == "abandoned" and abandoned_after is None:
        return {"unmet": "abandoned_off"}
    newest = sorted(scanned, key=lambda one: one.at, reverse=True)
    if not newest:
        return {"unmet": "scanned_nothing"}
    of_it = newest if trigger.on == "abandoned" else [one for one in newest if one.campaign == campaign_id]
    if not of_it:
        posters = list(dict.fromkeys(one.poster for one in newest))
        more = {"more": len(posters) - MOST_POSTERS} if len(posters) > MOST_POSTERS else {}
        return {"unmet": "scanned_others", "posters": posters[:MOST_POSTERS], **more}
    there = [one for one in of_it if one.place and trigger.covers(trigger.on, "", one.place, one.tags)]
    last = (there or of_it)[0]
    told: dict[str, Any] = {"poster": last.poster, "at": last.at}
    if not there:
        return {"unmet": "scanned_elsewhere", **told, **({"place": last.place} if last.place else {})}
    if trigger.on == "abandoned":
        if last.finished_by is not None:
            return {"unmet": "scan_finished", **told, "finished_by": last.finished_by}
        if not last.is_over and abandoned_after is not None and now < last.at + abandoned_after:
            return {"unmet": "scan_fresh", **told, "abandoned_after": write_duration(abandoned_after)}
    if since is None or last.at < since:
        return {"unmet": "scanned_before", **told, **({"since": since} if since else {})}
    return {"unmet": "scan_came_to_something" if trigger.on == "abandoned" else "scanned_undecided", **told}
