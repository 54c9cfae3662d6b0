"""The small values that campaigns and settings are written in: durations, time zones, languages, windows of the day."""

import math
import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)

_ISO_DURATION = re.compile(r"P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
LONGEST = timedelta(days=3660)
"""Of a limit: ten years. A time plus a duration must stay within the calendar."""


def read_number(value: Any) -> Any:
    """JSON's true and false are no numbers, though Python's are."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004 - pydantic tells ValueErrors
    return value


def _kinds(annotation: Any) -> frozenset[Any]:
    """What a field's value may be: the types of a union, without what is annotated on them."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return frozenset().union(*map(_kinds, get_args(annotation)))
    return frozenset([annotation])


@cache
def _wants(model: type[BaseModel], field: str) -> tuple[bool, frozenset[Any]]:
    """Whether a field is a number, and its kinds if it is a flag. Read once: every field of every row of a file is asked."""
    kinds = _kinds(model.model_fields[field].annotation)
    return not kinds.isdisjoint((int, float)) and bool not in kinds, kinds if bool in kinds else frozenset()


class Strict(BaseModel):
    """What callers write: an unknown field is refused, not ignored, and so is what no database keeps."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_other_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """`true` is not the number 1, and neither 1 nor "yes" is `true`: nobody's consent is guessed."""
        is_number, kinds_of_flag = _wants(cls, info.field_name or "")
        if is_number:
            return read_number(value)
        if kinds_of_flag and isinstance(value, str | int | float) and type(value) not in kinds_of_flag:
            raise ValueError("must be true or false")
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        """PostgreSQL keeps neither NUL nor half a surrogate pair, and JSON has no NaN and no infinity."""
        left: list[Any] = [value]
        while left:
            one = left.pop()
            if isinstance(one, str):
                if _NOT_KEPT.search(one):
                    raise ValueError("holds a character that can not be kept")
            elif isinstance(one, dict):
                left += [*one, *one.values()]
            elif isinstance(one, list | tuple):
                left += one
            elif isinstance(one, float) and not math.isfinite(one):
                raise ValueError("holds a number that is not finite")
        return value


def read_flag(value: Any) -> Any:
    """True and false. `"yes"`, `"true"` and 1 are none: nobody's consent is to be guessed. A table's reader makes flags of its cells."""
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


Flag = Annotated[bool, BeforeValidator(read_flag, json_schema_input_type=bool)]


def read_duration(value: Any) -> timedelta:
    """ISO 8601 in weeks, days, hours, minutes, seconds (`P1D`, `PT15M`); months and years have no fixed length and are refused."""
    if isinstance(value, timedelta):
        return value
    match = _ISO_DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is not an ISO 8601 duration such as PT15M or P1D")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ValueError("is longer than time itself") from None


def write_duration(value: timedelta) -> str:
    rest = int(value.total_seconds())
    days, rest = divmod(rest, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


@cache
def _zones() -> frozenset[str]:
    """Read once: looking takes milliseconds, and every decision asks."""
    return frozenset(available_timezones())


def read_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("is not a time zone of the IANA database, such as Europe/Amsterdam")
    return value


def zone_or_none(name: str | None) -> ZoneInfo | None:
    """The zone, or none when the name is missing, no longer known, or what this machine keeps under it can not be read."""
    try:
        return ZoneInfo(name) if name and name in _zones() else None
    except Exception:  # noqa: BLE001 - struct's errors too; a broken file of a zone must fail no decision
        return None


def read_language(value: str) -> str:
    """A BCP 47 tag such as `nl` or `de-AT`, with the usual case."""
    match = re.fullmatch(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)", value)
    if match is None:
        raise ValueError("is not a language tag such as nl or de-AT")
    rest = "".join(f"-{part.upper() if len(part) == 2 else part}" for part in re.split("[-_]", match[2]) if part)
    return match[1].lower() + rest


def language_chain(wanted: str | None, *defaults: str | None) -> list[str]:
    """Which languages to try, best first: `de-AT`, `de`, then each default, and what that is a kind of."""
    chain: list[str] = []
    for tag in (wanted, *defaults):
        while tag:
            if tag not in chain:
                chain.append(tag)
            tag = tag.rpartition("-")[0]
    return chain


def _in_bounds(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing")
    if value > LONGEST:
        raise ValueError(f"must be no longer than {write_duration(LONGEST)}")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration, json_schema_input_type=str),
    AfterValidator(_in_bounds),
    PlainSerializer(write_duration, return_type=str),
]
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def _in_our_time(value: datetime) -> datetime:
    """In every time zone still within the calendar."""
    if not EARLIEST <= value <= LATEST:
        raise ValueError("lies outside the years 1970 to 9999")
    return value


def _written_out(value: Any) -> Any:
    """A number would be read as seconds or as milliseconds, by its size."""
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        raise ValueError("is not a time in RFC 3339 with an offset, such as 2026-12-01T13:00:00+01:00")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out, json_schema_input_type=AwareDatetime),
    AfterValidator(_in_our_time),
]
"""A time with its offset."""
Zone = Annotated[str, AfterValidator(read_zone)]
Language = Annotated[str, AfterValidator(read_language)]


def _clock(value: time) -> str:
    return value.strftime("%H:%M")


def _on_the_clock(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d\d:\d\d", value, re.ASCII)):
        raise ValueError("is not a time of day such as 21:00")
    return value


_Clock = Annotated[
    time,
    BeforeValidator(_on_the_clock, json_schema_input_type=time),
    PlainSerializer(_clock, return_type=str),
]


class Window(Strict):
    """A window of the day by the local clock; `from` later than `until` runs over midnight."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    start: _Clock = Field(alias="from")
    end: _Clock = Field(alias="until")

    @model_validator(mode="after")
    def _is_a_window(self) -> "Window":
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("is a local clock time, without an offset")
        if any(one.second or one.microsecond for one in (self.start, self.end)):
            raise ValueError("is a clock time in hours and minutes, without seconds")
        if self.start == self.end:
            raise ValueError("from and until are the same; null switches it off")
        return self

    def covers(self, clock: time) -> bool:
        """Whether the local time `clock` lies in the window: start included, end not."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end
