"""Where the broker is, and what a topic of OwnTracks says: `owntracks/…/…`, one of the two levels being the device's token."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from web.tokens import PREFIX

BASE = "owntracks"
PORTS = {"mqtt": 1883, "mqtts": 8883}

TopicFault = Literal["bad_topic", "bad_token"]


@dataclass(frozen=True, slots=True)
class Broker:
    """`base` is what all topics begin with; without a user name the broker lets everybody in."""

    host: str
    port: int
    tls: bool
    base: str
    username: str | None
    password: str | None

    @classmethod
    def of(cls, url: str) -> "Broker":
        """From a checked address: `mqtts://user:password@host:8883/base`."""
        parts = urlsplit(url)
        assert parts.hostname
        return cls(
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            parts.scheme == "mqtts",
            unquote(parts.path).strip("/") or BASE,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password is not None else None,
        )

    @property
    def filters(self) -> tuple[str, str]:
        """Positions, and crossings. What else a phone says (waypoints, status, steps, dumps) is not asked for: it is no business of ours."""
        return f"{self.base}/+/+", f"{self.base}/+/+/event"

    def token_of(self, topic: str) -> str | TopicFault:
        """The token in a topic; it is looked for in the device's level first, then in the user's."""
        if not topic.startswith(f"{self.base}/"):
            return "bad_topic"
        levels = topic.removeprefix(f"{self.base}/").split("/")
        if (len(levels) == 3 and levels[2] != "event") or not 2 <= len(levels) <= 3:
            return "bad_topic"
        return next((one for one in (levels[1], levels[0]) if one.startswith(PREFIX)), "bad_token")

    def commands_of(self, topic: str) -> str:
        """Where the phone that said something listens for commands."""
        return f"{topic.removesuffix('/event')}/cmd"


def client_id_of(secret: bytes) -> str:
    """The same at every start of one installation, so that the broker keeps what comes while we are away; another for another one.

    21 characters: every broker takes 23.
    """
    derived = HKDF(algorithm=SHA256(), length=6, salt=None, info=b"passerby mqtt client").derive(secret)
    return f"passerby-{derived.hex()}"
