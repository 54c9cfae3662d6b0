"""A push service and the browsers behind it, without a socket: RFC 8030 (push), 8188 and 8291 (encryption), 8292 (VAPID)."""

import json
import os
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.controls import PREFIX, control
from tests.doubles.faults import Fault, Faults
from tests.doubles.record import Record
from tests.doubles.web_push.answers import ACCEPTING, KINDS, faulty, refusal
from tests.doubles.web_push.vapid import b64, wrong_vapid

MOST_BODY = 4096
"""Bytes: what RFC 8030 asks a push service to take at least; most take no more. Of them 103 are the encryption's."""
MOST_TTL_S = 2_419_200
"""28 days, as FCM. Mozilla's takes 30."""
URGENCIES = frozenset({"very-low", "low", "normal", "high"})
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
ADDRESS = "/push/"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One request to push, and what was made of it."""

    at: float
    """Seconds since the epoch."""
    target: str
    """The subscription: the end of its endpoint."""
    tries: int
    outcome: str
    """`accepted`, the kind of fault, `status 503` …, or why it was refused."""
    status: int
    bytes: int
    """Of the body, as it was sent."""
    ttl_s: int | None = None
    urgency: str | None = None
    topic: str | None = None
    plaintext: str | None = None
    """As the browser reads it; none: it had no body, or was not read."""
    id: str = ""
    """By the push service, when it accepted it."""
    duplicate: bool = False
    """The same was accepted for this subscription before."""

    @property
    def accepted(self) -> bool:
        return bool(self.id)


@dataclass(frozen=True, slots=True)
class Ways:
    """How the double behaves where no fault says otherwise."""

    delay_s: float = 0.0
    slow_s: float = 3.0
    """More, of those that are `slow`."""
    retry_after_s: int = 120
    same_by: str = "ack_id"
    """The name in a payload of JSON (at its top, or in its `data`) by whose value two messages for one subscription are the same. Without it they
    are when they say the same."""
    seed: int = 0
    keep: int = 200_000


@dataclass(frozen=True, slots=True)
class _Subscription:
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    fault: Fault | None
    first: int | None
    """How many tries the fault is for; none: all."""
    vapid: str | None


class WebPush:
    def __init__(self, ways: Ways, record: Path | None = None) -> None:
        self.ways = ways
        self.record = Record(Pushed, record, ways.keep)
        self.faults = Faults({"push": {*KINDS, *ACCEPTING}}, ways.seed)
        self.origin = ""
        self._subscriptions: dict[str, _Subscription] = {}
        self._forget()

    def _forget(self) -> None:
        self._seen = {self._same(row.target, row.plaintext) for row in self.record.accepted}
        self.outcomes: Counter[str] = Counter()

    def stands_at(self, origin: str) -> None:
        """Once the port is known, before the first request."""
        self.origin = origin

    def reset(self) -> None:
        """As just started; subscriptions stay good."""
        self.record.clear()
        self.faults.clear()
        self._forget()

    def stats(self) -> dict[str, int]:
        """How many messages met which outcome."""
        return dict(self.outcomes)

    def subscribe(self, vapid_key: str | None, kind: str) -> dict[str, Any]:
        """What a browser's `PushSubscription.toJSON()` gives. `vapid_key`: public, in base64url, the only one that may push; none: any.

        `kind`: `ok`, or a fault of this subscription, for its first N tries alone when it is `kind-N`.
        """
        name, _, first = kind.partition("-")
        fault = None if name == "ok" else Fault(name)
        if fault is not None and name not in KINDS and name not in ACCEPTING:
            raise ValueError(f"no kind {name!r}: there are {sorted({*KINDS, *ACCEPTING})}")
        key, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        token = f"{kind}-{secrets.token_urlsafe(12)}"
        self._subscriptions[token] = _Subscription(key, auth, fault, int(first) if first else None, vapid_key)
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.origin}{ADDRESS}{token}",
            "expirationTime": None,
            "keys": {"p256dh": b64(public), "auth": b64(auth)},
        }

    def _subscribe_many(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [self.subscribe(asked.get("vapid_key"), asked.get("kind", "ok")) for _ in range(asked.get("count", 1))]

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(PREFIX):
            return control(self, request, {"subscribe": self._subscribe_many})
        if request.method != "POST" or not request.path.startswith(ADDRESS):
            return reply(404, {"code": 404, "errno": 102, "message": "Not Found"})
        target = request.path.removeprefix(ADDRESS)
        answer, pushed = self._push(request, target, self.record.tries[target] + 1)
        self.outcomes[pushed.outcome] += 1
        self.record.add(pushed)
        answer.delay_s += self.ways.delay_s
        return answer

    def _push(self, request: Request, target: str, tries: int) -> tuple[Answer, Pushed]:
        def refused(status: int, why: str) -> tuple[Answer, Pushed]:
            return refusal(status, why), Pushed(time.time(), target, tries, why, status, len(request.body))

        subscription = self._subscriptions.get(target)
        if subscription is None:
            return refused(404, "Endpoint Not Found (errno 102)")
        fault = self._fault(subscription, tries)
        if fault is not None and fault.kind not in ACCEPTING:
            answer, outcome = faulty(fault, self.ways.retry_after_s), fault.kind or f"status {fault.status}"
            return answer, Pushed(time.time(), target, tries, outcome, answer.status, len(request.body))
        wrong = wrong_vapid(request.headers.get("authorization", ""), self.origin, subscription.vapid)
        wrong = wrong or _wrong_headers(request.headers)
        if not wrong and len(request.body) > MOST_BODY:
            wrong = 413, f"Payload too large: {len(request.body)} bytes (errno 104)"
        if wrong:
            return refused(*wrong)
        try:
            text = _decrypted(request, subscription)
        except Exception as error:  # noqa: BLE001  # a browser drops it without a word; a test must not
            return refused(400, f"cannot decrypt: {type(error).__name__}: {error}")
        return self._accept(request, target, tries, text, fault)

    def _fault(self, subscription: _Subscription, tries: int) -> Fault | None:
        if subscription.fault and (subscription.first is None or tries <= subscription.first):
            return subscription.fault
        return self.faults.draw("push")

    def _accept(
        self, request: Request, target: str, tries: int, text: str | None, fault: Fault | None
    ) -> tuple[Answer, Pushed]:
        same = self._same(target, text)
        pushed = Pushed(
            at=time.time(),
            target=target,
            tries=tries,
            outcome=fault.kind if fault else "accepted",
            status=201,
            bytes=len(request.body),
            ttl_s=int(request.headers["ttl"]),
            urgency=request.headers.get("urgency"),
            topic=request.headers.get("topic"),
            plaintext=text,
            id=secrets.token_urlsafe(9),
            duplicate=same in self._seen,
        )
        self._seen.add(same)
        headers = {"Location": f"{self.origin}/m/{pushed.id}", "TTL": request.headers["ttl"]}
        answer = Answer(201, b"", headers)
        if fault is not None and fault.kind == "slow":
            answer.delay_s = self.ways.slow_s if fault.seconds is None else fault.seconds
        elif fault is not None:
            answer.ending = "cut"
        return answer, pushed

    def _same(self, target: str, text: str | None) -> tuple[str, str]:
        try:
            content = json.loads(text or "")
        except ValueError:
            content = None
        if isinstance(content, dict):
            inner = content.get("data")
            named = content.get(self.ways.same_by) or (
                inner.get(self.ways.same_by) if isinstance(inner, dict) else None
            )
            return target, str(named or text)
        return target, text or ""


def _wrong_headers(headers: dict[str, str]) -> tuple[int, str] | None:
    lives = headers.get("ttl")
    if lives is None:
        return 400, "Missing TTL Header (errno 111)"
    if not re.fullmatch(r"[0-9]{1,10}", lives) or int(lives) > MOST_TTL_S:
        return 400, "Invalid TTL header value (errno 112)"
    if headers.get("urgency", "normal") not in URGENCIES:
        return 400, "Invalid Urgency header value"
    topic = headers.get("topic")
    if topic is not None and not TOPIC.match(topic):
        return 400, "Invalid Topic header value (errno 113)"
    return None


def _decrypted(request: Request, subscription: _Subscription) -> str | None:
    if not request.body:
        return None
    if request.headers.get("content-encoding") != "aes128gcm":
        raise ValueError("Content-Encoding must be aes128gcm")
    read: bytes = http_ece.decrypt(
        request.body, private_key=subscription.key, auth_secret=subscription.auth, version="aes128gcm"
    )
    return read.decode()
