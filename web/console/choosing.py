"""Places to choose from, when there may be a thousand: the chosen ones, and those that a search finds; or the one that a text means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

MOST = 60
"""Places that are shown as a list; with more of them there is a search."""
SUGGESTED = 1000
"""With more places than this a field suggests none while somebody types."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`offered` are ticks, id to name: what is chosen first. `left` are so many more that the search fits."""

    offered: dict[str, str]
    chosen: int
    left: int
    long: bool


def offer_places(places: Mapping[str, str], chosen: Collection[str], text: str) -> Choice:
    """What a form offers of the places (id to name, by name), for those that are ticked and what is searched."""
    ticked = set(chosen)
    if len(places) <= MOST and not text:
        gone = {one: one for one in chosen if one not in places}
        return Choice({**places, **gone}, len(ticked), 0, long=False)
    kept = {one: places.get(one, one) for one in [*places, *chosen] if one in ticked}
    fitting = {one: name for one, name in places.items() if one not in ticked and fits(one, name, text)}
    first = dict(list(fitting.items())[:MOST])
    return Choice({**kept, **first}, len(ticked), len(fitting) - len(first), long=True)


def fits(place_id: str, name: str, text: str) -> bool:
    """Whether the name or the id holds the text, in whatever case."""
    wanted = text.strip().casefold()
    return wanted in name.casefold() or wanted in place_id.casefold()


def meant(places: Mapping[str, str], typed: str) -> list[str]:
    """The ids that a text means: the one it is, or is the name of, alone; else all that hold it."""
    if typed in places:
        return [typed]
    named = [one for one, name in places.items() if name.casefold() == typed.casefold()]
    return named or [one for one, name in places.items() if fits(one, name, typed)]
