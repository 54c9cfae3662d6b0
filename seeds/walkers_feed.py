"""Tells a page where the walkers are: `GET /walkers`, as JSON, or as server-sent events to whoever accepts those.

A browser lets only the demo's own pages read it.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

EVERY_S = 0.5

Snapshot = Callable[[], list[dict[str, Any]]]


def create_feed(snapshot: Snapshot, origins: Sequence[str], every_s: float = EVERY_S) -> Starlette:
    """The application. `origins` such as http://127.0.0.1:8080 are those whose pages may read it."""

    async def stream() -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        while True:
            yield b"event: walkers\ndata: " + json.dumps(snapshot(), separators=(",", ":")).encode() + b"\n\n"
            await asyncio.sleep(every_s)

    async def walkers(request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        if "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)
        return JSONResponse({"items": snapshot()}, headers=headers)

    cors = Middleware(CORSMiddleware, allow_origins=list(origins), allow_methods=["GET"])
    return Starlette(routes=[Route("/walkers", walkers)], middleware=[cors])


class FeedServer(uvicorn.Server):
    """Serves on a socket that is already bound, and leaves the process's signals to whoever started it."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def feeding(app: Starlette, bound: socket.socket) -> AsyncIterator[None]:
    """The feed is served on a listening socket while the block runs."""
    server = FeedServer(app)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await serving
