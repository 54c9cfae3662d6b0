"""What lies in a lane: letters about devices, packed as one sealed batch an entry."""

from typing import Literal

import msgspec

PingRow = tuple[float, float, float, float | None]
"""(lat, lon, at, accuracy_m): degrees, epoch seconds by the device, metres or none."""


class PingLetter(msgspec.Struct, tag="p", array_like=True, frozen=True):
    """Pings of one device, in the order they came."""

    device: str
    received_at: float
    pings: list[PingRow]
    version: int = 0
    """The geofences that the door knew: matching knows no older ones, so that an edit is in force for the next ping."""


TransitionRow = tuple[str, Literal["enter", "dwell", "exit"], float, float | None, float | None, float | None]
"""(geofence's id, kind, at, accuracy_m, lat, lon): epoch seconds by the device; metres and degrees, or none."""


class TransitionLetter(msgspec.Struct, tag="x", array_like=True, frozen=True):
    """Transitions that one phone saw by itself, in the order they came."""

    device: str
    received_at: float
    items: list[TransitionRow]
    version: int = 0
    """As with pings."""


class TickLetter(msgspec.Struct, tag="t", array_like=True, frozen=True):
    """Devices whose dwell or silence may be due."""

    devices: list[str]


class ForgetLetter(msgspec.Struct, tag="f", array_like=True, frozen=True):
    """Devices whose presence is to be dropped."""

    devices: list[str]


DeviceLetter = PingLetter | TransitionLetter
"""What a device itself said: what doors put into a lane."""
Letter = DeviceLetter | TickLetter | ForgetLetter

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Letter])


def size_of(letter: DeviceLetter) -> int:
    """How many things the device said in it."""
    return len(letter.pings) if isinstance(letter, PingLetter) else len(letter.items)


def pack(letters: list[Letter]) -> bytes:
    return _encoder.encode(letters)


def unpack(raw: bytes) -> list[Letter]:
    """The letters of one entry; `msgspec.DecodeError` when these bytes are none."""
    return _decoder.decode(raw)
