"""What HTTP/1.1 and HTTP/2 both need: a path apart from its query, and a connection that breaks."""

import asyncio
import contextlib
import socket
import struct
import urllib.parse


def split_address(address: str) -> tuple[str, dict[str, str]]:
    """The path, and the last value of each name in the query."""
    path, _, query = address.partition("?")
    if not query:
        return path, {}
    return path, {name: values[-1] for name, values in urllib.parse.parse_qs(query, keep_blank_values=True).items()}


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with RST, as a machine that fell over does."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
