"""What a process wrote last of each device on its way to an order's store: most pings need no transaction."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from offers.distances import Sighted
from offers.rules.track import is_worth_writing

MOST = 20_000
"""Devices on their ways at once. Of one that is forgotten, or that another process wrote last, one more distance is written."""


class _Written(NamedTuple):
    at: int
    distance_m: int
    coming: bool


@dataclass(slots=True)
class WrittenDistances:
    """By device and order, in this process' memory alone: times and rounded distances."""

    _last: OrderedDict[tuple[str, str], _Written] = field(default_factory=OrderedDict)

    def is_worth_writing(self, one: Sighted) -> bool:
        last = self._last.get((one.device_id, one.order_id))
        before = None if last is None else (last.at, last.distance_m)
        return is_worth_writing(before, one.at, one.distance_m, coming=last is not None and last.coming)

    def note(self, sighted: Sequence[Sighted], coming: Collection[str]) -> None:
        """These were looked at in a transaction; also of those that SQL did not take, which need no other look for a while."""
        for one in sighted:
            key = one.device_id, one.order_id
            self._last[key] = _Written(one.at, one.distance_m, one.order_id in coming)
            self._last.move_to_end(key)
        while len(self._last) > MOST:
            self._last.popitem(last=False)
