"""What a model says of a value it refuses, as (path, message): one field, one line, in the words of who wrote the value."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

PATH_WITHIN = "path_within"
"""In an error's context: where within the value it stands, for what a validator of a whole value found out."""

LONGEST_STEP = 100
"""Characters of a name that a path tells: names are the caller's, and one of half a megabyte may stand before thousands of faults."""
_AS_THE_LOWEST = str.maketrans(".[", "\0\1")


def refusals(errors: Sequence[Mapping[str, Any]], value: Any) -> list[tuple[str, str]]:
    """Pydantic's errors about `value`: each field once, and none for a union as a whole when a branch of it names the field.

    Takes as long as there are errors, however many: whoever may send a body may send one with a hundred thousand of them.
    """
    found = dict.fromkeys((_path(one, value), str(one["msg"]).removeprefix("Value error, ")) for one in errors)
    above = _above({path for path, _ in found})
    return [(path, message) for path, message in found if path not in above]


def _above(paths: Iterable[str]) -> set[str]:
    """Those of these paths that another lies within, as `a` is above `a[0].b`: sorted, what lies within a path follows it."""
    ordered = sorted(paths, key=lambda path: path.translate(_AS_THE_LOWEST))
    return {one for one, after in pairwise(ordered) if one and after.startswith((f"{one}.", f"{one}["))}


def _path(error: Mapping[str, Any], value: Any) -> str:
    path = path_of(error["loc"], value, error["type"])
    within = str(error.get("ctx", {}).get(PATH_WITHIN, ""))
    return f"{path}.{within}" if path and within else path or within


def path_of(location: Sequence[int | str], value: Any, kind: str) -> str:
    """`geofences[0].radius_m` from pydantic's location, without the names of union branches that it puts between."""
    path = ""
    here: Any = value
    for number, step in enumerate(location):
        if isinstance(step, int):
            if not isinstance(here, list):
                continue
            path += f"[{step}]"
            here = here[step] if step < len(here) else None
        elif isinstance(here, dict) and (step in here or (kind == "missing" and number == len(location) - 1)):
            path += f".{shortened(step)}" if path else shortened(step)
            here = here.get(step)
    return path


def shortened(name: str) -> str:
    """A caller's name as a path tells it."""
    return name if len(name) <= LONGEST_STEP else f"{name[:LONGEST_STEP]}…"
