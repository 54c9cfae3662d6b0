"""One condition as it was written, read word by word: what is asked for is checked, and what nobody asked for is refused."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from offers.rules.audience.nodes import ANY_STORE, Bound, Scalar, Window
from offers.rules.refusals import shortened
from offers.rules.values import LONGEST, Moment

OPERATORS = ("is", "in", "has", "at_least", "at_most", "known")
MOST_DAYS = LONGEST.days
MOST_CHOICES = 1000
MOST_LETTERS = 1000
LARGEST = 10**1000
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")


class AudienceError(ValueError):
    """A tree that can not be read: `path` is where, such as `all[1].within_days`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def at(path: str, name: str) -> str:
    return f"{path}.{shortened(name)}" if path else shortened(name)


class Said:
    """The words of one condition."""

    def __init__(self, raw: Mapping[str, Any], path: str, name: str) -> None:
        self.raw = raw
        self.path = path
        self._left = [one for one in raw if one != name]

    def error(self, name: str, message: str) -> AudienceError:
        return AudienceError(at(self.path, name), message)

    def take(self, name: str) -> Any:
        self._left.remove(name)
        return self.raw[name]

    def finish(self) -> None:
        for name in self._left:
            raise self.error(str(name), "does not belong here")

    def operator(self, *may: str) -> str:
        """The one of these that is said."""
        said = [name for name in may if name in self.raw]
        if len(said) == 1:
            return said[0]
        other = next((name for name in self._left if name in OPERATORS and name not in may), None)
        if not said and other is not None:
            raise self.error(other, f"does not belong here; say {_either(may)}")
        raise AudienceError(self.path, f"must say {'one of ' if len(may) > 1 else ''}{_either(may)}")

    def says(self, *names: str) -> bool:
        return any(name in self.raw for name in names)

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.error(name, "must be true or false")
        return value

    def window(self) -> Window:
        """`within_days` and `before`, as far as they are said."""
        within = before = None
        if "within_days" in self.raw:
            days = self.take("within_days")
            if not _is_whole(days) or not 1 <= days <= MOST_DAYS:
                raise self.error("within_days", f"must be a whole number of days from 1 to {MOST_DAYS}")
            within = timedelta(days=days)
        if "before" in self.raw:
            before = self._time(self.take("before"))
        return Window(within, before)

    def _time(self, value: Any) -> datetime:
        try:
            return _MOMENT.validate_python(value)
        except ValidationError:
            wants = "is not a time in RFC 3339 with an offset, such as 2026-12-01T13:00:00+01:00"
            raise self.error("before", wants) from None

    def choices(self, *may: str, read: Callable[[Any], Scalar], kind: str) -> tuple[Any, ...]:
        """What `is` or `has` names, or each of what `in` names, as `read` has them; `read` raises ValueError."""
        name = self.operator(*may)
        value = self.take(name)
        several = value if name == "in" else [value]
        if not isinstance(several, list) or not 1 <= len(several) <= MOST_CHOICES:
            raise self.error(name, f"must be a list of 1 to {MOST_CHOICES}, each {kind}")
        found: dict[tuple[type, Any], None] = {}
        for number, one in enumerate(several):
            where = f"{name}[{number}]" if name == "in" else name
            try:
                kept = read(one)
            except ValueError as error:
                raise self.error(where, str(error) or f"must be {kind}") from None
            found[type(kept), kept] = None
        return tuple(value for _, value in found)

    def places(self, name: str) -> tuple[str, ...]:
        """One place's id, or a list of them; `*` for any store."""
        value = self.take(name)
        several = value if isinstance(value, list) else [value]
        if not 1 <= len(several) <= MOST_CHOICES or not all(_may_be_kept(one) for one in several):
            raise self.error(
                name, f'must be the id of a place, a list of 1 to {MOST_CHOICES} of them, or "{ANY_STORE}"'
            )
        return tuple(dict.fromkeys(several))

    def bound(self, read: Callable[[Any], Decimal | int]) -> Bound:
        """`at_least` or `at_most`; `read` raises ValueError."""
        name = self.operator("at_least", "at_most")
        value = self.take(name)
        try:
            return Bound("at_least" if name == "at_least" else "at_most", read(value))
        except ValueError as error:
            raise self.error(name, str(error)) from None


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        raise ValueError(f"must be a text of at most {MOST_LETTERS} characters")
    if _NOT_KEPT.search(value):
        raise ValueError("holds a character that can not be kept")
    return value


def scalar(value: Any) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | float):
        number(value)
        return value
    raise ValueError("must be a text, a number, true or false")


def number(value: Any) -> Decimal:
    """As the decimal that it is written as."""
    if not (_is_whole(value) or (isinstance(value, float) and math.isfinite(value))):
        raise ValueError("must be a number")
    if abs(value) > LARGEST:
        raise ValueError("is too large a number")
    return Decimal(repr(value))


def whole(value: Any) -> int:
    if not _is_whole(value) or not 0 <= value <= 1_000_000:
        raise ValueError("must be a whole number from 0 to 1000000")
    return int(value)


def _may_be_kept(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_LETTERS and not _NOT_KEPT.search(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _either(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1]
