"""Each message goes to the service that serves its address, and each outcome comes back to its place."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis

from offers.errors import Misconfigured
from offers.push import Outcome, PushMessage
from offers.settings import Settings
from tests.doubles.fcm.account import make_account, write_account
from tests.workers.push.conftest import message_to
from workers.push.opening import open_push
from workers.push.outbox import OutboxPush
from workers.push.switch import SwitchPush


@dataclass
class Names:
    """A service that answers with its name and the address."""

    name: str
    batches: list[list[str]] = field(default_factory=list)
    meets: threading.Barrier | None = None

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        if self.meets:
            self.meets.wait(30)
        self.batches.append([one.push_token for one in messages])
        return [Outcome("sent", provider_id=f"{self.name}:{one.push_token}") for one in messages]


class Raises:
    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        raise RuntimeError("out of order")


class Miscounts:
    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        return [Outcome("sent")] * (len(messages) + 1)


MIXED = [
    message_to("a", push_kind="web_push"),
    message_to("b"),
    message_to("c", push_kind="fid"),
    message_to("d", push_kind="web_push"),
    message_to("e"),
]


def test_outcomes_come_back_to_their_places() -> None:
    fcm, web = Names("fcm"), Names("web")
    outcomes = SwitchPush(fcm, web).send(MIXED)
    assert [one.provider_id for one in outcomes] == ["web:a", "fcm:b", "fcm:c", "web:d", "fcm:e"]
    assert fcm.batches == [["b", "c", "e"]], "tokens and ids are one batch"
    assert web.batches == [["a", "d"]]


def test_both_are_sent_to_at_the_same_time() -> None:
    meets = threading.Barrier(2)
    outcomes = SwitchPush(Names("fcm", meets=meets), Names("web", meets=meets)).send(MIXED)
    assert {one.state for one in outcomes} == {"sent"}


def test_what_nobody_serves_fails() -> None:
    nobody = Outcome("failed", "no_push_service")
    assert [one.provider_id or one for one in SwitchPush(Names("fcm"), None).send(MIXED)] == [
        nobody,
        "fcm:b",
        "fcm:c",
        nobody,
        "fcm:e",
    ]
    assert SwitchPush(None, None).send(MIXED) == [nobody] * 5
    assert SwitchPush(None, Names("web")).send([]) == []


@pytest.mark.parametrize("broken", [Raises(), Miscounts()], ids=["raises", "miscounts"])
def test_a_service_that_breaks_takes_nobody_along(broken: Raises | Miscounts) -> None:
    doubt = Outcome("unknown", "push_raised")
    by_web = SwitchPush(Names("fcm"), broken).send(MIXED)
    assert [by_web[0], by_web[3]] == [doubt, doubt]
    assert [one.state for one in by_web].count("sent") == 3
    by_fcm = SwitchPush(broken, Names("web")).send(MIXED)
    assert [one for one in by_fcm if one.state != "sent"] == [doubt] * 3


def settings(monkeypatch: pytest.MonkeyPatch, push: str, file: Path | str = "") -> Settings:
    monkeypatch.setenv("PASSERBY_PUSH", push)
    monkeypatch.setenv("PASSERBY_GOOGLE_APPLICATION_CREDENTIALS", str(file))
    return Settings()


def test_the_setting_chooses(monkeypatch: pytest.MonkeyPatch, redis: Redis, tmp_path: Path) -> None:
    assert isinstance(open_push(settings(monkeypatch, "outbox"), redis), OutboxPush)
    file = write_account(make_account("https://localhost:1", "demo"), tmp_path / "account.json")
    before = threading.active_count()
    push = open_push(settings(monkeypatch, "fcm", file), redis)
    assert isinstance(push, SwitchPush)
    assert threading.active_count() == before, "nothing is opened before something is sent"
    assert push.send([message_to("a", push_kind="web_push")]) == [Outcome("failed", "no_push_service")]
    with pytest.raises(Misconfigured, match="PASSERBY_GOOGLE_APPLICATION_CREDENTIALS"):
        open_push(settings(monkeypatch, "fcm"), redis)
