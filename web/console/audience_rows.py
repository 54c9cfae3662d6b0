"""One row of an audience, and the one condition that it says."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from offers.rules.audience import AudienceError, read_audience
from offers.rules.audience.nodes import Consents, Known, LastPurchase, LastVisit, Leaf, Node, Not, Pushable, ValueIs
from web.console.audience_kinds import BOUNDS, FORMS, KINDS, Kind, Part, kind_of_fact
from web.console.audience_values import as_text, as_values, meant_by, read_number, values_in
from web.console.clock import as_typed, read_typed

MOST_DAYS = 3660
MOST_COUNTED = 1_000_000
_NAME, _CURRENCY = re.compile(r"\w{1,64}"), re.compile(r"[A-Za-z]{3}")
NOT = "not"
"""What a row's `no` is when the condition must not hold."""


@dataclass(frozen=True, slots=True)
class Row:
    """As it is typed; `was` is the condition that it was opened from, where its own would be written in another way."""

    kind: str = ""
    no: str = ""
    name: str = ""
    how: str = ""
    value: str = ""
    days: str = ""
    before: str = ""
    was: str = ""

    @property
    def is_empty(self) -> bool:
        return replace(self, was="") == Row()


class RowError(ValueError):
    """What is wrong with one field of a row, as the name of a phrase."""

    def __init__(self, part: Part, phrase: str) -> None:
        super().__init__(f"{part}: {phrase}")
        self.part = part
        self.phrase = phrase


def row_of(node: Mapping[str, Any], zone: ZoneInfo) -> Row | None:
    """The row that says a condition, and nothing less or more; none where no row does."""
    try:
        tree = read_audience(node).tree
    except AudienceError:
        return None
    inner, no = node, False
    while "not" in inner:
        inner, no = inner["not"], not no
    row = _row(inner)
    if row is None:
        return None
    row = _turned(row, inner, no)
    if "before" in inner:
        row = replace(row, before=as_typed(inner["before"], zone) or "")
    try:
        said = node_of(row, zone)
        means_it = _meaning(read_audience(said).tree, tree)
    except (RowError, AudienceError):
        return None
    if not means_it:
        return None
    return row if _written(said) == _written(node) else replace(row, was=_written(node))


