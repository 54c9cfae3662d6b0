"""The 44 walks through the doors: real processes, real pings, and how the enters that came out fit the truth.

`passerby bench walks` runs it; it takes about a minute. The same rule without the processes: benchmarks/real_walks.py.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.figures import goal
from benchmarks.service import key_of, serving
from benchmarks.walk_truth import AROUND_S, Pass, each_once, passes, premises, read_walks
from seeds.recordings import read_recordings
from seeds.replay import ALL_CONSENTS, Crew, Pace, replay

SEEDS = Path(__file__).parents[1] / "seeds" / "amsterdam"
WALKS = SEEDS / "walks_transplanted.csv"
SPEED = 40.0


@dataclass(frozen=True, slots=True)
class Through:
    """What came out: each true pass with its enter, and the enters that fit none."""

    seen: list[tuple[Pass, int]]
    """A pass and how many enters there were in it."""
    false: list[tuple[str, str, float]]
    off_route: int
    pushes: int


def run(walks_csv: Path, speed: float) -> Through:
    """Play all walks and hold the transitions against the truth."""
    recordings = read_recordings(walks_csv)
    customers = [f"walker-{number:02}" for number in range(len(recordings))]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as client:
        stores = _settle(client, customers)
        start = float(int(time.time()) + 2)
        crew = Crew(
            key=key_of(client),
            customers=customers,
            consents=ALL_CONSENTS,
            pushable=True,
        )
        replay(recordings, to=str(client.base_url), crew=crew, pace=Pace(speed=speed, start_at=start))
        time.sleep(5)
        enters = [
            one
            for one in _all(client, "/v1/transitions")
            if one["kind"] == "enter" and one["role"] == "premises" and one["place"] in stores
        ]
        pushes = Counter(one["state"] for one in _all(client, "/v1/deliveries"))["sent"]
    name_of = dict(zip(customers, (one.name for one in recordings), strict=True))
    began = {one.name: one.fixes[0].at for one in recordings}
    entered = [
        (name, one["place"], began[name] + (datetime.fromisoformat(one["at"]).timestamp() - start) * speed)
        for one in enters
        if (name := name_of[one["customer"]])
    ]
    return _fit(walks_csv, entered, pushes)


def _settle(client: httpx.Client, customers: list[str]) -> list[str]:
    """The seed's places, no limits, a campaign on every store, the customers; the stores' ids."""

    def put(path: str, body: Any, method: str = "PUT") -> None:
        client.request(method, path, json=body).raise_for_status()

    put("/v1/settings", {"quiet_hours": None, "frequency_cap": None}, "PATCH")
    stores = []
    for place in json.loads((SEEDS / "places.json").read_text()):
        place_id = place.pop("id")
        put(f"/v1/places/{place_id}", place)
        stores += [place_id] if place["kind"] == "store" else []
    words = {"en": {"title": "{{ place.name }}", "body": "Hello"}}
    put("/v1/campaigns/walk-in", {"name": "Walk in", "trigger": {"on": "enter", "places": stores}, "messages": words})
    put("/v1/campaigns/walk-in/launch", None, "POST")
    for customer in customers:
        put(f"/v1/customers/{customer}", {"consents": ALL_CONSENTS})
    return stores


def _all(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = (
            client.get(path, params={"limit": 500, **({"cursor": cursor} if cursor else {})}).raise_for_status().json()
        )
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _fit(walks_csv: Path, entered: list[tuple[str, str, float]], pushes: int) -> Through:
    index = premises()
    truth = [one for name, walk in read_walks(walks_csv).items() for one in passes(name, each_once(walk), index)]

    def belongs(enter: tuple[str, str, float], one: Pass) -> bool:
        name, place, at = enter
        return name == one.walk and place == one.fence_id and one.begins - AROUND_S <= at <= one.ends + AROUND_S

    on_route = {one.fence_id for one in truth}
    return Through(
        seen=[(one, sum(belongs(enter, one) for enter in entered)) for one in truth],
        false=[enter for enter in entered if enter[1] in on_route and not any(belongs(enter, one) for one in truth)],
        off_route=sum(enter[1] not in on_route for enter in entered),
        pushes=pushes,
    )


def main() -> None:
    console = Console(width=150)
    through = run(WALKS, SPEED)
    must = [(one, count) for one, count in through.seen if one.must_be_seen]
    may = [(one, count) for one, count in through.seen if not one.must_be_seen]
    seen, twice = sum(count > 0 for _, count in must), sum(count > 1 for _, count in through.seen)
    true_enters = sum(count for _, count in through.seen)
    table = Table(
        "", "count", "of", "goal", title=f"44 walks through the doors at speed {SPEED:g}", title_justify="left"
    )
    table.add_row(
        "passes to be seen (inside for 60 s, two pings accurate to 100 m)",
        str(seen),
        str(len(must)),
        f"recall {goal(seen / len(must), least=0.95)}",
    )
    enters = true_enters + len(through.false)
    precise = goal(true_enters / max(enters, 1), least=0.95)
    table.add_row("enters that belong to a pass", str(true_enters), str(enters), f"precision {precise}")
    table.add_row("passes with two enters", str(twice), str(len(through.seen)), goal(twice, most=0))
    table.add_row("enters at the stores off the route", str(through.off_route), "0", goal(through.off_route, most=0))
    table.add_row("messages sent", str(through.pushes), str(true_enters + len(through.false)))
    console.print(table)
    rest = Table("walk", "store", "seconds inside", "accurate pings", "why it is listed")
    for one, count in sorted(must, key=lambda pair: pair[0].walk):
        if count != 1:
            rest.add_row(
                one.walk,
                one.fence_id,
                f"{one.ends - one.begins:.0f}",
                str(one.accurate),
                "not seen" if count == 0 else f"{count} enters",
            )
    for one, count in sorted(may, key=lambda pair: pair[0].walk):
        why = "shorter than 60 s" if one.ends - one.begins < 60 else "fewer than 2 pings accurate to 100 m"
        rest.add_row(
            one.walk,
            one.fence_id,
            f"{one.ends - one.begins:.0f}",
            str(one.accurate),
            f"{why}, {'seen' if count else 'not seen'}",
        )
    for name, place, at in through.false:
        rest.add_row(name, place, "", "", f"entered at {at:.0f}, more than {AROUND_S:.0f} s from any pass")
    console.print(rest)


if __name__ == "__main__":
    main()
