"""The line to FCM that a process keeps open: one thread with an event loop, one access token, one App at a time.

firebase-admin's `send_each_async` is called with one message at a time: of a list it loses every answer when one of them fails oddly.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import firebase_admin
import structlog
from firebase_admin import messaging

from offers.push import Outcome, PushMessage
from workers.push.credentials import ServiceAccount
from workers.push.fcm_answers import classify, is_plain_401, may_have_broken_the_way
from workers.push.fcm_message import fcm_message
from workers.push.fcm_sdk import DEPARTURE, Departure, close_connections, credential_of, open_app
from workers.push.fcm_token import AccessToken, NoAccessToken

LEAST_LIFE = timedelta(seconds=1)
"""With less left a message would be on its way when it ends: seconds are the least that FCM knows."""
LEAST_S = 1.0
"""A message that has not begun so long before its batch must end does not begin."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FcmOptions:
    base_url: str = ""
    endpoint: str = ""
    """Another FCM than Google's; see fcm_endpoint.py."""
    at_once: int = 80
    """Messages under way: below the 100 streams of FCM's HTTP/2 connections. At the limit what waits for a stream starves behind what hangs."""
    http_s: float = 10.0
    """For each step: a free connection, connecting, writing, reading."""
    message_s: float = 15.0
    """For one message, whatever it does."""
    token_s: float = 10.0
    total_s: float = 30.0
    """For a batch: well below the lease of a delivery (60 s) and Celery's soft limit (45 s)."""


@dataclass(slots=True)
class _Way:
    """An App and what is under way on it."""

    app: firebase_admin.App
    under_way: int = 0
    worn: bool = False
    """Something broke on it: no message begins on it any more, and it is closed when the last has ended."""


