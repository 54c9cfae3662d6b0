"""What can go wrong, as a tree. Raised deep and without HTTP; web/problems.py gives each its status and one shape.

PasserbyError
├── BadInput        the caller's value is wrong: names each field and its problem
├── NotFound        not there, or not the caller's: the two look the same
├── Conflict        right in itself, but not in the present state
├── Gone            it was there, and its time is over
├── Refused         known caller, not allowed
└── Misconfigured   a setting or a part is missing: the process says so and does not start
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class PasserbyError(Exception):
    """Every error this project raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One field's problem: `path` in dots and indexes (`geofences[0].radius_m`), `message` for a person.

    `name` is for a program, where the problem has one, and `facts` what the message tells.
    """

    path: str
    message: str
    name: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


class BadInput(PasserbyError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            "; ".join(f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in faults)
        )
        self.faults = tuple(faults)

    @classmethod
    def of(cls, refused: "Refusals", under: str = "") -> "BadInput":
        """What a model said of a value, field by field; `under` is where the value itself stands."""
        return cls(
            [Fault(_path(one["loc"], under), str(one["msg"]).removeprefix("Value error, ")) for one in refused.errors()]
        )

    @classmethod
    def at(cls, path: str, message: str) -> "BadInput":
        return cls([Fault(path, message)])


class Refusals(Protocol):
    """A pydantic ValidationError, as far as it matters here."""

    def errors(self) -> Sequence[Mapping[str, Any]]: ...


def _path(parts: Sequence[str | int], under: str) -> str:
    path = under
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


class NotFound(PasserbyError):
    def __init__(self, noun: str) -> None:
        super().__init__(f"There is no such {noun}.")
        self.noun = noun


class Conflict(PasserbyError):
    """`reason` is a name that a program can act on, where there is one, such as `already_redeemed`."""

    def __init__(self, message: str, faults: Sequence[Fault] = (), reason: str = "conflict") -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        self.reason = reason


class Gone(PasserbyError):
    """`reason` is a name that a program can act on, such as `expired`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Refused(PasserbyError):
    """`reason` is a name that a program can act on, such as `no_location_consent`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Misconfigured(PasserbyError):
    pass
