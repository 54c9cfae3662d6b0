"""A small server that takes the very bytes that Tile38 takes, SETs of points, and tells enters and exits to a subscriber.

    python -m benchmarks.matching.stream_server GEOFENCES SPREAD DEVICES

It prints its port and goes when its standard input ends. It does less than Tile38: no index of the positions, no other
question, no file. What it shows is what matching costs behind the same protocol.
"""

import selectors
import socket
import sys
from typing import cast

import numpy as np

from benchmarks.matching import resp
from benchmarks.matching.differ import Differ
from benchmarks.matching.workload import Spread, Walk, geofences
from geofences.fence_index import FenceIndex

RECEIVE = 1 << 18
PATTERN = "*"


class Fleet:
    """Bytes in, replies and messages out."""

    def __init__(self, index: FenceIndex, devices: int) -> None:
        self._ids = [fence.id for fence in index.fences]
        self._differ = Differ(index.containing, devices, len(index.fences))
        self._numbers: dict[bytes, int] = {}

    def take(self, received: bytes) -> tuple[bytes, bytes, bytes]:
        """The replies to all whole SETs, the messages that follow, and what is left. Raises BadBytesError."""
        names, lat, lon, left = resp.read_sets(received)
        if not names:
            return b"", b"", left
        numbers = self._numbers
        device = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)
        events = self._differ.batch(Walk(device, lat, lon))
        told = b"".join(
            self._message(names[ping], self._ids[fence], float(lat[ping]), float(lon[ping]), enter=enter)
            for ping, fence, enter in zip(
                events.ping.tolist(), events.fence.tolist(), events.enter.tolist(), strict=True
            )
        )
        return b"+OK\r\n" * len(names), told, left

    @staticmethod
    def _message(device: bytes, fence: str, lat: float, lon: float, *, enter: bool) -> bytes:
        detect = "enter" if enter else "exit"
        at = f'{{"type":"Point","coordinates":[{lon!r},{lat!r}]}}'
        fields = f'"detect":"{detect}","hook":"{fence}","key":"{resp.FLEET}","id":"{device.decode()}","object":{at}'
        return resp.pushed(PATTERN, fence, f'{{"command":"set",{fields}}}')


def serve(fleet: Fleet, listener: socket.socket) -> None:
    """Until standard input ends. One line of a program: PSUBSCRIBE makes it the subscriber, PUBLISH tells it something."""
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(sys.stdin, selectors.EVENT_READ)
    left: dict[socket.socket, bytes] = {}
    subscriber: socket.socket | None = None
    while True:
        for key, _ in waiting.select():
            if key.fileobj is sys.stdin:
                return
            line = cast("socket.socket", key.fileobj)
            if line is listener:
                line, _ = listener.accept()
                waiting.register(line, selectors.EVENT_READ)
                left[line] = b""
                continue
            received = line.recv(RECEIVE)
            if not received:
                waiting.unregister(line)
                line.close()
                continue
            received = left[line] + received
            if received.startswith(b"*2\r\n$10\r\nPSUBSCRIBE"):
                subscriber, left[line] = line, b""
                line.sendall(b"*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n")
            elif received.startswith(b"*3\r\n$7\r\nPUBLISH") and (published := resp.value_at(received, 0)):
                words = cast("list[bytes]", published[0])
                if subscriber is not None:
                    subscriber.sendall(resp.pushed(PATTERN, words[1].decode(), words[2].decode()))
                line.sendall(b":1\r\n")
                left[line] = received[published[1] :]
            else:
                replies, told, left[line] = fleet.take(received)
                if told and subscriber is not None:
                    subscriber.sendall(told)
                line.sendall(replies)


def main(geofences_count: int, spread: Spread, devices: int) -> None:
    index = FenceIndex(geofences(geofences_count, "mixed", spread), version=1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        serve(Fleet(index, devices), listener)


if __name__ == "__main__":
    main(int(sys.argv[1]), cast("Spread", sys.argv[2]), int(sys.argv[3]))
