"""A tree as the desk wrote it, checked and read. Every refusal names its place in the tree."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from offers.rules.audience.facts import places_of, read_condition, values_named
from offers.rules.audience.needs import NOTHING, Needs, all_needs, leaves, needs_of
from offers.rules.audience.nodes import All, AnyOf, Leaf, Node, Not
from offers.rules.audience.predicate import Miss, miss_of
from offers.rules.audience.profile import Profile
from offers.rules.audience.said import AudienceError, at

MAX_DEPTH = 8
MAX_CONDITIONS = 100
MAX_VALUES = 10_000
"""That all conditions of a tree name together: each is bound in SQL, and PostgreSQL takes 65,535 at once."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A checked tree; no tree is everybody."""

    tree: Node | None = None
    needs: Needs = NOTHING
    """What of a profile must be fetched before it can be asked."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The places that conditions name, by id, and where in the tree each is named first."""

    def miss(self, profile: Profile, now: datetime) -> Miss | None:
        """The first condition that keeps this profile out, or none when it is in."""
        return None if self.tree is None else miss_of(self.tree, profile, now)


def read_audience(raw: Any) -> Audience:
    """Check a tree as the desk wrote it; `AudienceError` names the place in the tree. Read once for each of its texts."""
    if raw is None:
        return Audience()
    try:
        written = json.dumps(raw, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return _read(raw)  # no JSON: it is refused, where it is wrong
    return _read_text(written)


@lru_cache(maxsize=2000)
def _read_text(written: str) -> Audience:
    return _read(json.loads(written))


def _read(raw: Any) -> Audience:
    tree = _node(raw, "", 0, [MAX_CONDITIONS])
    asked = list(leaves(tree))
    places: dict[str, str] = {}
    left = MAX_VALUES
    for leaf in asked:
        left -= values_named(leaf.test)
        if left < 0:
            raise AudienceError(leaf.path, f"names, with those before it, more than {MAX_VALUES} values")
        for place in places_of(leaf.test):
            places.setdefault(place, leaf.path)
    return Audience(tree, all_needs(needs_of(leaf.test) for leaf in asked), places)


def _node(raw: Any, path: str, depth: int, left: list[int]) -> Node:
    if not isinstance(raw, dict):
        raise AudienceError(path, 'must be an object such as {"fact": "language", "is": "nl"}')
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise AudienceError(path, f"is more than {MAX_DEPTH} levels deep or {MAX_CONDITIONS} conditions long")
    joint = next((one for one in ("all", "any", "not") if one in raw), None)
    if joint is None:
        return Leaf(path, raw, read_condition(raw, path))
    for name in raw:
        if name != joint:
            raise AudienceError(at(path, str(name)), "does not belong here")
    here, inner = at(path, joint), raw[joint]
    if joint == "not":
        return Not(here, raw, _node(inner, here, depth + 1, left))
    if not isinstance(inner, list) or not inner:
        raise AudienceError(here, "must be a list of at least one condition")
    nodes = tuple(_node(one, f"{here}[{number}]", depth + 1, left) for number, one in enumerate(inner))
    return All(nodes) if joint == "all" else AnyOf(here, raw, nodes)
