"""Bodies in and out: JSON that is JSON, at most 1 MB of it but for whole files, and answers that no cache keeps."""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offers.errors import Fault
from offers.rules.refusals import shortened
from web.problems import ProblemError, as_problem

MOST_BYTES = 1_000_000
"""API.md: over 1 MB is 413."""
MOST_FILE_BYTES = 200_000_000
MOST_NUL_TOLD = 100
FILE_DOORS = frozenset(f"/v1/{noun}/import" for noun in ("places", "customers", "products", "purchases"))
"""Whose body is a file: it is never held in memory as a whole."""


def read_json(raw: bytes) -> Any:
    """The value of a JSON text. NaN, infinities, numbers too large, half texts and two texts are none: 400 `invalid_json`."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, msgspec.DecodeError) else "it is not UTF-8 or nested too deeply"
        raise ProblemError("invalid_json", 400, f"The body can not be read as JSON: {reason}.") from None


def too_large(most: int = MOST_BYTES) -> ProblemError:
    return ProblemError("too_large", 413, f"A body may have {most:,} bytes at most.")


def refused_coding(headers: Iterable[tuple[bytes, bytes]]) -> ProblemError | None:
    """415 that names the `Content-Encoding` of a body that is packed in one: we unpack none, so nothing grows in our memory."""
    for name, value in headers:
        coding = value.decode("latin-1").strip().lower()
        if name == b"content-encoding" and coding not in ("", "identity"):
            detail = f"The body is sent with Content-Encoding {coding[:40]}; send it plain."
            return ProblemError("unsupported_media_type", 415, detail, headers={"Accept-Encoding": "identity"})
    return None


def json_answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as JSON; moments in RFC 3339, UTC."""
    return Response(
        msgspec.json.encode(content),
        status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def no_content() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})


_UNREADABLE = b"?"
"""In the place of a body that can not be read: neither an object nor an array, so that no model takes it."""


class _JsonRequest(Request):
    """A request whose body is refused only once the guard has let its caller in: `refusal` is what is wrong with it."""

    refusal: ProblemError | None = None

    async def body(self) -> bytes:
        if self.refusal is None:
            try:
                return await super().body()
            except ProblemError as too_long:
                self.refusal = too_long
        return _UNREADABLE

    async def json(self) -> Any:
        raw = await self.body()
        if self.refusal is None:
            try:
                return _json_to_be_kept(raw)
            except ProblemError as refusal:
                self.refusal = refusal
        return _UNREADABLE


def _json_to_be_kept(raw: bytes) -> Any:
    value = read_json(raw)
    if b"\\u0000" in raw:
        faults = [Fault(path, "holds the character U+0000") for path in islice(_with_nul(value), MOST_NUL_TOLD)]
        if faults:
            raise ProblemError("bad_input", 422, "Text may not hold the character U+0000.", faults)
    return value


_Spot = tuple["_Spot", int | str] | None
"""Where a value stands: the spot of what holds it, and its number or name there; none for the body itself."""


def _with_nul(body: Any) -> Iterator[str]:
    """Paths of what holds it, and none put together for what does not: this is done before anybody knows who calls."""
    left: list[tuple[Any, _Spot]] = [(body, None)]
    while left:
        value, spot = left.pop()
        if isinstance(value, str):
            if "\0" in value:
                yield _path_to(spot)
        elif isinstance(value, list):
            left += [(one, (spot, number)) for number, one in enumerate(value) if isinstance(one, str | list | dict)]
        elif isinstance(value, dict):
            if any("\0" in name for name in value):
                yield _path_to(spot)
            left += [(one, (spot, name)) for name, one in value.items() if isinstance(one, str | list | dict)]


def _path_to(spot: _Spot) -> str:
    steps: list[int | str] = []
    while spot is not None:
        spot, step = spot
        steps.append(step)
    path = ""
    for step in reversed(steps):
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{shortened(step)}" if path else shortened(step)
    return path


class JsonRoute(APIRoute):
    """A route that reads JSON as `read_json` does and says so when something else was sent; to whom may not come in, only that."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def read_and_handle(request: Request) -> Response:
            if not takes_body:
                return await handle(request)
            asking = _JsonRequest(request.scope, request.receive)
            asking.refusal = refused_coding(request.scope["headers"])
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind and kind != "application/json" and not kind.endswith("+json"):
                asking.refusal = ProblemError(
                    "unsupported_media_type", 415, "Send JSON, as Content-Type: application/json."
                )
            if not kind:
                request.scope["headers"] = [*request.scope["headers"], (b"content-type", b"application/json")]
            try:
                return await handle(asking)
            except RequestValidationError:
                if asking.refusal is None:
                    raise
                raise asking.refusal from None

        return read_and_handle


class Envelope:
    """Around every door but the ping door: the body's limit, and the headers that each answer has.

    `bounds` are addresses with a limit of their own for a POST; `show` as in `problems.install`.
    """

    def __init__(
        self, app: ASGIApp, bounds: Mapping[str, int], show: Callable[[Request, Response], Response] | None = None
    ) -> None:
        self._app = app
        self.bounds = bounds
        self._show = show or (lambda _, answer: answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0
        most = self.bounds.get(scope["path"], MOST_BYTES) if scope["method"] == "POST" else MOST_BYTES

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise too_large(most)
            return message

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            await send(message)

        if is_announced_too_large(scope, most):
            answer = self._show(Request(scope), as_problem(too_large(most)))
            await answer(scope, receive, dressed)
        else:
            await self._app(scope, limited, dressed)


def is_announced_too_large(scope: Scope, most: int = MOST_BYTES) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return not value.isdigit() or int(value) > most
    return False


def _missing(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    wanted = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    if any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers):
        wanted += [
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
            (b"referrer-policy", b"no-referrer"),
        ]
    return [(name, value) for name, value in wanted if name not in there]
