"""A condition as a decision keeps it: whole where it is small, else its beginning and how much more there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_CONDITIONS = 20
"""Of a tree that has more, only the first few are kept. Each `all`, `any` and `not` counts as one, as in an audience."""
FEW = 10
MOST_IN_A_LIST = 10
MOST_VALUES = 50
"""In all lists together; each keeps one at least."""
MOST_LETTERS = 100
JOINTS = ("all", "any")


@dataclass(slots=True)
class _Room:
    conditions: int
    values: int = MOST_VALUES


def brief(condition: Mapping[str, Any]) -> dict[str, Any]:
    """Of a condition that an audience has: long lists cut, with `"more": n` beside them; a long text ends with `…`.

    So it says the same of small ones, and of any a few kilobytes. It is to be read by people: a shortened one is no audience any more.
    """
    return _brief(condition, _Room(FEW if _many(condition) > MOST_CONDITIONS else MOST_CONDITIONS))


def _many(node: Mapping[str, Any]) -> int:
    inner = next((node[joint] for joint in JOINTS if joint in node), [node["not"]] if "not" in node else [])
    return 1 + sum(map(_many, inner))


def _brief(node: Mapping[str, Any], room: _Room) -> dict[str, Any]:
    room.conditions -= 1
    for joint in JOINTS:
        if joint in node:
            kept = [_brief(node[joint][0], room)]
            for one in node[joint][1:]:
                if room.conditions <= 0:
                    break
                kept.append(_brief(one, room))
            return {joint: kept, **_more(node[joint], kept)}
    if "not" in node:
        return {"not": _brief(node["not"], room)}
    said: dict[str, Any] = {}
    for name, value in node.items():
        if isinstance(value, list):
            several = [_short(one) for one in value[: max(1, min(MOST_IN_A_LIST, room.values))]]
            room.values -= len(several)
            said |= {name: several, **_more(value, several)}
        else:
            said[name] = _short(value)
    return said


def _more(whole: list[Any], kept: list[Any]) -> dict[str, int]:
    return {"more": len(whole) - len(kept)} if len(whole) > len(kept) else {}


def _short(value: Any) -> Any:
    """Numbers too may have a thousand digits."""
    written = str(value)
    return value if len(written) <= MOST_LETTERS else f"{written[:MOST_LETTERS]}…"
