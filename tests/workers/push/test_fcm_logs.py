"""Whatever is logged of a send, it is no token: not the phone's, not ours, and no word of the message."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.doubles.fcm import FcmDouble
from tests.workers.push.conftest import OpenPush, message_to
from workers.logs import LIBRARIES, WAYS_OUT, configure_logging


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at the level that says most."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in (*LIBRARIES, *WAYS_OUT)}
    text = io.StringIO()
    configure_logging("DEBUG", text)
    yield text
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def test_nothing_secret_is_logged(fcm: FcmDouble, open_fcm: OpenPush, log: io.StringIO) -> None:
    push = open_fcm()
    kinds = ("good-", "unregistered-", "invalid-", "unauthorised-", "killed-", "lostack-", "badgateway-")
    push.send([message_to(f"{kind}the-phone", title="a-word", body="a-word") for kind in kinds])
    push.send([message_to("the-phone", title="a-word " * 2000), message_to("the-phone", body="a-word \ud83d")])
    fcm.faults(token={"kind": "invalid_grant"})
    fcm.revoke()
    push.send([message_to("the-phone")])
    said = log.getvalue()
    assert "fcm_bad_payload" in said
    for secret in ("the-phone", "a-word", "ya29", "Bearer", "eyJ", "assertion", "PRIVATE"):
        assert secret not in said, said[max(0, said.index(secret) - 300) : said.index(secret) + 100]
