"""Nothing is timed before it is known to be right: engines that are compared give the same answers, pair by pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofences.fence_index import Ints

Pairs = tuple[Ints, Ints]
"""Position's row and geofence's number, side by side, in any order."""


class DisagreementError(Exception):
    """Two engines that are to be compared do not say the same. A benchmark stops here."""


def same_pairs(name: str, found: Pairs, expected: Pairs, fences: int) -> int:
    """How many pairs both have. Raises DisagreementError: a pair that one has and the other not, or has twice."""
    mine, theirs = _keys(found, fences), _keys(expected, fences)
    if np.array_equal(mine, theirs):
        return len(mine)
    added, missing = np.setdiff1d(mine, theirs), np.setdiff1d(theirs, mine)
    twice = len(mine) - len(np.unique(mine))
    first = [f"row {key // fences}, geofence {key % fences}" for key in [*added[:3], *missing[:3]]]
    raise DisagreementError(
        f"{name} has {len(added)} pairs that the other has not, lacks {len(missing)}, has {twice} twice: {'; '.join(first)}"
    )


def same_events(name: str, found: Sequence[Any], expected: Sequence[Any]) -> int:
    """How many there are, one by one the same and in the same order. Raises DisagreementError with the first that differs."""
    if list(found) == list(expected):
        return len(found)
    pairs = zip(found, expected, strict=False)
    first = next((i for i, (one, other) in enumerate(pairs) if one != other), min(len(found), len(expected)))
    raise DisagreementError(
        f"{name} gives {len(found)} events where {len(expected)} are right; the first that differs is number {first}: "
        f"{found[first] if first < len(found) else 'none'} for {expected[first] if first < len(expected) else 'none'}"
    )


def _keys(pairs: Pairs, fences: int) -> NDArray[np.int64]:
    row, fence = pairs
    return np.sort(np.asarray(row, dtype=np.int64) * max(fences, 1) + np.asarray(fence, dtype=np.int64))
