"""Named points at which a process kills itself, for fault tests only.

PASSERBY_FAILPOINTS=match.committed=0.1,deliver.claimed=0.2 is a chance at each passing; deliver.claimed=once:/folder strikes for certain
whoever passes there first, and leaves /folder/deliver.claimed behind, so that nobody is struck there again.
"""

import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

from offers.errors import Misconfigured

NAMES = (
    "match.before",
    "match.committed",
    "match.advanced",
    "deliver.picked",
    "deliver.claimed",
    "deliver.sent",
    "deliver.recorded",
    "shops.claimed",
    "shops.looked_up",
    "shops.committed",
)


@dataclass(frozen=True, slots=True)
class Failpoints:
    """`reach(name)` is where a kill -9 may strike; without a setting it does nothing."""

    chances: dict[str, float] = field(default_factory=dict)
    marks: dict[str, Path] = field(default_factory=dict)
    """Of the points that strike once: the file that says that they did."""

    @classmethod
    def read(cls, setting: str) -> "Failpoints":
        chances: dict[str, float] = {}
        marks: dict[str, Path] = {}
        for pair in filter(None, setting.split(",")):
            name, _, how = pair.partition("=")
            if name not in NAMES:
                raise Misconfigured(f"PASSERBY_FAILPOINTS: {name!r} is not one of {', '.join(NAMES)}")
            once, _, folder = how.partition(":")
            if once == "once" and Path(folder).is_absolute():
                marks[name] = Path(folder) / name
                continue
            try:
                chances[name] = float(how)
            except ValueError:
                raise Misconfigured(
                    f"PASSERBY_FAILPOINTS: {pair!r} is neither name=probability nor name=once:/folder"
                ) from None
        return cls(chances, marks)

    def reach(self, name: str) -> None:
        if self._is_first(name) or random.random() < self.chances.get(name, 0.0):  # noqa: S311 - a dice for tests
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_first(self, name: str) -> bool:
        mark = self.marks.get(name)
        if mark is None:
            return False
        try:
            mark.open("x").close()
        except FileExistsError:
            return False
        return True
