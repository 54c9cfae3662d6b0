"""Sending to browsers: Web Push (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292), many messages to the few services there are.

One event loop in one thread carries a process's messages. Of what was measured (threads over httpx or urllib3, httpx and aiohttp on a
loop) aiohttp takes the least of a processor for a message, a third of the next, and a loop can end a message at its time whatever the
service does.
"""

import asyncio
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import structlog
from py_vapid import Vapid02
from pywebpush import WebPusher
from yarl import URL

from offers.push import Outcome, PushMessage
from offers.rules.push_subscription import PushServices, PushSubscription, UnknownService
from offers.rules.sending import SERVICE
from offers.rules.vapid import VapidKeys
from offers.settings import Settings
from workers.push.web_push_answers import Answer, outcome_of, why_refused
from workers.push.web_push_payload import payload_of

AT_ONCE = 32
"""Messages that are on their way to one service at a time. A service that hangs holds nobody else's."""
MESSAGE_S, CONNECT_S = 10.0, 5.0
"""What one message may take, and what of it may pass before there is a connection: until then it surely was not sent."""
BATCH_S = 30.0
"""What all of a batch may take: well within a delivery's lease of 60 s and a task's 45 s."""
IDLE_S = 15.0
"""A connection that nothing went over for longer is not used again: the service may just be closing it."""
ENDS_WITHIN_S = 5.0
MOST_TTL_S = 2_419_200
"""28 days: the most that Google's service takes."""
TOKEN_LIFE_S, TOKEN_USE_S = 12 * 3600, 4 * 3600
"""A signature is good for twelve hours (services take 24 at most) and is used for four."""
MOST_TOKENS = 200
MOST_SAID = 4096
"""Bytes of an answer that are read."""
TRUSTED_S = 600.0
"""A service that took our signature so lately and refuses it now refuses the one address: visitors choose those."""

NOT_CONNECTED = (
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectorError,  # no address, nobody there, a certificate that is not trusted, a proxy that is away
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,  # a proxy's
)
"""Nothing of the message has left."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Loop:
    """One process's loop, its thread and its connections."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    session: aiohttp.ClientSession


@dataclass(slots=True)
class _Letter:
    """A message whose subscription can be read, and how far it came."""

    place: int
    message: PushMessage
    subscription: PushSubscription
    begun: bool = False


