"""Who is to misbehave, and how: by share, by count, or by what the message is addressed to."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave: a `kind` that the double knows, or the bare `status` of an answer that says nothing more."""

    kind: str = ""
    status: int | None = None
    share: float = 1.0
    """Of the requests, 0 to 1. The shares of several faults add up."""
    count: int | None = None
    """How often still; none: without end."""
    retry_after: int | None = None
    """Seconds; none: as the kind does by itself."""
    seconds: float | None = None
    """How long `slow` takes; none: as the double was made."""

    def __post_init__(self) -> None:
        if bool(self.kind) == (self.status is not None):
            raise ValueError("a fault has a kind or a status, one of the two")
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share is 0 to 1, not {self.share}")
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError(f"a status that is a fault is 400 to 599, not {self.status}")


Said = Mapping[str, Any] | Fault | Sequence[Mapping[str, Any] | Fault] | None
"""A fault, several, or none any more."""


class Faults:
    """The faults in force at each place (`send`, `token`, `push`). Seeded: the same requests in the same order meet the same faults."""

    def __init__(self, kinds: Mapping[str, Collection[str]], seed: int = 0) -> None:
        self._kinds = kinds
        self._seed = seed
        self.clear()

    def clear(self) -> None:
        self._in_force: dict[str, list[Fault]] = {}
        self._random = Random(self._seed)

    def put(self, places: Mapping[str, Said]) -> None:
        """Replaces the faults of the places named, and of no other."""
        read = {place: self._read(place, said) for place, said in places.items()}
        self._in_force.update(read)

    def _read(self, place: str, said: Said) -> list[Fault]:
        if place not in self._kinds:
            raise ValueError(f"no place {place!r}: there are {sorted(self._kinds)}")
        several = [] if said is None else [said] if isinstance(said, Mapping | Fault) else said
        faults = [one if isinstance(one, Fault) else Fault(**one) for one in several]
        for fault in faults:
            if fault.kind and fault.kind not in self._kinds[place]:
                raise ValueError(f"no fault {fault.kind!r} at {place}: there are {sorted(self._kinds[place])}")
        if sum(fault.share for fault in faults if fault.count is None) > 1 + 1e-9:
            raise ValueError(f"the shares of the faults at {place} add up to more than 1")
        return faults

    def draw(self, place: str) -> Fault | None:
        """The fault that the next request at a place meets."""
        faults = self._in_force.get(place)
        if not faults:
            return None
        point = self._random.random()
        for number, fault in enumerate(faults):
            if fault.count == 0:
                continue
            if point < fault.share:
                if fault.count is not None:
                    faults[number] = replace(fault, count=fault.count - 1)
                return fault
            point -= fault.share
        return None


class Steering:
    """Targets that say themselves how they are answered: `<kind>-[N-][raS-]anything`; N: the first N tries alone; S: Retry-After, seconds."""

    def __init__(self, kinds: Collection[str]) -> None:
        self._pattern = re.compile(rf"({'|'.join(sorted(kinds))})(?:-(\d+))?(?:-ra(\d+))?-")

    def fault(self, target: str, tries: int) -> Fault | None:
        match = self._pattern.match(target)
        if match is None or (match[2] and tries > int(match[2])):
            return None
        return Fault(match[1], retry_after=int(match[3]) if match[3] else None)
