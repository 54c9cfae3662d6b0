"""A double as a process: `serve` until SIGTERM or SIGINT."""

import argparse
import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from tests.doubles.answers import Service
from tests.doubles.tls import Certificates, kept_certificates
from tests.doubles.wire import Wire


def serve_arguments(about: str) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """The parser, and that of its `serve`, with what every double takes."""
    parser = argparse.ArgumentParser(description=about)
    serve = parser.add_subparsers(dest="command", required=True).add_parser("serve")
    serve.add_argument("--port", type=int, default=0, help="0: any that is free; the first line says which")
    serve.add_argument("--record", type=Path, help="a file for what is received, one JSON line each")
    serve.add_argument("--ca", type=Path, help="where the authority's certificate is, or is written")
    serve.add_argument("--delay-s", type=float, default=0.0, help="of every answer to a message")
    serve.add_argument("--slow-s", type=float, default=3.0, help="more, of those that are slow")
    serve.add_argument("--with-parent", action="store_true", help="end when standard input does")
    serve.add_argument("--seed", type=int, default=0, help="of the faults by share")
    return parser, serve


def serve(service: Service, given: argparse.Namespace, at: Callable[[str], None] | None = None) -> None:
    """Says on one line of JSON where it is, and to `at`."""
    if given.with_parent:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    certificates = kept_certificates(given.ca) if given.ca else None
    asyncio.run(_serve(service, certificates, given.port, at))


def _end_with_standard_input() -> None:
    """A parent that is killed stops nothing, but the kernel closes its end of the pipe."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _serve(
    service: Service, certificates: Certificates | None, port: int, at: Callable[[str], None] | None
) -> None:
    wire, stop = Wire(service, certificates), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bound = await wire.open(port)
    url = f"{'https' if certificates else 'http'}://127.0.0.1:{bound}"
    if at is not None:
        at(url)
    print(json.dumps({"url": url}), flush=True)  # noqa: T201
    await stop.wait()
    await wire.close()
