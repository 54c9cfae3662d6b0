"""The bytes that a program sends to Tile38, written and read: RESP 2, and the message of a geofence.

Strings are bulk strings as in the protocol's specification: `$`, the number of bytes, a line end, the bytes, a line end.
"""

import json

import numpy as np

from geofences.fence_index import Ints
from geofences.metres import Floats

END = b"\r\n"
FLEET = "fleet"
"""The collection that the walkers are in."""
TOKENS = 13
"""What one SET of a point falls into at its line ends: a count, and six strings with their lengths before them."""

Event = tuple[str, str, str]
"""Device, geofence, `enter` or `exit`."""


class BadBytesError(Exception):
    """These bytes are not what they should be."""


def command(*words: str) -> bytes:
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)


def sets(device: Ints, lat: Floats, lon: Floats, size: int) -> list[bytes]:
    """SETs of `size` pings a pipeline; the shortest decimals that give the same floats."""
    rows = zip(device.tolist(), lat.tolist(), lon.tolist(), strict=True)
    one = [command("SET", FLEET, f"d{d}", "POINT", repr(at_lat), repr(at_lon)) for d, at_lat, at_lon in rows]
    return [b"".join(one[i : i + size]) for i in range(0, len(one), size)]


def read_sets(received: bytes) -> tuple[list[bytes], Floats, Floats, bytes]:
    """Devices, latitudes and longitudes of the whole SETs at the front, and what is left. Raises BadBytesError."""
    tokens = received.split(END)
    count = (len(tokens) - 1) // TOKENS
    whole = count * TOKENS
    for place, word in ((0, b"*6"), (2, b"SET"), (4, FLEET.encode()), (8, b"POINT")):
        if tokens[place:whole:TOKENS].count(word) != count:
            raise BadBytesError("a command that is no SET of a point")
    try:
        lat = np.array([float(token) for token in tokens[10:whole:TOKENS]])
        lon = np.array([float(token) for token in tokens[12:whole:TOKENS]])
    except ValueError as error:
        raise BadBytesError("a position that is none") from error
    return tokens[6:whole:TOKENS], lat, lon, END.join(tokens[whole:])


def value_at(received: bytes, at: int) -> tuple[object, int] | None:
    """One reply from `at`: bytes, an integer, a list, None for a null; and where the next begins. None: it is not all there.

    Raises BadBytesError for an error reply and for what is no reply.
    """
    end = received.find(END, at)
    if end < 0:
        return None
    kind, rest, after = received[at : at + 1], received[at + 1 : end], end + 2
    if kind == b"+":
        return rest, after
    if kind == b":":
        return int(rest), after
    if kind == b"-":
        raise BadBytesError(rest.decode(errors="replace"))
    if kind == b"$":
        size = int(rest)
        if size < 0:
            return None, after
        if len(received) < after + size + 2:
            return None
        return received[after : after + size], after + size + 2
    if kind == b"*":
        values = []
        for _ in range(int(rest)):
            found = value_at(received, after)
            if found is None:
                return None
            value, after = found
            values.append(value)
        return values, after
    raise BadBytesError(f"a reply that begins with {kind!r}")


def values(received: bytes) -> tuple[list[object], bytes]:
    """All whole replies, and what is left."""
    found, at = [], 0
    while (one := value_at(received, at)) is not None:
        found.append(one[0])
        at = one[1]
    return found, received[at:]


def pushed(pattern: str, channel: str, message: str) -> bytes:
    """What a subscriber to a pattern gets."""
    return command("pmessage", pattern, channel, message)


def read_event(reply: object) -> Event | None:
    """The event of one `pmessage`; None where it is another message or tells no enter and no exit. Raises BadBytesError."""
    if not isinstance(reply, list) or len(reply) != 4 or reply[0] != b"pmessage":
        return None
    try:
        told = json.loads(reply[3])
    except (ValueError, TypeError) as error:
        raise BadBytesError("a message that is no JSON") from error
    if not isinstance(told, dict) or told.get("detect") not in ("enter", "exit"):
        return None
    return str(told["id"]), str(told["hook"]), str(told["detect"])
