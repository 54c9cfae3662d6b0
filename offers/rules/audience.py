"""Audience rules: a tree of conditions over a customer's profile, as a predicate.

    {"all": [{"fact": "language", "is": "nl"}, {"any": [{"fact": "tags", "has": "sneakers"}, {"not": {"fact": "sizes.shoes", "is": "42"}}]}]}

Facts: language, time_zone, name, tags, sizes.<name>, attributes.<name>. Conditions: is, in, has, at_least, at_most, known.
A fact that the profile does not have fails every condition but `known: false`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 8
MAX_CONDITIONS = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """What the rules may know of a customer."""

    language: str | None = None
    time_zone: str | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    sizes: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def fact(self, path: str) -> Any:
        head, _, rest = path.partition(".")
        value = getattr(self, head)
        return value.get(rest) if rest else value


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a profile is not in an audience: where in the tree, and the condition that failed."""

    path: str
    condition: Mapping[str, Any]


class AudienceError(ValueError):
    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _speaks(value: Any, wanted: Any) -> bool:
    """`language is de` holds for de-AT too; `is de-AT` only for itself."""
    return isinstance(value, str) and isinstance(wanted, str) and (value == wanted or value.startswith(wanted + "-"))


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _at_least(value: Any, wanted: Any) -> bool:
    number = _number(value)
    return number is not None and number >= wanted


def _at_most(value: Any, wanted: Any) -> bool:
    number = _number(value)
    return number is not None and number <= wanted


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "in": lambda value, wanted: any(_is(value, one) for one in wanted),
    "has": lambda value, wanted: isinstance(value, list | tuple) and any(_is(one, wanted) for one in value),
    "at_least": _at_least,
    "at_most": _at_most,
    "known": lambda value, wanted: (value is not None) is wanted,
}


@dataclass(frozen=True, slots=True)
class Audience:
    """A checked tree. `None` in `tree` is everybody."""

    tree: Mapping[str, Any] | None = None

    def miss(self, profile: Profile) -> Miss | None:
        """The first condition that keeps this profile out, or none when it is in."""
        return None if self.tree is None else _miss(self.tree, profile, "")


def read_audience(raw: Any) -> Audience:
    """Check a tree as the desk wrote it; `AudienceError` names the place in the tree."""
    if raw is None:
        return Audience()
    budget = [MAX_CONDITIONS]
    _check(raw, "", 0, budget)
    return Audience(raw)


def _check(node: Any, path: str, depth: int, budget: list[int]) -> None:
    if not isinstance(node, dict):
        raise AudienceError(path, 'must be an object such as {"fact": "language", "is": "nl"}')
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise AudienceError(path, f"is more than {MAX_DEPTH} levels deep or {MAX_CONDITIONS} conditions long")
    for joint in ("all", "any"):
        if joint in node:
            _only(node, path, {joint})
            if not isinstance(node[joint], list) or not node[joint]:
                raise AudienceError(_at(path, joint), "must be a list of at least one condition")
            for number, child in enumerate(node[joint]):
                _check(child, f"{_at(path, joint)}[{number}]", depth + 1, budget)
            return
    if "not" in node:
        _only(node, path, {"not"})
        _check(node["not"], _at(path, "not"), depth + 1, budget)
        return
    _check_condition(node, path)


def _check_condition(node: dict[str, Any], path: str) -> None:
    fact = node.get("fact")
    if not isinstance(fact, str):
        raise AudienceError(path, "must say all, any, not or fact")
    head, _, rest = fact.partition(".")
    plain = head in {"language", "time_zone", "name", "tags"} and not rest
    keyed = head in {"sizes", "attributes"} and rest
    if not plain and not keyed:
        known = "language, time_zone, name, tags, sizes.<name>, attributes.<name>"
        raise AudienceError(_at(path, "fact"), f"{fact!r} is not a fact of a profile; known are {known}")
    said = [name for name in OPERATORS if name in node]
    if len(said) != 1:
        raise AudienceError(path, f"must say one of {', '.join(OPERATORS)}")
    operator = said[0]
    _only(node, path, {"fact", operator})
    value = node[operator]
    scalar = _is_scalar(value)
    fits = {
        "is": scalar,
        "in": isinstance(value, list) and bool(value) and all(_is_scalar(one) for one in value),
        "has": scalar,
        "at_least": scalar and _number(value) is not None,
        "at_most": scalar and _number(value) is not None,
        "known": isinstance(value, bool),
    }[operator]
    if not fits:
        wants = {
            "in": "a list of texts or numbers",
            "known": "true or false",
            "at_least": "a number",
            "at_most": "a number",
        }
        raise AudienceError(_at(path, operator), f"must be {wants.get(operator, 'a text, a number, true or false')}")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value))


def _only(node: dict[str, Any], path: str, names: set[str]) -> None:
    for name in node:
        if name not in names:
            raise AudienceError(_at(path, str(name)), "does not belong here")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _miss(node: Mapping[str, Any], profile: Profile, path: str) -> Miss | None:
    if "all" in node:
        for number, child in enumerate(node["all"]):
            if miss := _miss(child, profile, f"{_at(path, 'all')}[{number}]"):
                return miss
        return None
    if "any" in node:
        misses = [_miss(child, profile, "") for child in node["any"]]
        return Miss(_at(path, "any"), node) if all(misses) else None
    if "not" in node:
        return None if _miss(node["not"], profile, "") else Miss(_at(path, "not"), node)
    operator = next(name for name in OPERATORS if name in node)
    value = profile.fact(node["fact"])
    if node["fact"] == "language" and operator in {"is", "in"}:
        wanted = node[operator] if operator == "in" else [node[operator]]
        holds = any(_speaks(value, one) for one in wanted)
    else:
        holds = OPERATORS[operator](value, node[operator])
    return None if holds else Miss(path, node)
