"""FCM itself, without a socket: requests in, answers out, and a record of what came."""

import json
import re
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.doubles.answers import Answer, Request
from tests.doubles.controls import PREFIX, control
from tests.doubles.faults import Fault, Faults, Steering
from tests.doubles.fcm.answers import ACCEPTING, KINDS, faulty, google_error, not_json, refused
from tests.doubles.fcm.discovery import Json
from tests.doubles.fcm.limits import TARGETS, Checked, check
from tests.doubles.fcm.quotas import Quotas
from tests.doubles.fcm.tokens import Tokens
from tests.doubles.fcm.topics import Topics
from tests.doubles.record import Record

SEND = re.compile(r"/v1/projects/([^/]+)/messages:send\Z")
TOPICS = re.compile(r"/v1/projects/([^/]+)/registrations/([^/]+)/topicSubscriptions(?:/([^/]+))?\Z")
TOKEN_KINDS = frozenset({"slow", "invalid_grant", "hang", "killed", "reset"})


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it was received, and what was made of it."""

    at: float
    """Seconds since the epoch."""
    project: str
    address: str
    """`token`, `fid`, `topic`, `condition`; empty when it names none."""
    target: str
    tries: int
    """Of this target, this one included."""
    http: str
    outcome: str
    """`accepted`, the fault's kind, `status 503` …, `unauthorised`, `malformed`, `device-quota`, `project-quota`."""
    status: int
    validate_only: bool = False
    name: str = ""
    """What FCM calls it, when it accepted it."""
    duplicate: bool = False
    """The same was accepted for this target before."""
    warnings: list[str] = field(default_factory=list)
    violations: list[list[str]] = field(default_factory=list)
    """Field and description each."""
    message: Json = field(default_factory=dict)
    """In its normal form: names in camel case."""

    @property
    def accepted(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Ways:
    """How the double behaves where no fault says otherwise."""

    delay_s: float = 0.0
    """Of every answer to a message, faults included."""
    slow_s: float = 3.0
    """More, of those that are `slow`."""
    token_lives_s: int = 3599
    project_per_minute: int = 600_000
    device_per_minute: int = 240
    channels: frozenset[str] | None = None
    """That the Android app creates; none: any."""
    same_by: str = "ack_id"
    """The key in `data` by whose value two messages for one target are the same. Without it they are when they say the same."""
    seed: int = 0
    """Of the faults by share."""
    keep: int = 200_000
    """Messages in memory, of each sort."""


class Fcm:
    def __init__(self, ways: Ways, record: Path | None = None) -> None:
        self.ways = ways
        self.record = Record(Received, record, ways.keep)
        self.tokens = Tokens(ways.token_lives_s)
        self.faults = Faults({"send": {*KINDS, *ACCEPTING}, "token": TOKEN_KINDS}, ways.seed)
        self._steering = Steering({*KINDS, *ACCEPTING})
        self._topics = Topics()
        self._forget()

    def _forget(self) -> None:
        self._quotas = Quotas(self.ways.project_per_minute, self.ways.device_per_minute)
        self._seen = {self._same(row.target, row.message) for row in self.record.accepted}
        self.outcomes: Counter[str] = Counter()
        self._number = 0

    def reset(self) -> None:
        """As just started; accounts and tokens stay good."""
        self.record.clear()
        self.faults.clear()
        self._topics = Topics()
        self._forget()
        self.tokens.asked = 0

    def stats(self) -> dict[str, int]:
        """How many messages met which outcome, and how often a token was asked for."""
        return {**self.outcomes, "token_requests": self.tokens.asked}

    def answer(self, request: Request) -> Answer:
        match = SEND.match(request.path)
        if match:
            if request.method != "POST":
                return google_error(405, "Method not allowed")
            answer = self._send(request, match[1])
            answer.delay_s += self.ways.delay_s
            return answer
        if request.path in {"/token", "/oauth2/v4/token"}:
            return self.tokens.grant(request, self.faults.draw("token"), self.ways.slow_s)
        if request.path.startswith(PREFIX):
            return control(self, request, {"revoke": lambda _: self.tokens.revoke()})
        match = TOPICS.match(request.path)
        if match:
            project, registration, topic = (urllib.parse.unquote(part or "") for part in match.groups())
            return self.tokens.refusal(request, project) or self._topics.answer(request, project, registration, topic)
        return Answer(404, b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", content_type="text/html")

    def _send(self, request: Request, project: str) -> Answer:
        asked = _Asked(project, request.http)
        denied = self.tokens.refusal(request, project)
        if denied:
            return self._note(denied, "unauthorised", asked)
        try:
            body = msgspec.json.decode(request.body)
        except ValueError as error:
            return self._note(not_json(str(error)), "malformed", asked)
        asked.read(check(body, self.ways.channels))
        if asked.checked.violations:
            return self._note(refused(asked.checked.violations), "malformed", asked)
        target = asked.target
        fault = self._steering.fault(target, self.record.tries[target] + 1) or self.faults.draw("send")
        if fault is not None and fault.kind not in ACCEPTING:
            return self._note(faulty(fault, project), fault.kind or f"status {fault.status}", asked)
        over = self._quotas.exceeded(project, target if asked.address in {"token", "fid"} else None)
        if over:
            kind = "projquota" if over == "project-quota" else "quota"
            return self._note(faulty(Fault(kind), project), over, asked)
        self._quotas.collapses(target, asked.message, asked.checked.warnings)
        return self._accept(asked, fault)

    def _accept(self, asked: "_Asked", fault: Fault | None) -> Answer:
        name = f"projects/{asked.project}/messages/{self._message_id(asked)}"
        answer = Answer(body=json.dumps({"name": name}).encode())
        if fault is not None and fault.kind == "slow":
            answer.delay_s = self.ways.slow_s if fault.seconds is None else fault.seconds
        elif fault is not None:
            answer.ending = "cut"
        return self._note(answer, fault.kind if fault else "accepted", asked, name)

    def _message_id(self, asked: "_Asked") -> str:
        if asked.validate_only:
            return "fake_message_id"
        self._number += 1
        if asked.address in {"topic", "condition"}:
            return str(10**18 + self._number)
        return f"0:{time.time_ns() // 1000}%{self._number:016x}"

    def _note(self, answer: Answer, outcome: str, asked: "_Asked", name: str = "") -> Answer:
        """Writes down what became of a request, before its answer leaves. `name`: of a message that was accepted."""
        duplicate = False
        if name and not asked.validate_only:
            same = self._same(asked.target, asked.message)
            duplicate = same in self._seen
            self._seen.add(same)
        received = Received(
            at=time.time(),
            project=asked.project,
            address=asked.address,
            target=asked.target,
            tries=self.record.tries[asked.target] + 1,
            http=asked.http,
            outcome=outcome,
            status=answer.status,
            validate_only=asked.validate_only,
            name=name,
            duplicate=duplicate,
            warnings=asked.checked.warnings,
            violations=[[each.field, each.description] for each in asked.checked.violations],
            message=asked.message,
        )
        self.outcomes[outcome] += 1
        self.record.add(received)
        return answer

    def _same(self, target: str, message: Json) -> Any:
        named = (message.get("data") or {}).get(self.ways.same_by)
        return target, named or msgspec.json.encode(message, order="sorted")


@dataclass(slots=True)
class _Asked:
    """A request to send, as far as it has been read."""

    project: str
    http: str
    checked: Checked = field(default_factory=lambda: Checked([], [], {}))
    message: Json = field(default_factory=dict)
    address: str = ""
    target: str = ""
    validate_only: bool = False

    def read(self, checked: Checked) -> None:
        self.checked = checked
        message = checked.request.get("message")
        if isinstance(message, dict):
            self.message = message
            self.address = next((name for name in TARGETS if message.get(name)), "")
            self.target = str(message.get(self.address, ""))
        self.validate_only = checked.request.get("validateOnly") is True
