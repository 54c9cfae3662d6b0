"""The ping lanes in Redis: where a device's lane is, what is kept beside it, and the sealed append.

A lane is a stream with one writer. Everything of a lane shares a hash tag, so that one script sees it whole, on a cluster too:

    entries   stream: h = hour of the seal, b = sealed letters     bell     somebody has been rung for this lane
    presence  hash: device -> where it is (geofences and times)    lease    token of the one worker that may move it
    due       sorted set: device -> when a tick is worth making    blocked  hash: device -> why its pings are refused
    aside     stream: sealed letters that could not be worked      epoch    made when the lane was built from SQL
    failures  hash: entry -> how often working it failed           counters hash: what was done with the pings
    targets   hash: device -> the stores its customer is expected at
    told:…    one a device: what it was told to watch, sealed, for an hour
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from offers.follows import Follows
from offers.rules.target import Target
from workers.letters import DeviceLetter, ForgetLetter, Letter, TickLetter, pack
from workers.seal import Seal, UnreadableError, hour_of, new_salt

SALTS = "pb:salts"
BELL_MS = 10_000
"""How long a ring counts as heard. A worker that died leaves its lane silent for this long at most."""
TOLD_S = 3600
"""How long is known what a device was told to watch: a phone in use pings at least every quarter of an hour, and the hour's salt,
without which nobody can open it, lives as long."""
MOST_DEVICES = 2000
"""Devices in one append: what one script call may unpack."""


_targets = msgspec.msgpack.Decoder(list[tuple[str, float, float]]).decode


class LanesUnavailableError(Exception):
    """Redis refuses, is away, or was emptied and is being rebuilt: the caller should try again in `retry_after_s`."""

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class LaneKeys:
    entries: str
    presence: str
    due: str
    bell: str
    lease: str
    blocked: str
    epoch: str
    aside: str
    failures: str
    counters: str
    targets: str

    @classmethod
    def of(cls, lane: int) -> "LaneKeys":
        return cls(**{name: f"pb:{{lane:{lane}}}:{name}" for name in cls.__slots__})


def lane_of(device_id: str, lanes: int) -> int:
    """A device always has the same lane."""
    return zlib.crc32(device_id.encode()) % lanes


def told_key(lane: int, device_id: str) -> str:
    return f"pb:{{lane:{lane}}}:told:{device_id}"


APPEND = """
local epoch = redis.call('GET', KEYS[4])
if not epoch then return {'empty'} end
if epoch ~= ARGV[1] then return {'epoch', epoch} end
local refused = {}
if #ARGV > 4 then
  local devices = {unpack(ARGV, 5)}
  local reasons = redis.call('HMGET', KEYS[2], unpack(devices))
  for i, why in ipairs(reasons) do
    if why then refused[#refused + 1] = devices[i]; refused[#refused + 1] = why end
  end
end
if #refused > 0 then return {'refused', unpack(refused)} end
redis.call('XADD', KEYS[1], '*', 'h', ARGV[2], 'b', ARGV[3])
if redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[4]) then return {'ring'} end
return {'kept'}
"""
"""KEYS entries, blocked, bell, epoch; ARGV epoch, hour, sealed letters, bell's ms, then the devices to ask `blocked` about."""


TELL = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[4] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1
"""
"""KEYS blocked, told; ARGV device, what it was told, seconds, what lay there before. One script: whoever is blocked a moment later finds
it to remove, and of two answers to one phone at once only one tells."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies beside a lane of what a device was told. `sealed`: as it lies there; `plain`: what it says, where anybody can open it."""

    sealed: bytes = b""
    plain: bytes | None = None


@dataclass(slots=True)
class Appended:
    refused: dict[str, str] = field(default_factory=dict)
    """Devices whose letters were not kept, with the reason."""
    ring: bool = False


