"""Who sends: a device by its token, wherever a location app has room for one.

`Authorization: Bearer`, the password of Basic, `?token=`, or a field of the body where the app knows no other place. The first that
looks like a token counts. There is no limit on wrong ones, as at the ping door: nobody guesses a signature of 256 bits.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from web.bodies import MOST_BYTES, refused_coding
from web.guards import Guard, refused_token
from web.parts import Parts, parts_of
from web.problems import ProblemError, unauthorized
from web.tokens import LONGEST, PREFIX, DeviceClaim, TokenError

MOST_DRAINED = 20_000_000
"""Bytes of a body that are let in, and forgotten from MOST_BYTES on: an app whose queue has grown too large is told that it was taken,
or it would send the same again for ever, and each time more. Over this nobody's phone has made it, and it is 413."""

TokenInBody = Callable[[bytes], str | None]


@dataclass(frozen=True, slots=True)
class Came:
    """A device, and what it sent: none when that is over MOST_BYTES."""

    claim: DeviceClaim
    body: bytes | None


class LocationAppGuard(Guard):
    """A device's token, full or positions only. `names` are fields of the query that hold it beside `token`."""

    def __init__(self, *names: str, in_body: TokenInBody | None = None) -> None:
        self._names = ("token", *names)
        self._in_body = in_body

    async def __call__(self, request: Request, parts: Annotated[Parts, Depends(parts_of)]) -> Came:
        sent = [one for one in self._sent(request) if one]
        token = next((one for one in sent if one.startswith(PREFIX)), None)
        coding = refused_coding(request.scope["headers"])
        body = None
        if token is None and self._in_body is not None and coding is None:
            body = await _whole(request, most=MOST_BYTES)
            token = self._in_body(body) if body is not None else None
        if token is None or not token.startswith(PREFIX):
            raise unauthorized("This needs a device's token, dt_…, where the app has a place for it.", sent=bool(sent))
        try:
            claim = parts.tokens.read(token, now=parts.clock())
        except TokenError as error:
            raise refused_token(error) from None
        if coding is not None:
            raise coding
        return Came(claim, await _whole(request, most=MOST_DRAINED) if body is None else body)

    def _sent(self, request: Request) -> Iterator[str]:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            yield value.strip()
        elif scheme.lower() == "basic":
            yield _password(value.strip())
        for name in self._names:
            yield request.query_params.get(name, "").strip()


def _password(encoded: str) -> str:
    """Of Basic: what follows the first colon. The user name before it is anybody's, in any character set."""
    if len(encoded) > 2 * LONGEST:
        return ""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2].decode().strip()
    except (binascii.Error, ValueError):
        return ""


async def _whole(request: Request, *, most: int) -> bytes | None:
    """The body, or none when it is over MOST_BYTES; over `most` it is not read to its end."""
    pieces, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                return None
            if size <= MOST_BYTES:
                pieces.append(piece)
            else:
                pieces.clear()
    except ClientDisconnect:
        raise ProblemError("bad_input", 400, "The caller hung up before the body was whole.") from None
    return b"".join(pieces) if size <= MOST_BYTES else None
