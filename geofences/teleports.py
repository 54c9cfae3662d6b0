"""Pings that can not be true yet: so far from the one before that nobody could have come there in between.

Real ones are hardly ever among them, made-up ones are: a simulated position, a fix from the router's old address, a phone that
thinks it is where it was switched off. Such a ping is set aside, and believed once a later one agrees with it.
"""

from dataclasses import replace

from geofences.cells import apart_m
from geofences.remembered import Presence, Spot

TELEPORT_MPS = 300 / 3.6
"""Nobody walks, cycles or drives faster. Who flies is set aside until the landing; pings less than two kilometres apart can not tell."""
SLACK_M = 500.0
"""What two pings may be wrong by together, and their times by a second: on the recorded walks one in a hundred errs by 100 m."""
CELL_LASTS_S = 900
"""A cell is of use, and kept, no longer; it is the silence after which a device has left."""


def may_have_come(seen: Spot, cell: int, at: float) -> bool:
    """Whether somebody can have come from there to here by `at`, which is not earlier. Never false where 300 km/h suffice."""
    return cell == seen.cell or apart_m(seen.cell, cell) <= SLACK_M + TELEPORT_MPS * (at - seen.at)


def is_jump(before: Presence, cell: int | None, at: float) -> bool:
    """Whether a ping newer than those before is too far from the last one."""
    seen = before.seen
    return not (seen is None or cell is None or at - seen.at > CELL_LASTS_S or may_have_come(seen, cell, at))


def is_suspect(before: Presence, cell: int | None, at: float) -> bool:
    """Whether a ping newer than those before is too far from the last one, and no ping that was set aside earlier agrees with it."""
    if cell is None or not is_jump(before, cell, at):
        return False
    doubt = before.suspect
    return doubt is None or at <= doubt.at or not may_have_come(doubt, cell, at)


def doubting(before: Presence, cell: int | None, at: float) -> Presence:
    """The newest ping that was set aside is the one to agree with; nothing else changes."""
    if cell is None or (before.suspect is not None and before.suspect.at >= at):
        return before
    return replace(before, suspect=Spot(at, cell))