class LaneDoor:
    """The ping door's side: appends only, and never blocks the event loop. One to a process."""

    def __init__(self, redis: AsyncRedis, secret: bytes, lanes: int) -> None:
        self.lanes = lanes
        self._redis: Any = redis  # its annotations mix the answers of the synchronous client in
        self._seal = Seal(secret)
        self._epochs: dict[int, str] = {}
        self._append = redis.register_script(APPEND)
        self._tell = redis.register_script(TELL)

    async def append(self, lane: int, letters: Sequence[DeviceLetter], now: float) -> Appended:
        """Keep these letters in the lane; when this returns, they survive the crash of any process.

        Blocked devices' letters are left out and named. `LanesUnavailableError`: nothing was kept; an answer that was lost on
        the way may have been, which does no harm because a device's ping is known by its time.
        """
        outcome = Appended()
        try:
            for _ in range(4):
                answer = await self._try(lane, letters, now)
                verdict = answer[0]
                if verdict == b"refused":
                    outcome.refused |= _pairs(answer[1:])
                    letters = [one for one in letters if one.device not in outcome.refused]
                    if not letters:
                        return outcome
                elif verdict == b"epoch":
                    self._epochs[lane] = answer[1].decode()
                    self._seal.forget_keys()
                elif verdict == b"empty":
                    outcome.ring = True
                    raise LanesUnavailableError("the lanes are being rebuilt")
                else:
                    outcome.ring = verdict == b"ring"
                    return outcome
        except (RedisError, OSError) as error:
            raise LanesUnavailableError(f"Redis: {type(error).__name__}", 2) from error
        raise LanesUnavailableError("the lanes are being rebuilt")

    async def _try(self, lane: int, letters: Sequence[DeviceLetter], now: float) -> list[bytes]:
        hour = hour_of(now)
        await self._learn(hour)
        keys = LaneKeys.of(lane)
        sealed = self._seal.close(hour, lane, pack(list(letters)))
        answer = await self._append(
            keys=[keys.entries, keys.blocked, keys.bell, keys.epoch],
            args=[self._epochs.get(lane, "?"), hour, sealed, BELL_MS, *(one.device for one in letters)],
        )
        return list(answer)

    async def _learn(self, hour: int) -> None:
        """Know the hour's key, and make its salt when nobody has yet."""
        if not self._seal.knows(hour):
            await self._redis.hsetnx(SALTS, str(hour), new_salt())
            salt = await self._redis.hget(SALTS, str(hour))
            if not isinstance(salt, bytes):
                raise LanesUnavailableError("the lanes are being rebuilt")
            self._seal.learn(hour, salt)

    async def told(self, device: str) -> Kept:
        """What `tell` kept of this device. Nothing is plain when there is nothing, or nothing that anybody can open any more."""
        lane = lane_of(device, self.lanes)
        try:
            kept = await self._redis.get(told_key(lane, device))
            return Kept(kept, await self._opened(lane, kept)) if kept else Kept()
        except (RedisError, OSError) as error:
            raise LanesUnavailableError(f"Redis: {type(error).__name__}", 2) from error

    async def _opened(self, lane: int, kept: bytes) -> bytes | None:
        hour, sealed = int.from_bytes(kept[:8]), kept[8:]
        if not self._seal.knows(hour):
            salt = await self._redis.hget(SALTS, str(hour))
            if salt is None:
                return None
            self._seal.learn(hour, salt)
        try:
            return self._seal.open(hour, lane, sealed)
        except UnreadableError:
            return None

    async def tell(self, device: str, plain: bytes, now: float, before: Kept) -> bool:
        """Keep what a device was told, sealed under the hour's key, for TOLD_S. Not for a device that is blocked by now, and not
        when something else than `before` lies there: then another answer has told it meanwhile.
        """
        lane, hour = lane_of(device, self.lanes), hour_of(now)
        try:
            await self._learn(hour)
            kept = hour.to_bytes(8) + self._seal.close(hour, lane, plain)
            keys = [LaneKeys.of(lane).blocked, told_key(lane, device)]
            return bool(await self._tell(keys=keys, args=[device, kept, TOLD_S, before.sealed]))
        except (RedisError, OSError) as error:
            raise LanesUnavailableError(f"Redis: {type(error).__name__}", 2) from error


def pack_targets(targets: Sequence[Target]) -> bytes:
    """As `[order's id, lat, lon]` of each store, in msgpack."""
    return msgspec.msgpack.encode([[one.order_id, one.lat, one.lon] for one in targets])


def unpack_targets(raw: bytes) -> tuple[Target, ...]:
    """None of bytes that no targets of ours are, as of another release: beat writes them anew."""
    try:
        return tuple(Target(*one) for one in _targets(raw))
    except msgspec.DecodeError:
        return ()


def _pairs(flat: list[bytes]) -> dict[str, str]:
    return {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}


