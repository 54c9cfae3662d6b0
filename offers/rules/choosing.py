"""Which campaigns wait for a moment, and how one of them wins it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from offers.rules import draws
from offers.rules.campaign import WITHOUT_ROLE, CampaignBody
from offers.rules.eligibility import Circumstances, Verdict, decide_one, quiet_clock, rank, rests_on_quiet_hours
from offers.rules.limits import Limits


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign that decides, in its current version: live, or paused and saying so."""

    id: str
    version: int
    live: bool
    body: CampaignBody
    is_over: bool = False
    """Neither live nor paused: only a moment that waited for it asks it."""

    def has_trigger(self, trigger: str, role: str, place_id: str, tags: Iterable[str]) -> bool:
        return self.body.trigger.covers(trigger, role, place_id, frozenset(tags))


class Waiting:
    """Running campaigns by what they wait for: a moment looks at those that wait for it, however many others there are."""

    def __init__(self, running: Iterable[Running]) -> None:
        self._ranked = sorted(running, key=lambda one: rank(one.id, one.body.priority))
        self._found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, one in enumerate(self._ranked):
            for key in () if one.is_over else _keys(one):
                self._found[key].append(number)

    def all(self) -> Sequence[Running]:
        return self._ranked

    def named(self, ids: Collection[str]) -> list[Running]:
        """These, the best first, over or not."""
        return [one for one in self._ranked if one.id in ids]

    def for_moment(self, trigger: str, role: str, place_id: str, tags: Iterable[str]) -> list[Running]:
        """Those that this moment is for, the best first."""
        what = _what(trigger, role)
        asked = [what, (*what, "place", place_id), *((*what, "tag", tag) for tag in tags)]
        numbers = {number for key in asked for number in self._found.get(key, ())}
        return [self._ranked[number] for number in sorted(numbers)]


def _keys(one: Running) -> list[tuple[str, ...]]:
    """What `TriggerRule.covers` asks, turned round."""
    trigger = one.body.trigger
    what = _what(trigger.on, trigger.role)
    named: list[tuple[str, ...]] = [
        *((*what, "place", place) for place in trigger.places),
        *((*what, "tag", tag) for tag in trigger.tags),
    ]
    return named or [what]


def _what(trigger: str, role: str) -> tuple[str, str]:
    return (trigger, "" if trigger in WITHOUT_ROLE else role)


def answers(
    waiting: Sequence[Running],
    customer_id: str,
    limits: Limits,
    circumstances: Callable[[Running], Circumstances],
    waits_no_more: Callable[[Running], bool] = lambda _: False,
    *,
    served_by: str | None = None,
) -> list[tuple[Running, Verdict]]:
    """Every waiting campaign's answer, the best first; at most one of them is `send`, and none where its winner is held out.

    `waits_no_more` tells of a moment that was put off which campaigns were edited meanwhile, to wait for another. `served_by`: the order
    whose message goes out at this moment; service goes before every campaign, and none is held out for it.
    """
    found: list[tuple[Running, Verdict]] = []
    winner: Running | None = None
    for one in waiting:
        now_is = circumstances(one)
        verdict = decide_one(one.body, one.live, limits, now_is)
        if waits_no_more(one):
            verdict = Verdict("not_live", {"trigger": one.body.trigger.model_dump(mode="json")})
        elif verdict is None and served_by is not None:
            verdict = Verdict("outranked", {"by": served_by, "kind": "order"})
        elif verdict is None and winner is not None:
            verdict = Verdict("outranked", {"by": winner.id, "priority": winner.body.priority})
        elif verdict is None:
            winner = one
            verdict = _held_out_or_send(one, customer_id, limits, asked_for=now_is.asked_for)
        found.append((one, with_whose_clock(verdict, limits, now_is)))
    return found


def with_whose_clock(verdict: Verdict, limits: Limits, now_is: Circumstances) -> Verdict:
    """An answer that came past the quiet hours by another clock than the customer's says so: nobody may be woken in silence."""
    if limits.quiet_hours is None or not rests_on_quiet_hours(verdict.outcome):
        return verdict
    clock = quiet_clock(now_is)
    return verdict if clock.customer_zone is None else replace(verdict, facts={**verdict.facts, **clock.facts()})


def _held_out_or_send(winner: Running, customer_id: str, limits: Limits, *, asked_for: bool) -> Verdict:
    variant = draws.draw_variant(winner.id, customer_id, winner.body.variants)
    if asked_for:  # what a page has offered to everybody is not refused to who takes it
        return Verdict("send", {}, variant)
    shares = {"of_all": limits.hold_out_percent, "of_campaign": winner.body.hold_out_percent or 0}
    if facts := draws.held_out(winner.id, customer_id, **shares):
        return Verdict("held_out", facts, variant)
    return Verdict("send", {}, variant)
