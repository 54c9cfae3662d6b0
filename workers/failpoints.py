"""Named points at which a process kills itself, for fault tests only: PASSERBY_FAILPOINTS=match.committed=0.1,deliver.claimed=0.2."""

import os
import random
import signal
from dataclasses import dataclass, field

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

    @classmethod
    def read(cls, setting: str) -> "Failpoints":
        chances = {}
        for pair in filter(None, setting.split(",")):
            name, _, chance = pair.partition("=")
            if name not in NAMES:
                raise Misconfigured(f"PASSERBY_FAILPOINTS: {name!r} is not one of {', '.join(NAMES)}")
            try:
                chances[name] = float(chance)
            except ValueError:
                raise Misconfigured(f"PASSERBY_FAILPOINTS: {pair!r} is not name=probability") from None
        return cls(chances)

    def reach(self, name: str) -> None:
        chance = self.chances.get(name)
        if chance and random.random() < chance:  # noqa: S311 - a dice for tests
            os.kill(os.getpid(), signal.SIGKILL)