@dataclass(slots=True, weakref_slot=True, eq=False)
class WebPush:
    """A push port to browsers. It opens nothing before the first message, and anew in each process that was forked.

    Its connections go with it, at the latest when the process ends.
    """

    keys: VapidKeys
    services: PushServices
    clock: Callable[[], float] = time.time
    """Epoch seconds."""
    message_s: float = MESSAGE_S
    batch_s: float = BATCH_S
    _loops: dict[int, _Loop] = field(default_factory=dict, repr=False)
    _starting: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    _trusted: dict[str, float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, _end, self._loops)

    @classmethod
    def of(cls, settings: Settings) -> "WebPush | None":
        """None where there are no keys: no browser is sent to. `Misconfigured` when half of them is missing."""
        keys = settings.vapid()
        return cls(keys, PushServices.read(settings.web_push_services)) if keys else None

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        """One outcome a message, in order, within `batch_s` and a moment. Not safe to repeat: the service shows what it is given."""
        if not messages:
            return []
        here = self._loop()
        sending = asyncio.run_coroutine_threadsafe(self._send_all(here.session, messages), here.loop)
        try:
            return sending.result()
        except (
            BaseException
        ):  # a task's time limit: what is on its way is let go, and whoever called says what is known
            sending.cancel()
            raise

    def close(self) -> None:
        """Let this process's connections go."""
        _end(self._loops)

    def _loop(self) -> _Loop:
        pid = os.getpid()
        with self._starting:
            if (
                pid not in self._loops
            ):  # what a parent opened stays in the dictionary: letting go of it here would touch its sockets
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=_run, args=(loop,), name="web-push", daemon=True)
                thread.start()
                session = asyncio.run_coroutine_threadsafe(_open_session(self.message_s), loop).result()
                self._loops[pid] = _Loop(loop, thread, session)
            return self._loops[pid]

    async def _send_all(self, session: aiohttp.ClientSession, messages: Sequence[PushMessage]) -> list[Outcome]:
        outcomes: list[Outcome | None] = [None] * len(messages)
        by_service: dict[str, list[_Letter]] = {}
        for place, message in enumerate(messages):
            read = self._read(message)
            if isinstance(read, Outcome):
                outcomes[place] = read
            else:
                by_service.setdefault(read.origin, []).append(_Letter(place, message, read))
        carriers = [
            asyncio.create_task(self._carry(session, origin, waiting, outcomes))
            for origin, letters in by_service.items()
            for waiting in [iter(letters)]
            for _ in range(min(AT_ONCE, len(letters)))
        ]
        if carriers:
            _, late = await asyncio.wait(carriers, timeout=self.batch_s)
            for one in late:
                one.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for letter in (one for letters in by_service.values() for one in letters):
            if outcomes[letter.place] is None:
                late_as = Outcome("unknown", "no_answer") if letter.begun else Outcome("waiting", "out_of_time")
                outcomes[letter.place] = late_as
        return self._judged(by_service, [one or Outcome("unknown", "push_raised") for one in outcomes])

    def _read(self, message: PushMessage) -> PushSubscription | Outcome:
        """The subscription, by the settings of today; or why there is none."""
        if message.push_kind != "web_push":
            return Outcome("failed", "not_a_browser")
        try:
            return self.services.subscription(message.push_token)
        except UnknownService:
            return Outcome("failed", "unknown_service")
        except ValueError:
            return Outcome("failed", "bad_subscription", address="dead")

    async def _carry(
        self, session: aiohttp.ClientSession, origin: str, waiting: Iterator[_Letter], outcomes: list[Outcome | None]
    ) -> None:
        """One message after the other to one service."""
        proxy = _proxy_of(origin)
        for letter in waiting:
            try:
                outcomes[letter.place] = await self._send(session, letter, proxy)
            except Exception as error:
                log.exception("push_raised", error=type(error).__name__)
                here = Outcome("unknown", "push_raised")
                outcomes[letter.place] = here if letter.begun else Outcome("failed", "bad_payload", alarm=True)

    async def _send(self, session: aiohttp.ClientSession, letter: _Letter, proxy: str | None) -> Outcome:
        message, subscription = letter.message, letter.subscription
        now = self.clock()
        left_s = int(message.expires_at.timestamp() - now)
        if left_s < 1:
            return Outcome("failed", "too_late")
        headers = {
            "Authorization": self._authorization(subscription.origin, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(min(left_s, MOST_TTL_S)),
            "Urgency": "high" if message.kind in SERVICE else "normal",
        }
        if (
            message.kind in SERVICE
        ):  # of offers not: Google counts a Topic as a collapse key, and after 20 sends one in three minutes
            headers["Topic"] = message.tag
        body = WebPusher(subscription.model_dump(include={"endpoint", "keys"})).encode(payload_of(message))["body"]
        letter.begun = True
        try:
            answer = await _post(session, subscription.endpoint, body, headers, proxy)
        except NOT_CONNECTED:
            return Outcome("waiting", "not_connected")
        except TimeoutError:
            return Outcome("unknown", "no_answer")
        except (aiohttp.ClientError, OSError):
            return Outcome("unknown", "cut_off")
        outcome = outcome_of(answer, datetime.fromtimestamp(self.clock(), UTC))
        if outcome.state == "sent":
            self._trusted[subscription.origin] = time.monotonic()
        elif outcome.alarm:
            log.warning(
                "web_push_refused",
                status=answer.status,
                reason=outcome.reason,
                name=f"{urlsplit(subscription.origin).hostname} {why_refused(answer.text)}".strip(),
            )
        return outcome

    def _judged(self, by_service: dict[str, list[_Letter]], outcomes: list[Outcome]) -> list[Outcome]:
        """Where a service takes our signature from others, a refusal of it is about one address, and pauses nobody."""
        since = time.monotonic() - TRUSTED_S
        for origin, letters in by_service.items():
            if self._trusted.get(origin, since) > since:
                for letter in letters:
                    if outcomes[letter.place].reason == "credentials_refused":
                        outcomes[letter.place] = replace(outcomes[letter.place], lane=None, alarm=False)
        return outcomes

    def _authorization(self, origin: str, now: float) -> str:
        made_at, token = self._tokens.get(origin, (0.0, ""))
        if not made_at <= now < made_at + TOKEN_USE_S:
            claims = {
                "aud": origin,
                "sub": self.keys.subject,
                "exp": int(now) + TOKEN_LIFE_S,
            }  # fresh: it is written to
            # its own check of the subject takes no path in an https address; ours was made when the settings were read
            token = Vapid02(self.keys.private, conf={"no-strict": True}).sign(claims)["Authorization"]
            if len(self._tokens) >= MOST_TOKENS:
                self._tokens.clear()
            self._tokens[origin] = (now, token)
        return token


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _end(loops: dict[int, _Loop]) -> None:
    """End this process's loop, wherever the last who knew of it was: that may be the loop itself, which waits for nobody."""
    here = loops.pop(os.getpid(), None)
    if here is None:
        return

    async def end() -> None:
        await here.session.close()
        here.loop.stop()

    asyncio.run_coroutine_threadsafe(end(), here.loop)
    if threading.current_thread() is not here.thread:
        here.thread.join(ENDS_WITHIN_S)


async def _open_session(message_s: float) -> aiohttp.ClientSession:
    """No limit of its own: carriers are the limit. Nothing of the environment but the proxies, which are read for each service."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_S, ssl=httpx.create_ssl_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=message_s, connect=min(CONNECT_S, message_s / 2)),
        headers={"User-Agent": "passerby", "Accept-Encoding": "identity"},
    )


async def _post(
    session: aiohttp.ClientSession, endpoint: str, body: bytes, headers: dict[str, str], proxy: str | None
) -> Answer:
    """The answer, whole or its beginning. The endpoint goes out as the browser gave it, and no redirect is followed."""
    asked: Any = session.post(
        URL(endpoint, encoded=True), data=body, headers=headers, proxy=proxy, allow_redirects=False
    )
    async with asked as response:
        said = b""
        while len(said) < MOST_SAID and (more := await response.content.read(MOST_SAID - len(said))):
            said += more
        return Answer(response.status, response.headers, said.decode(errors="replace"))


def _proxy_of(origin: str) -> str | None:
    """As the environment says (`HTTPS_PROXY`, `NO_PROXY` …); a proxy that speaks no HTTP is not used."""
    scheme, _, host = origin.partition("://")
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    return proxy if proxy.startswith(("http://", "https://")) else None
