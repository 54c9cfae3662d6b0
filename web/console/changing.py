"""Two people at one thing: a form says what it was filled from, and is not saved over what somebody else saved meanwhile."""

from collections.abc import Mapping
from typing import Any

from offers.errors import Conflict
from offers.rules.edit import Check
from web.editing import etag_of


class ChangedMeanwhile(Conflict):
    """`now` is the thing as somebody else left it; none when it is gone, or was not there and is."""

    def __init__(self, now: Mapping[str, Any] | None) -> None:
        super().__init__("Somebody else changed this meanwhile.")
        self.now = dict(now) if now is not None else None


def unchanged(etag: str | None) -> Check:
    """Raise unless the thing is still what `etag` was made from; for none, unless there is no such thing yet."""

    def check(now: Mapping[str, Any] | None) -> None:
        if etag is None:
            if now is not None:
                raise ChangedMeanwhile(now)
        elif now is None or etag_of(now) != etag:
            raise ChangedMeanwhile(now)

    return check