def node_of(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    """A row as a condition. `RowError` names the field that is wrong."""
    kind = KINDS.get(row.kind)
    if kind is None:
        raise RowError("kind", "bad_row_kind")
    how = row.how or ("is" if "is" in kind.hows else "at_least" if kind.hows else "")
    _check_fields(row, kind, how)
    window = _window(row, zone)
    match kind.shape:
        case "values":
            return _say_values(row, kind, how, window)
        case "bound":
            return _say_bound(row, kind, how, window)
        case "flag":
            return {"fact": kind.fact, "is": not row.no}
        case "consent":
            return _say_consent(row, kind)
        case "last" if not window:
            return {"fact": kind.fact, "known": not row.no}
    if not window:
        raise RowError("days", "bad_missing")
    return _negated(row, {"fact": kind.fact, **window})


def _check_fields(row: Row, kind: Kind, how: str) -> None:
    """That what it needs is there, and nothing else."""
    known = how == "known"
    for part in ("name", "value", "days", "before"):
        if getattr(row, part) and (part not in kind.needs or (known and part == "value")):
            raise RowError(part, "bad_row_unneeded")
    if row.how and row.how not in kind.hows:
        raise RowError("how", "bad_row_how")
    if kind.named and not row.name:
        raise RowError("name", "bad_missing")
    if "value" in kind.needs and not known and not row.value:
        raise RowError("value", "bad_missing")
    if kind.named and not (_CURRENCY if kind.name == "spent" else _NAME).fullmatch(row.name):
        raise RowError("name", "bad_row_currency" if kind.name == "spent" else "bad_row_name")


def _window(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    window: dict[str, Any] = {}
    if row.days:
        window["within_days"] = _whole("days", row.days, 1, MOST_DAYS, "bad_row_days")
    if row.before:
        try:
            at = read_typed(row.before, zone)
        except ValueError:
            raise RowError("before", "bad_moment") from None
        window["before"] = at.isoformat() if at else None
    return window


def _number(part: Part, typed: str) -> int | float:
    try:
        return read_number(typed)
    except ValueError:
        raise RowError(part, "bad_number") from None


def _whole(part: Part, typed: str, least: int, most: int, phrase: str) -> int:
    number = _number(part, typed)
    if not isinstance(number, int) or not least <= number <= most:
        raise RowError(part, phrase)
    return number


def _fact(row: Row, kind: Kind) -> str:
    name = row.name.upper() if kind.name == "spent" else row.name
    return f"{kind.fact}.{name}" if kind.named else kind.fact


def _negated(row: Row, node: dict[str, Any]) -> dict[str, Any]:
    return {"not": node} if row.no else node


def _say_values(row: Row, kind: Kind, how: str, window: dict[str, Any]) -> dict[str, Any]:
    if how == "known":
        return {"fact": _fact(row, kind), "known": not row.no}
    if how in BOUNDS:
        return _say_bound(row, kind, how, window)
    values: list[Any] = values_in(row.value)
    if not values:
        raise RowError("value", "bad_missing")
    if kind.among and not set(values) <= set(kind.among):
        raise RowError("value", "bad_choice")
    if kind.one in FORMS:
        return _negated(row, {kind.one: values[0] if len(values) == 1 else values, **window})
    if kind.named:
        values = [meant for one in values for meant in meant_by(one)]
    said = {kind.one: values[0]} if len(values) == 1 else {"in": values}
    return _negated(row, {"fact": _fact(row, kind), **said, **window})


def _say_bound(row: Row, kind: Kind, how: str, window: dict[str, Any]) -> dict[str, Any]:
    if kind.whole:
        number: int | float = _whole("value", row.value, 0, MOST_COUNTED, "bad_row_whole")
    else:
        number = _number("value", row.value)
    return _negated(row, {"fact": _fact(row, kind), how: number, **window})


def _say_consent(row: Row, kind: Kind) -> dict[str, Any]:
    if row.value not in kind.among:
        raise RowError("value", "bad_choice")
    return {"fact": f"{kind.fact}.{row.value}", "is": not row.no}


def _row(node: Mapping[str, Any]) -> Row | None:
    """The row of a condition that may be read, without whether it holds and without its moment."""
    days = as_text(node["within_days"]) if "within_days" in node else ""
    form = next((one for one in FORMS if one in node), None)
    if form is not None:
        return _with_values(Row(form, days=days), node[form])
    if "tag" in node:
        return _with_values(Row("tag", how="is"), node["tag"])
    found = kind_of_fact(str(node.get("fact", "")))
    if found is None:
        return None
    kind, rest = found
    row = Row(kind.name, name=rest if kind.named else "", days=days)
    if kind.shape == "consent":
        return replace(row, value=rest)
    if kind.shape in ("flag", "window", "last"):
        return row
    if "known" in node:
        return replace(row, how="known")
    if bound := next((one for one in BOUNDS if one in node), None):
        return replace(row, how=bound, value=as_text(node[bound]))
    values = next((node[one] for one in ("is", "has", "in") if one in node), None)
    return _with_values(replace(row, how="is" if len(kind.hows) > 1 else ""), values)


def _with_values(row: Row, values: Any) -> Row | None:
    typed = as_values(values if isinstance(values, list) else [values])
    return None if typed is None else replace(row, value=typed)


def _turned(row: Row, node: Mapping[str, Any], no: bool) -> Row:
    """Some conditions say themselves that they must not hold."""
    says_no = node.get("known") is False or (row.kind in ("push", "consent") and node.get("is") is False)
    return replace(row, no=NOT if no != says_no else "")


def _meaning(said: Node | None, meant: Node | None) -> bool:
    """Whether two conditions ask the same; of a size and an attribute a row asks for the number as well as for the text."""
    one, other = _plain(said), _plain(meant)
    if isinstance(one[1], ValueIs) and isinstance(other[1], ValueIs):
        texts = [list(dict.fromkeys(map(as_text, test.wanted))) for test in (one[1], other[1])]
        return one[0] == other[0] and (one[1].of, one[1].name, texts[0]) == (other[1].of, other[1].name, texts[1])
    return one == other


def _plain(node: Node | None) -> tuple[bool, Any]:
    """A condition without what turns it round, and whether it is turned."""
    match node:
        case Not(node=inner):
            no, test = _plain(inner)
            return not no, test
        case Leaf(test=Known(known=False) | LastPurchase(known=False) | LastVisit(known=False) as test):
            return True, replace(test, known=True)
        case Leaf(test=Pushable(wanted=False)):
            return True, Pushable(wanted=True)
        case Leaf(test=Consents(given=False) as test):
            return True, replace(test, given=True)
        case Leaf(test=test):
            return False, test
        case _:
            return False, node


def _written(node: Mapping[str, Any]) -> str:
    return json.dumps(node, ensure_ascii=False, sort_keys=True)
