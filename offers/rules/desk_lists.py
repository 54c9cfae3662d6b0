"""What the short lists of the settings are asked for: users, keys and web shops."""

from dataclasses import dataclass
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
