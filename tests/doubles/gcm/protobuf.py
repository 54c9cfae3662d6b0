"""As much of protocol buffers as the line and the check-in take."""

import struct
from collections.abc import Callable

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | BYTES) + varint(len(data)) + data


def fixed64(number: int, value: int) -> bytes:
    return varint(number << 3 | FIXED64) + struct.pack("<Q", value)


def read_varint(next_byte: Callable[[], int]) -> int:
    number = shift = 0
    while True:
        byte = next_byte()
        number |= (byte & 0x7F) << shift
        if byte <= 0x7F:
            return number
        shift += 7
