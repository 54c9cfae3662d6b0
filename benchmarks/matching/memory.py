"""How much an index holds beside its geofences, in a process in which nothing else ever was.

python -m benchmarks.matching.memory ours|tree GEOFENCES KIND
"""

import ctypes
import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmarks.matching.peers import Tree
from benchmarks.matching.workload import Kind, geofences
from geofences.fence_index import Fence, FenceIndex

MB = 1e6
BUILDERS: dict[str, Callable[[Sequence[Fence]], object]] = {
    "ours": lambda fences: FenceIndex(fences, version=1),
    "tree": Tree,
}


@dataclass(frozen=True, slots=True)
class Held:
    """In MB: what Python and NumPy say that the index holds, by how much the process grew, and its size with the geofences alone."""

    traced_mb: float
    resident_mb: float
    fences_mb: float


def measured(what: str, count: int, kind: Kind) -> Held:
    """Once for each of the two measures: one slows and swells the other."""
    told: dict[str, int] = {}
    for traced in ("traced", "resident"):
        command = [sys.executable, "-m", "benchmarks.matching.memory", what, str(count), kind, traced]
        told |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Held(told["traced"] / MB, told["resident"] / MB, told["fences"] / MB)


def _measure(what: str, count: int, kind: Kind, how: str) -> dict[str, int]:
    fences = geofences(count, kind)
    for fence in fences:
        fence.shape.bounds  # noqa: B018 - what a shape keeps of itself is there before
    _settle()
    if how == "traced":
        tracemalloc.start()
    before = _resident()
    index = BUILDERS[what](fences)
    _settle()
    found = (
        {"traced": tracemalloc.get_traced_memory()[0]}
        if how == "traced"
        else {"resident": _resident() - before, "fences": before}
    )
    assert index is not None  # it lives until here
    return found


def _settle() -> None:
    """What building needed and no longer holds goes back to the system, where the C library can do that."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]), cast("Kind", sys.argv[3]), sys.argv[4])))
