"""What our service worker is handed: one JSON object, small enough for every push service. docs/push.md freezes its shape."""

import json
import unicodedata
from datetime import UTC
from typing import Any

from offers.push import PushMessage

VERSION = 1
MOST_BYTES = 3000
"""Of the object in UTF-8. Services take 4,096 bytes once it is encrypted, which adds 103; the strictest is said to take about 3 kB."""

JOINER = "\u200d"
CUT = "…"


def payload_of(message: PushMessage) -> bytes:
    """At most `MOST_BYTES`. What is too large loses its image, then the end of its body, then its address, then the end of its title."""
    said: dict[str, Any] = {
        "v": VERSION,
        "title": message.title,
        "body": message.body,
        "url": message.url,
        "image": message.image,
        "tag": message.tag,
        "kind": message.kind,
        "ack_id": message.ack_id,
        "delivery_id": message.delivery_id,
        "expires_at": message.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lang": message.language,
    }
    if _size(said) > MOST_BYTES:
        said["image"] = None
    if _size(said | {"body": CUT}) > MOST_BYTES:
        said["url"] = None
    for part in ("body", "title"):
        if _size(said) > MOST_BYTES:
            said[part] = _fitting(said, part)
    return _written(said)


def _written(said: dict[str, Any]) -> bytes:
    """Absent keys are left out."""
    there = {name: value for name, value in said.items() if value is not None}
    return json.dumps(there, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _size(said: dict[str, Any]) -> int:
    return len(_written(said))


def _fitting(said: dict[str, Any], part: str) -> str:
    """The longest beginning of this text that fits, with `…` after it."""
    text = str(said[part])
    fits, too_long = 0, len(text) + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _size(said | {part: text[:middle] + CUT}) <= MOST_BYTES:
            fits = middle
        else:
            too_long = middle
    return text[: _between_characters(text, fits)].rstrip() + CUT


def _between_characters(text: str, at: int) -> int:
    """The last place up to `at` where what a reader sees as one character does not go on: joined emoji, accents, flags."""
    while 0 < at < len(text) and (_goes_on(text[at]) or text[at - 1] == JOINER or _halves_a_flag(text, at)):
        at -= 1
    return at


def _goes_on(character: str) -> bool:
    """Marks, joiners, variation selectors, shades of skin and tags belong to what stands before them."""
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character == JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_of_a_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _halves_a_flag(text: str, at: int) -> bool:
    """A flag is two letters of its own kind, and a row of flags is told apart only from its beginning."""
    before = at
    while before > 0 and _is_of_a_flag(text[before - 1]):
        before -= 1
    return (at - before) % 2 == 1 and _is_of_a_flag(text[at])
