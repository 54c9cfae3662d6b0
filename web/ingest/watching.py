"""Which geofences a phone should watch by itself, told in the answer to its newest position when the list is another than last time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from geofences import nearby
from geofences.fence_index import FenceIndex
from geofences.ping import Ping
from workers.fences import FenceKeeper
from workers.lanes import LaneDoor, LanesUnavailableError

FRESH_S = 300
"""An older position is history: its answer stays the plain one, and the phone has moved on since."""
AGAIN_S = 1800
"""After this all are told once more, changed or not: an answer may have been lost. Half of what is known of a device (TOLD_S)."""
MOST = 20
"""What iOS watches for one app."""
MOST_ON = {"android": 100}
"""What other systems do, where the token says that the device is one."""


class Watched(NamedTuple):
    """A circle in degrees and metres that holds the geofence; `place` is its place's id."""

    geofence_id: str
    place: str
    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Watch:
    """What changes on the phone: geofences to watch from now on, and those that it was told before and needs no more.

    Of a geofence that is there no more nothing is known but its id.
    """

    add: Sequence[Watched]
    remove: Sequence[Watched]


class _Told(msgspec.Struct, array_like=True):
    at: float
    """Epoch seconds at which all were told."""
    seen_at: float
    """Epoch seconds of the position that the list is of, as of its last change: an older one would send the phone back."""
    geofence_ids: list[str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Told).decode


class Watching:
    """What each device was told lies in its lane's Redis, sealed and for an hour, and goes with its consent."""

    def __init__(self, lanes: LaneDoor, fences: FenceKeeper) -> None:
        self._lanes = lanes
        self._fences = fences

    async def news(self, device_id: str, newest: Ping | None, now: float, platform: str | None = None) -> Watch | None:
        """What the phone has to change; none: nothing, or nothing that could be said for sure. Call it once the lane has the ping.

        Of two requests at once the one that keeps its list first tells; the phone would sum up two, and not hear what to drop.
        """
        index = self._fences.index
        if newest is None or now - newest.at > FRESH_S or index.version < 0:
            return None
        nearest = nearby.watch_list(index, newest.lat, newest.lon, MOST_ON.get(platform or "", MOST))
        listed = [Watched(geofence_id, index.by_id[geofence_id].place, *circle) for geofence_id, circle in nearest]
        try:
            kept = await self._lanes.told(device_id)
            told = _read(kept.plain)
            if newest.at < told.seen_at:
                return None
            whole = now - told.at >= AGAIN_S
            before, wanted = set(told.geofence_ids), {one.geofence_id for one in listed}
            if wanted == before and not (whole and wanted):
                return None
            remembered = _Told(now if whole else told.at, newest.at, [one.geofence_id for one in listed])
            if not await self._lanes.tell(device_id, _encode(remembered), now, kept):
                return None
        except LanesUnavailableError:
            return None
        add = [one for one in listed if whole or one.geofence_id not in before]
        return Watch(add, [_left(index, geofence_id) for geofence_id in sorted(before - wanted)])


def _read(kept: bytes | None) -> _Told:
    """What was told; nothing yet also where another version of ours wrote it."""
    try:
        return _decode(kept) if kept is not None else _Told(-AGAIN_S, -math.inf, [])
    except msgspec.DecodeError:
        return _Told(-AGAIN_S, -math.inf, [])


def _left(index: FenceIndex, geofence_id: str) -> Watched:
    fence = index.by_id.get(geofence_id)
    return Watched(geofence_id, fence.place, *fence.shape.covering) if fence else Watched(geofence_id, "", 0, 0, 0)