class LaneDesk:
    """The side of the desk, of workers and of beat: blocks and unblocks devices, forgets them, and sends ticks. Synchronous."""

    def __init__(self, redis: Redis, secret: bytes, lanes: int) -> None:
        self.lanes = lanes
        self.redis: Any = redis
        self.seal = Seal(secret, self._salt_of)
        self._append = redis.register_script(APPEND)

    def _salt_of(self, hour: int) -> bytes | None:
        salt = self.redis.hget(SALTS, str(hour))
        return salt if isinstance(salt, bytes) else None

    def block(self, reasons: Mapping[str, str]) -> None:
        """Refuse these devices' pings from now on, and forget what they were told to watch and where they were expected."""
        for lane, devices in self._by_lane(reasons).items():
            keys = LaneKeys.of(lane)
            self.redis.hset(keys.blocked, mapping={device: reasons[device] for device in devices})
            self.redis.hdel(keys.targets, *devices)
            self._forget_told(lane, devices)

    def unblock(self, devices: Iterable[str]) -> None:
        for lane, some in self._by_lane(devices).items():
            self.redis.hdel(LaneKeys.of(lane).blocked, *some)

    def forget(self, devices: Iterable[str], now: float) -> list[int]:
        """Have these devices' presence dropped, in its turn; nobody expects them any more. The lanes to ring for."""
        by_lane = self._by_lane(devices)
        for lane, some in by_lane.items():
            self.redis.hdel(LaneKeys.of(lane).targets, *some)
            self._forget_told(lane, some)
        return self._send({lane: ForgetLetter(some) for lane, some in by_lane.items()}, now)

    def follow(self, follows: Follows, now: float) -> list[int]:
        """Do in the lanes what follows a commit; the lanes to ring for. Safe to repeat, and beat repairs what Redis did not take."""
        if follows.block:
            self.block(follows.block)
        rings = self.forget(follows.forget, now) if follows.forget else []
        if follows.unblock:
            self.unblock(follows.unblock)
        if follows.targets:
            self.expect(follows.targets)
        return rings

    def expect(self, targets: Mapping[str, Sequence[Target]]) -> None:
        """By device: where its customer is expected from now on; nowhere any more, where that is empty. Safe to repeat."""
        for lane, devices in self._by_lane(targets).items():
            key = LaneKeys.of(lane).targets
            expected = {device: pack_targets(targets[device]) for device in devices if targets[device]}
            if expected:
                self.redis.hset(key, mapping=expected)
            if nowhere := [device for device in devices if device not in expected]:
                self.redis.hdel(key, *nowhere)

    def expected(self, lane: int) -> dict[str, tuple[Target, ...]]:
        """By device, of a whole lane: where its customer is expected."""
        found = self.redis.hgetall(LaneKeys.of(lane).targets)
        return {device.decode(): unpack_targets(raw) for device, raw in found.items()}

    def _forget_told(self, lane: int, devices: Iterable[str]) -> None:
        self.redis.delete(*(told_key(lane, device) for device in devices))

    def tick(self, lane: int, devices: list[str], now: float) -> list[int]:
        return self._send({lane: TickLetter(devices)}, now)

    def _by_lane(self, devices: Iterable[str]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for device in devices:
            found.setdefault(lane_of(device, self.lanes), []).append(device)
        return found

    def _send(self, letters: Mapping[int, Letter], now: float) -> list[int]:
        """Append one letter to each lane, whoever is blocked. A lane that is empty of its epoch is about to be rebuilt without them."""
        rings = []
        hour = hour_of(now)
        for lane, letter in letters.items():
            keys = LaneKeys.of(lane)
            epoch = self.redis.get(keys.epoch)
            if epoch is None:
                rings.append(lane)
                continue
            self.redis.hsetnx(SALTS, str(hour), new_salt())
            salt = self._salt_of(hour)
            if salt is not None:
                self.seal.learn(hour, salt)
                answer = self._append(
                    keys=[keys.entries, keys.blocked, keys.bell, keys.epoch],
                    args=[epoch, hour, self.seal.close(hour, lane, pack([letter])), BELL_MS],
                )
                if answer[0] == b"ring":
                    rings.append(lane)
        return rings


def describe_keys(lane: int) -> dict[str, Any]:
    """A lane's keys by name."""
    keys = LaneKeys.of(lane)
    return {name: getattr(keys, name) for name in LaneKeys.__slots__}
