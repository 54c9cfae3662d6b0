"""What lists are asked for: the short ones of the settings, users, keys and web shops; and an offer's coupons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class AskedUsers:
    """`text`: what the address or the name holds, in whatever case. `may_enter`: whether they may sign in."""

    text: str = ""
    role: str | None = None
    may_enter: bool | None = None


@dataclass(frozen=True, slots=True)
class AskedKeys:
    """`text`: what the id or the name holds, in whatever case. `ending`: another has taken its place, and it goes on for a while."""

    text: str = ""
    role: str | None = None
    state: Literal["good", "ending", "ended"] | None = None


@dataclass(frozen=True, slots=True)
class AskedShops:
    """`text`: what the id or the name holds, in whatever case."""

    text: str = ""
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class AskedCoupons:
    """`since` and `until` are of when they were reserved."""

    state: str | None = None
    customer: str | None = None
    campaign: str | None = None
    place: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_sifted(self) -> bool:
        """Whether it is asked for what no index has: that goes with a state, or somebody's own, and with nothing less."""
        return any(one is not None for one in (self.campaign, self.place, self.since, self.until))
