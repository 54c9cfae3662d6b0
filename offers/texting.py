"""The port to whoever sends text messages. Its real sides are in workers/texting.py."""

from dataclasses import dataclass
from typing import Protocol


class TextsAway(Exception):
    """The gateway did not take it at the moment."""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One text message. `text_id` makes it safe to repeat: the gateway may know it already."""

    text_id: str
    to: str
    """E.164."""
    text: str


class Texts(Protocol):
    def send(self, message: TextMessage) -> None:
        """Hand it over. `TextsAway`. No number and no text is logged on the way."""
        ...
