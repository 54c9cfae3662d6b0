"""A real firebase-admin, over HTTP/2 and TLS, against an FCM in this process."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from offers.push import PushMessage
from tests.doubles.fcm import FcmDouble, Received, Ways
from workers.push.credentials import ServiceAccount
from workers.push.fcm import FcmPush
from workers.push.fcm_line import FcmOptions

NUMBERS = count()


def message_to(address: str, **changes: Any) -> PushMessage:
    """An offer for a phone, worded and with a quarter of an hour to live."""
    number = next(NUMBERS)
    message = PushMessage(
        delivery_id=f"dlv_{number}",
        device_id=f"dev_{number}",
        push_kind="token",
        push_token=address,
        platform="android",
        kind="offer",
        tag="A" * 32,
        ack_id=f"dlv_{number}.0123456789abcdef",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
        language="nl",
        title="Bakkerij Jansen",
        body="Vandaag een gratis croissant bij je koffie.",
        url="https://shop.example/o/1",
        image=None,
        label="cmp_1",
    )
    return replace(message, **changes)


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FcmDouble]:
    """Trusted as somebody trusts it who runs one of their own."""
    with FcmDouble(Ways(slow_s=1.0, channels=frozenset({"offers", "orders"}))) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
        yield running


@pytest.fixture
def account(fcm: FcmDouble) -> ServiceAccount:
    return ServiceAccount(fcm.account())


OpenPush = Callable[..., FcmPush]


@pytest.fixture
def open_fcm(fcm: FcmDouble, account: ServiceAccount) -> Iterator[OpenPush]:
    opened = []

    def open_it(*, now: Callable[[], datetime] | None = None, **options: Any) -> FcmPush:
        chosen = FcmOptions(**{"endpoint": fcm.url, **options})
        push = FcmPush(account, chosen, now) if now else FcmPush(account, chosen)
        opened.append(push)
        return push

    yield open_it
    for push in opened:
        push.close()


@pytest.fixture
def push(open_fcm: OpenPush) -> FcmPush:
    return open_fcm()


def received(fcm: FcmDouble) -> list[Received]:
    """Every try, in order."""
    return sorted([*fcm.messages, *fcm.refused], key=lambda one: one.at)
