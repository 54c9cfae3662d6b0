"""What lies in a lane: letters about devices, packed as one sealed batch an entry."""

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


class TickLetter(msgspec.Struct, tag="t", array_like=True, frozen=True):
    """Devices whose dwell or silence may be due."""

    devices: list[str]


class ForgetLetter(msgspec.Struct, tag="f", array_like=True, frozen=True):
    """Devices whose presence is to be dropped."""

    devices: list[str]


Letter = PingLetter | TickLetter | ForgetLetter

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Letter])


def pack(letters: list[Letter]) -> bytes:
    return _encoder.encode(letters)


def unpack(raw: bytes) -> list[Letter]:
    """The letters of one entry; `msgspec.DecodeError` when these bytes are none."""
    return _decoder.decode(raw)
