"""What a double received: kept in memory, and in a file of one JSON line each, written before the answer leaves."""

from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec


class Row(Protocol):
    """What is asked of a record's rows."""

    @property
    def target(self) -> str: ...
    @property
    def accepted(self) -> bool: ...


R = TypeVar("R", bound=Row)


class Record(Generic[R]):
    """The newest `keep` accepted and the newest `keep` refused. With a file: all, and those from before a restart too."""

    def __init__(self, row: type[R], path: Path | None = None, keep: int = 200_000) -> None:
        self.accepted: deque[R] = deque(maxlen=keep)
        self.refused: deque[R] = deque(maxlen=keep)
        self.tries: Counter[str] = Counter()
        self._path = path
        for kept in rows_of(path, row) if path and path.exists() else ():
            self._remember(kept)
        self._file = path.open("ab", buffering=0) if path else None

    def _remember(self, row: R) -> None:
        self.tries[row.target] += 1
        (self.accepted if row.accepted else self.refused).append(row)

    def add(self, row: R) -> None:
        if self._file:
            self._file.write(msgspec.json.encode(row) + b"\n")
        self._remember(row)

    def clear(self) -> None:
        self.accepted.clear()
        self.refused.clear()
        self.tries.clear()
        if self._file:
            self._file.truncate(0)

    def close(self) -> None:
        if self._file:
            self._file.close()


def rows_of(path: Path, row: type[R]) -> Iterator[R]:
    """Of a record's file. A last line that is still being written is left out."""
    decoder = msgspec.json.Decoder(row)
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield decoder.decode(line)


def as_json(rows: list[R]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(row) for row in rows]
