"""How many streams the console keeps open at once: of one process, of one user, and of one browser."""

from collections.abc import AsyncGenerator

from starlette.responses import StreamingResponse

from web.console import cookies
from web.console.entering import Desk
from web.problems import ProblemError

MOST_LISTENING = 200
"""Streams of one process, whoever listens. Past that, as past a share, the page asks again now and then by itself."""
OF_A_USER = 50
"""Of these one user's, in all their browsers: a quarter. The tablets of a shop may share a user."""
OF_A_BROWSER = 10
"""Of these one session's: a tablet with many tabs leaves the others of its user theirs."""


def listen(desk: Desk, after: str | None) -> AsyncGenerator[bytes]:
    """What happens, for who asks; 503 where too many listen, or they themselves in too many windows."""
    shares = {
        f"user {desk.user.user_id}": OF_A_USER,
        f"browser {cookies.token_of(desk.secret)}": OF_A_BROWSER,
    }
    listeners = desk.parts.listeners
    if listeners.count >= MOST_LISTENING:
        raise _too_many("Too many listen.")
    if not listeners.has_room(shares):
        raise _too_many("You listen in too many windows.")
    return listeners.stream(after, shares)


def _too_many(detail: str) -> ProblemError:
    return ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "30"})


def as_stream(told: AsyncGenerator[bytes]) -> StreamingResponse:
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(told, headers=headers, media_type="text/event-stream")
