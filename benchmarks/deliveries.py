"""Messages handed to FCM by Passerby's port and by firebase-admin's own two ways, in batches of 100, over TLS to the strict double, which
runs as a process of its own and checks every message. `passerby bench deliveries` runs it, from a checkout: the double lies with the tests.
"""

import gc
import os
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import firebase_admin
from firebase_admin import credentials, messaging
from rich.console import Console

from benchmarks.figures import Spent, Work, alternate, goal, say, short, table
from offers.errors import Misconfigured
from offers.push import PushMessage, ack_id_of, tag_of
from offers.rules.coupon_codes import CodeKeys
from workers.push.credentials import read_account
from workers.push.fcm import FcmPush
from workers.push.fcm_line import FcmOptions
from workers.push.fcm_message import fcm_message

BATCH = 100
SLOW_S = 0.1
"""How long the double takes for an answer in the second table."""
KEYS = CodeKeys.of(b"a benchmark's secret key, of 32 bytes or more")
OURS, EACH = "Passerby's port", "send_each"
MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class Size:
    batches: int = 10
    rounds: int = 5
    steady: int = 100_000


SMALL = Size(batches=1, rounds=1, steady=200)


@dataclass(slots=True)
class Highest:
    """The most threads that were seen while a work ran."""

    threads: int = 0

    def look(self) -> None:
        self.threads = max(self.threads, threading.active_count())


def messages(number: int, since: int = 0) -> list[PushMessage]:
    """Each to a phone of its own."""
    ends = datetime.now(UTC) + timedelta(minutes=15)
    return [_message(since + one, ends) for one in range(number)]


def _message(number: int, ends: datetime) -> PushMessage:
    delivery = f"dlv_{number:012}"
    return PushMessage(
        delivery_id=delivery,
        device_id=f"dev_{number}",
        push_kind="token",
        push_token=f"token-{number}",
        platform="android",
        kind="offer",
        tag=tag_of("offer", "sneakers"),
        ack_id=ack_id_of(delivery, KEYS),
        expires_at=ends,
        language="nl",
        title="Kalverstraat",
        body="Tien procent op sneakers in jouw maat, vandaag tot zes uur.",
        url="https://shop.example/sneakers",
        image=None,
        label="sneakers",
    )


@contextmanager
def double(delay_s: float) -> Iterator[Any]:
    try:
        from tests.doubles.fcm import FcmProcess  # noqa: PLC0415 - lies with the tests
    except ModuleNotFoundError:
        raise Misconfigured("The double of FCM lies with the tests: run this from a checkout.") from None
    with tempfile.TemporaryDirectory(prefix="passerby-deliveries-") as folder:
        arguments = ("--delay-s", str(delay_s)) if delay_s else ()
        with FcmProcess(Path(folder), *arguments) as process, _trusting(str(process.ca_file)):
            yield process


@contextmanager
def _trusting(file: str) -> Iterator[None]:
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, file))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def port_to(process: Any) -> FcmPush:
    return FcmPush(read_account(str(process.account_file)), FcmOptions(endpoint=process.url))


@contextmanager
def app_to(process: Any) -> Iterator[firebase_admin.App]:
    """firebase-admin as it comes, but for the address."""
    from tests.doubles.fcm import point_firebase_admin_at  # noqa: PLC0415

    app = firebase_admin.initialize_app(credentials.Certificate(process.account), name="as it comes")
    point_firebase_admin_at(app, process.url)
    try:
        yield app
    finally:
        firebase_admin.delete_app(app)


def works(port: FcmPush, app: firebase_admin.App, size: Size, seen: dict[str, Highest]) -> dict[str, Work]:
    batches = [messages(BATCH, one * BATCH) for one in range(size.batches)]
    number = size.batches * BATCH

    def ours() -> None:
        for batch in batches:
            outcomes = port.send(batch)
            seen[OURS].look()
            assert all(one.state == "sent" for one in outcomes), outcomes[0]

    def each() -> None:
        for batch in batches:
            with _watching(seen[EACH]):
                answer = messaging.send_each(_of_sdk(batch), app=app)
            assert answer.failure_count == 0, answer.responses[0].exception

    return {OURS: Work(ours, number), EACH: Work(each, number)}


def _of_sdk(batch: list[PushMessage]) -> list[messaging.Message]:
    now = datetime.now(UTC)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of `token`, which most phones still have
        return [fcm_message(one, now=now) for one in batch]


@contextmanager
def _watching(seen: Highest) -> Iterator[None]:
    """send_each ends its threads before it returns, so they are counted from beside."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            seen.threads = max(seen.threads, threading.active_count() - 1)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def beside(delay_s: float, size: Size) -> tuple[dict[str, Spent], dict[str, Highest]]:
    seen = {OURS: Highest(), EACH: Highest()}
    with double(delay_s) as process, app_to(process) as app:
        port = port_to(process)
        try:
            return alternate(works(port, app, size, seen), size.rounds), seen
        finally:
            port.close()


@dataclass(frozen=True, slots=True)
class Stretch:
    """How it was after so many messages."""

    sent: int
    threads: int
    resident_mb: float


def steady(number: int) -> list[Stretch]:
    """One port over very many messages: threads and memory must not grow."""
    found = []
    every = max(number // 10, BATCH)
    with double(0.0) as process:
        port = port_to(process)
        try:
            for start in range(0, number, BATCH):
                outcomes = port.send(messages(BATCH, start))
                assert all(one.state == "sent" for one in outcomes), outcomes[0]
                sent = start + BATCH
                if sent % every == 0:
                    gc.collect()
                    found.append(Stretch(sent, threading.active_count(), _resident_mb()))
                    say(f"{sent:,} messages, {found[-1].resident_mb:.0f} MB")
        finally:
            port.close()
    return found


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(*, quick: bool = False) -> None:
    console, size = Console(width=150), SMALL if quick else Size()
    for delay_s, least in ((SLOW_S, 1.0), (0.0, 0.8)):
        say(f"the double answers after {delay_s * 1000:.0f} ms")
        spent, seen = beside(delay_s, size)
        columns = (
            "batches of 100",
            "messages/s",
            "slowest to fastest",
            "CPU µs a message",
            "threads",
            "x of send_each",
            "goal",
        )
        shown = table(f"Answers after {delay_s * 1000:.0f} ms", columns)
        for name, one in spent.items():
            times = one.times_faster_than(spent[EACH])
            goals = [goal(times, least=least, unit="x"), f"threads {goal(seen[name].threads, most=MOST_THREADS)}"]
            shown.add_row(
                name,
                *one.rates(),
                short(one.cpu_us),
                str(seen[name].threads),
                f"{times:.2f}x",
                "; ".join(goals) if name == OURS else "",
            )
        console.print(shown)
    stretches = steady(size.steady)
    shown = table(f"{OURS} over {size.steady:,} messages", ("messages", "threads", "resident, MB"))
    for stretch in stretches:
        shown.add_row(f"{stretch.sent:,}", str(stretch.threads), f"{stretch.resident_mb:.1f}")
    console.print(shown)


if __name__ == "__main__":
    main()
