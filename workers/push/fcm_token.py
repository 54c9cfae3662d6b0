"""The access token that messages are sent with: fetched beside the event loop, once for all that wait for it."""

import asyncio
import time
from concurrent.futures import Executor
from datetime import UTC
from typing import Any

import google.auth.exceptions
import google.auth.transport.requests
import structlog

from offers.push import Outcome
from workers.push.fcm_answers import no_token

MARGIN_S = 300.0
"""It is fetched anew so long before its end. More than google-auth's own margin (225 s), so that it never does so on the event loop."""
ANSWER_WITHIN_S = 5.0
"""For each step of a connection to the token endpoint; google-auth would give each two minutes."""

log = structlog.get_logger()


class NoAccessToken(Exception):
    """Nothing can leave: what that means for each message."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class AccessToken:
    """Belongs to one event loop."""

    def __init__(self, credential: Any, beside: Executor, within_s: float) -> None:
        self._credential = credential
        self._beside = beside
        self._within_s = within_s
        self._fetching: asyncio.Future[None] | None = None

    @property
    def value(self) -> str | None:
        token: str | None = self._credential.token
        return token

    async def fresh(self, *, instead_of: str | None = None) -> None:
        """Returns when there is a token that lasts, and not the one that was refused; `NoAccessToken` when there will be none.

        A fetch that takes too long goes on, and the next who asks waits for the same one.
        """
        if self.value != instead_of and self._lasts():
            return
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().run_in_executor(self._beside, self._fetch)
            self._fetching.add_done_callback(_heard)
        try:
            await asyncio.wait_for(asyncio.shield(self._fetching), self._within_s)
        except TimeoutError:
            raise NoAccessToken(Outcome("waiting", "no_access_token")) from None

    def _lasts(self) -> bool:
        expiry = self._credential.expiry  # naive, in UTC
        return bool(self.value) and (expiry is None or expiry.replace(tzinfo=UTC).timestamp() > time.time() + MARGIN_S)

    def _fetch(self) -> None:
        asked = _Asked()
        try:
            self._credential.refresh(asked)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no token; its text may quote an answer
            outcome = _meaning(error, asked.status)
            log.warning("no_access_token", error=type(error).__name__, status=asked.status, reason=outcome.reason)
            raise NoAccessToken(outcome) from None


def _meaning(error: Exception, status: int | None) -> Outcome:
    """google-auth calls 502 and 504 final; an endpoint that is down is not."""
    refused = status is None or 400 <= status < 500
    if isinstance(error, google.auth.exceptions.GoogleAuthError) and refused:
        return no_token(error)
    return Outcome("waiting", "no_access_token")


def _heard(fetched: "asyncio.Future[None]") -> None:
    if not fetched.cancelled():
        fetched.exception()  # else asyncio complains where all who waited have given up


class _Asked(google.auth.transport.requests.Request):
    """One request to the token endpoint that does not wait for ever, and keeps how it was answered."""

    status: int | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        ask: Any = super().__call__
        answer = ask(*args, **{"timeout": ANSWER_WITHIN_S, **kwargs})
        self.status = answer.status
        return answer
