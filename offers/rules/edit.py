"""Two people at one thing: an edit may say what it was made from."""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Mapping[str, Any] | None], None]
"""Asked under the lock, before anything is written, with the thing as it is now, or none where there is none. It raises to refuse."""


def anyway(_now: Mapping[str, Any] | None) -> None:
    """Whatever it is now."""
