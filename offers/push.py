"""The port to the push services: what is handed over, and what comes back. Its real sides live in workers/push."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from offers.rules.coupon_codes import CodeKeys

PushKind = Literal["token", "fid", "web_push"]
"""What an address is: FCM's registration token, FCM's installation id, or a browser's push subscription (as JSON)."""
MessageKind = Literal["offer", "order", "reply", "test"]
MARK = 16
"""Characters of an `ack_id`'s mark: 96 bits."""


@dataclass(frozen=True, slots=True)
class PushMessage:
    """What a push port is given: one message for one device, worded."""

    delivery_id: str
    device_id: str
    push_kind: PushKind
    push_token: str
    platform: str
    """`ios`, `android` or `web`."""
    kind: MessageKind
    tag: str
    """What replaces what: messages of one tag are one on a phone's screen. 32 characters of base64url, so that every service takes it."""
    ack_id: str
    """With it whoever was sent the message tells that it arrived and was opened."""
    expires_at: datetime
    """When the push service must drop it too, and the app not show it any more."""
    language: str
    title: str
    body: str
    url: str | None
    image: str | None
    """https only."""
    label: str | None
    """What the push service may count it under: the campaign's id."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    `sent`: the service accepted it, which says nothing of the phone. `failed`: surely not sent, and never will be. `waiting`: surely not
    sent, and worth another try. `unknown`: nobody can tell.
    """

    state: Literal["sent", "failed", "waiting", "unknown"]
    reason: str | None = None
    provider_id: str | None = None
    """What the service calls the message it accepted."""
    retry_after_s: float | None = None
    """The least wait that the service asks for."""
    address: Literal["dead", "mismatched"] | None = None
    """`dead`: the service knows this address no more. `mismatched`: it belongs to another sender, or is none; when many are, it is us."""
    lane: str | None = None
    """The way out that must pause: `fcm` and all under it, `fcm:ios`, `web_push` …; none: it goes on."""
    alarm: bool = False
    """A person must look: credentials that are refused, a message that no service takes."""


class Push(Protocol):
    """The way out."""

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        """One outcome a message, in order. Never raises for a message, and returns well within a delivery's lease."""


def lane_of(push_kind: str, platform: str) -> str:
    """The way out of an address: what is paused together. `fcm:ios` is under `fcm`."""
    return "web_push" if push_kind == "web_push" else f"fcm:{platform}"


def lanes_above(lane: str) -> tuple[str, ...]:
    """A lane and those it is under, the widest first: pausing any of them pauses it."""
    service = lane.partition(":")[0]
    return (lane,) if service == lane else (service, lane)


def tag_of(kind: str, source_id: str) -> str:
    """32 characters of base64url: at most what APNs (64 bytes) and Web Push (32) take as the name of what replaces what."""
    digest = hashlib.sha256(f"{kind}:{source_id}".encode()).digest()
    return urlsafe_b64encode(digest[:24]).decode()


def ack_id_of(delivery_id: str, keys: CodeKeys) -> str:
    """The delivery's id with a mark that nobody else can make."""
    return f"{delivery_id}.{_mark(delivery_id, keys)}"


def delivery_of_ack(ack_id: str, keys: CodeKeys) -> str | None:
    """The delivery that an `ack_id` is of; none when its mark is not ours."""
    delivery_id, _, mark = ack_id.rpartition(".")
    return delivery_id if hmac.compare_digest(mark.encode(), _mark(delivery_id, keys).encode()) else None


def _mark(delivery_id: str, keys: CodeKeys) -> str:
    digest = hmac.digest(keys.marking, b"passerby ack " + delivery_id.encode(errors="replace"), "sha256")
    return urlsafe_b64encode(digest).decode()[:MARK]