class FcmLine:
    """Of one process: a thread and its sockets do not survive a fork."""

    def __init__(self, account: ServiceAccount, options: FcmOptions, now: Callable[[], datetime]) -> None:
        self._account = account
        self._options = options
        self._now = now
        self._credential = credential_of(account)
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="fcm-beside")
        self._loop = asyncio.new_event_loop()
        self._gate = asyncio.Semaphore(options.at_once)
        self._opening = asyncio.Lock()
        self._token = AccessToken(self._credential.get_credential(), self._beside, options.token_s)
        self._way: _Way | None = None
        self._sees = False
        self._closing: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fcm", daemon=True)
        self._thread.start()

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        """Blocks; one outcome a message, in order. Any number of threads may call it."""
        sending = asyncio.run_coroutine_threadsafe(self._send(messages), self._loop)
        try:
            return sending.result(self._options.total_s + 5)
        except CancelledError:  # closed meanwhile
            return [Outcome("unknown", "cut_off")] * len(messages)
        except TimeoutError:
            sending.cancel()
            log.exception("fcm_line_stuck", deliveries=len(messages))
            return [Outcome("unknown", "no_answer")] * len(messages)
        except BaseException:  # a task's time limit: nothing more begins, and whoever called says what is known
            sending.cancel()
            raise

    def close(self) -> None:
        """End it, whatever is under way. Safe to repeat."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._beside.shutdown(wait=False)
        self._loop.close()

    async def _send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        until = self._loop.time() + self._options.total_s
        shut = await self._why_not_now()
        return list(await asyncio.gather(*(self._one(message, until, shut) for message in messages)))

    async def _why_not_now(self) -> Outcome | None:
        """What becomes of a whole batch for which there is no token or no App; none when both are there."""
        try:
            await self._token.fresh()
            await self._usable_way()
        except NoAccessToken as error:
            return error.outcome
        except Exception as error:
            log.exception("fcm_not_opened", error=type(error).__name__)
            return Outcome("waiting", "not_begun", lane="fcm", alarm=True)
        return None

    async def _one(self, message: PushMessage, until: float, shut: Outcome | None) -> Outcome:
        if self._is_late(message):
            return Outcome("failed", "too_late")
        if shut is not None:
            return shut
        try:
            async with asyncio.timeout_at(until - LEAST_S):
                await self._gate.acquire()
        except TimeoutError:
            return Outcome("waiting", "busy")
        try:
            return await self._begin(message, until)
        except Exception as error:  # what is sent answers with outcomes: this one never began
            log.exception("fcm_not_begun", error=type(error).__name__)
            return Outcome("waiting", "not_begun", lane="fcm", alarm=True)
        finally:
            self._gate.release()

    async def _begin(self, message: PushMessage, until: float) -> Outcome:
        """Sent once; and once again where the access token was taken back before its time, which FCM says before it accepts."""
        if self._is_late(message):
            return Outcome("failed", "too_late")
        try:
            built = fcm_message(message, self._now(), self._options.base_url)
        except Exception as error:  # noqa: BLE001 - TooLarge, or whatever one message may be: it is no fault of the lane
            log.error("fcm_bad_payload", error=type(error).__name__, delivery_id=message.delivery_id)  # noqa: TRY400 - its text may hold an address
            return Outcome("failed", "bad_payload", alarm=True)
        used = self._token.value
        outcome = await self._hand_over(built, message.platform, until)
        if is_plain_401(outcome) and until - self._loop.time() > LEAST_S:
            try:
                async with asyncio.timeout_at(until):
                    await self._token.fresh(instead_of=used)
            except NoAccessToken as error:
                return error.outcome
            except TimeoutError:
                return Outcome("waiting", "no_access_token")
            if self._is_late(message):
                return Outcome("failed", "too_late")
            outcome = await self._hand_over(built, message.platform, until)
        return outcome

    async def _hand_over(self, built: messaging.Message, platform: str, until: float) -> Outcome:
        way = await self._usable_way()
        departure = Departure()
        mine = DEPARTURE.set(departure)
        way.under_way += 1
        try:
            async with asyncio.timeout_at(min(until, self._loop.time() + self._options.message_s)):
                answer = (await messaging.send_each_async([built], app=way.app)).responses[0]
            error: BaseException | None = answer.exception
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is this message's alone
            answer, error = None, raised
        finally:
            way.under_way -= 1
            DEPARTURE.reset(mine)
            self._sees = self._sees or departure.left
        if answer is not None and error is None:
            self._close_if_done(way)
            sent = answer.message_id is not None
            return Outcome("sent", provider_id=answer.message_id) if sent else Outcome("unknown", "cut_off")
        assert error is not None, "an answer without an error is a success"
        way.worn = way.worn or may_have_broken_the_way(error)
        self._close_if_done(way)
        # believed only where departures were seen before: a version that tells of none must not make us send twice
        return classify(error, platform, self._now(), never_left=self._sees and not departure.left)

    async def _usable_way(self) -> _Way:
        async with self._opening:
            if self._way is None or self._way.worn:
                worn, self._way = self._way, await self._open()
                if worn:
                    self._close_if_done(worn)
            return self._way

    async def _open(self) -> _Way:
        options = self._options
        return _Way(
            await self._loop.run_in_executor(
                self._beside, open_app, self._credential, self._account.project_id, options.http_s, options.endpoint
            )
        )

    def _close_if_done(self, way: _Way) -> None:
        if way.worn and way.under_way == 0 and way is not self._way:
            closing = self._loop.create_task(self._close(way.app))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _close(self, app: Any) -> None:
        try:
            await close_connections(app)
            await self._loop.run_in_executor(self._beside, firebase_admin.delete_app, app)
        except Exception as error:  # noqa: BLE001 - it is of no use any more, and its sockets go with it
            log.warning("fcm_app_not_closed", error=type(error).__name__)

    async def _close_all(self) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()} - self._closing
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._way:
            await self._close(self._way.app)
        if self._closing:
            await asyncio.wait(self._closing)

    def _is_late(self, message: PushMessage) -> bool:
        return message.expires_at - self._now() < LEAST_LIFE
