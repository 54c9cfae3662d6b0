"""What is measured of pickup: from ready to told, from arrived to handed over, per store and hour."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput
from offers.records.queries.campaigns import limits_now
from offers.records.queries.overview import place_names
from offers.records.queries.pickup_times import orders_ready_between
from offers.rules.pickup_times import LEAST, MEASURES, Collected, times_at

LOOKS_BACK = timedelta(days=7)
LONGEST = timedelta(days=92)
MOST_ORDERS = 50_000
"""Orders that are reckoned with; of more the newest, and `truncated` says so."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet would run when a cell begins with it, the last four as wide as an ideograph."""


def pickup_times(
    session: Session,
    *,
    now: datetime,
    places: Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = MOST_ORDERS,
) -> dict[str, Any]:
    """`{since, until, least, truncated, places}` of the orders that became ready in that time, the last 7 days unless said; each place with its
    counts and times, by name. Of these `places`, or all. Of erased customers nothing is counted: their orders went with them.
    """
    end = until or now
    start = since or end - LOOKS_BACK
    if not start < end:
        raise BadInput.at("since", "must be before until")
    if end - start > LONGEST:
        raise BadInput.at("since", f"may be {LONGEST.days} days before until at most")
    found = orders_ready_between(session, start, end, places, most + 1)
    by_place: dict[str, list[Collected]] = defaultdict(list)
    for one in found[:most]:
        by_place[one.place_id].append(one)
    names, window = place_names(session, by_place), limits_now(session).quiet_hours
    return {
        "since": start,
        "until": end,
        "least": LEAST,
        "truncated": len(found) > most,
        "places": [
            {
                "place": place,
                "name": name,
                "time_zone": by_place[place][0].place_zone,
                **times_at(by_place[place], by_place[place][0].place_zone, window),
            }
            for place, name in names.items()
        ],
    }


def as_csv(report: dict[str, Any]) -> str:
    """A line for each place and measure, and one for each hour of it; an hour that is empty stands for the whole. Counts have no times."""
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow(["place", "name", "time_zone", "measure", "hour", "n", "median_s", "p90_s"])
    for one in report["places"]:
        about = [safe(one[name]) for name in ("place", "name", "time_zone")]
        for line in _lines(one):
            writer.writerow([*about, *line])
    return told.getvalue()


def _lines(one: dict[str, Any]) -> Iterator[list[Any]]:
    counts = dict(one["orders"])
    why = counts.pop("not_told")
    for name, many in (*counts.items(), *((f"not_told.{name}", many) for name, many in why.items())):
        yield [name, "", many, "", ""]
    for measure in MEASURES:
        for spans in ({"hour": "", **one[measure]}, *one[measure]["hours"]):
            yield [
                measure,
                spans["hour"],
                spans["n"],
                *("" if spans[s] is None else spans[s] for s in ("median_s", "p90_s")),
            ]


def safe(cell: str) -> str:
    """A name is anybody's to choose: one that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
