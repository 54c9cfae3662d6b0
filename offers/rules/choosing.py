"""Which campaigns wait for a moment, and how one of them wins it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from offers.rules import draws
from offers.rules.campaign import CampaignBody
from offers.rules.eligibility import Circumstances, Verdict, decide_one, rank
from offers.rules.limits import Limits


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign that decides, in its current version: live, or paused and saying so."""

    id: str
    version: int
    live: bool
    body: CampaignBody


class Waiting:
    """Running campaigns by what they wait for: a moment looks at those that wait for it, however many others there are."""

    def __init__(self, running: Iterable[Running]) -> None:
        self._ranked = sorted(running, key=lambda one: rank(one.id, one.body.priority))
        self._found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, one in enumerate(self._ranked):
            for key in _keys(one):
                self._found[key].append(number)

    def all(self) -> Sequence[Running]:
        return self._ranked

    def for_moment(self, trigger: str, role: str, place_id: str, tags: Iterable[str]) -> list[Running]:
        """Those that this moment is for, the best first."""
        asked = [(trigger, role), (trigger, role, "place", place_id), *((trigger, role, "tag", tag) for tag in tags)]
        numbers = {number for key in asked for number in self._found.get(key, ())}
        return [self._ranked[number] for number in sorted(numbers)]


def _keys(one: Running) -> list[tuple[str, ...]]:
    """What `TriggerRule.covers` asks, turned round."""
    trigger = one.body.trigger
    what = (trigger.on, trigger.role)
    named: list[tuple[str, ...]] = [
        *((*what, "place", place) for place in trigger.places),
        *((*what, "tag", tag) for tag in trigger.tags),
    ]
    return named or [what]


def answers(
    waiting: Sequence[Running], customer_id: str, limits: Limits, circumstances: Callable[[Running], Circumstances]
) -> list[tuple[Running, Verdict]]:
    """Every waiting campaign's answer, the best first; at most one of them is `send`, and none where its winner is held out."""
    found: list[tuple[Running, Verdict]] = []
    winner: Running | None = None
    for one in waiting:
        verdict = decide_one(one.body, one.live, limits, circumstances(one))
        if verdict is None and winner is not None:
            verdict = Verdict("outranked", {"by": winner.id, "priority": winner.body.priority})
        elif verdict is None:
            winner = one
            verdict = _held_out_or_send(one, customer_id, limits)
        found.append((one, verdict))
    return found


def _held_out_or_send(winner: Running, customer_id: str, limits: Limits) -> Verdict:
    variant = draws.draw_variant(winner.id, customer_id, winner.body.variants)
    shares = {"of_all": limits.hold_out_percent, "of_campaign": winner.body.hold_out_percent or 0}
    if facts := draws.held_out(winner.id, customer_id, **shares):
        return Verdict("held_out", facts, variant)
    return Verdict("send", {}, variant)
