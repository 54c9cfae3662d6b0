"""What our service worker is handed, and what is left of it when it is too large."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from offers.push import PushMessage
from workers.push.web_push_payload import MOST_BYTES, payload_of

MESSAGE = PushMessage(
    delivery_id="dlv_01",
    device_id="dev_01",
    push_kind="web_push",
    push_token="{}",
    platform="web",
    kind="offer",
    tag="t" * 32,
    ack_id="dlv_01.0123456789abcdef",
    expires_at=datetime(2026, 12, 1, 13, 30, 5, 999_999, tzinfo=timezone(timedelta(hours=1))),
    language="nl",
    title="Tulpen \U0001f337",
    body='Twee bossen voor "één"',
    url="https://shop.example/o/1",
    image="https://shop.example/tulips.jpg",
    label="cmp_01",
)


def _said(**changes: Any) -> dict[str, Any]:
    payload = payload_of(replace(MESSAGE, **changes))
    assert len(payload) <= MOST_BYTES
    said: dict[str, Any] = json.loads(payload)
    return said


def test_the_shape_that_the_page_freezes() -> None:
    assert _said() == {
        "v": 1,
        "title": "Tulpen \U0001f337",
        "body": 'Twee bossen voor "één"',
        "url": "https://shop.example/o/1",
        "image": "https://shop.example/tulips.jpg",
        "tag": "t" * 32,
        "kind": "offer",
        "ack_id": "dlv_01.0123456789abcdef",
        "delivery_id": "dlv_01",
        "expires_at": "2026-12-01T12:30:05Z",
        "lang": "nl",
    }


def test_what_is_absent_has_no_key() -> None:
    assert {"url", "image"}.isdisjoint(_said(url=None, image=None))


def test_a_message_that_just_fits_is_whole() -> None:
    room = MOST_BYTES - len(payload_of(replace(MESSAGE, body="")))
    assert _said(body="x" * room)["body"] == "x" * room
    assert "image" in _said(body="x" * room)
    less = _said(body="x" * (room + 1))
    assert less["body"] == "x" * (room + 1)
    assert "image" not in less


def test_the_body_is_shortened_once_the_image_is_gone() -> None:
    less = _said(body="x" * 4000)
    assert "image" not in less
    assert less["body"].endswith("x…")
    assert len(payload_of(replace(MESSAGE, body="x" * 4000))) == MOST_BYTES
    assert less["title"] == MESSAGE.title
    assert less["url"] == MESSAGE.url


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
CHARACTERS = {
    "emoji": "\U0001f337",
    "of two bytes": "ë",
    "of three bytes": "花",
    "with an accent of its own": "e\u0301\u0323",
    "a joined family": FAMILY,
    "with a shade of skin": "\U0001f44b\U0001f3fd",
    "a heart, in colour": "\u2764\ufe0f",
    "a flag": "\U0001f1f3\U0001f1f1",
    "a flag of tags": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a mark of JSON": '"',
}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
def test_no_character_is_halved(character: str) -> None:
    """Whatever stands before it, so that the limit falls on each of its bytes."""
    for lead in range(len(json.dumps(character, ensure_ascii=False).encode())):
        body = _said(body="x" * lead + character * 3000)["body"]
        assert body.endswith("…")
        whole = body.removesuffix("…").removeprefix("x" * lead)
        assert whole
        assert whole == character * (len(whole) // len(character))
    assert len(payload_of(replace(MESSAGE, body=character * 3000))) > MOST_BYTES - 2 * len(character.encode()) - 4


def test_an_address_that_leaves_no_room_goes_before_the_message_does() -> None:
    less = _said(url="https://shop.example/" + "x" * 2900)
    assert "url" not in less
    assert less["body"] == MESSAGE.body
    assert less["title"] == MESSAGE.title


def test_even_a_title_without_end_goes_out() -> None:
    less = _said(title="T" * 5000)
    assert less["title"].endswith("T…")
    assert less["ack_id"] == MESSAGE.ack_id


def test_half_a_character_of_a_broken_text_stops_nothing() -> None:
    assert _said(body="\ud83c")["body"] == "?"


def test_the_page_names_every_key_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs" / "push.md").read_text()
    part = page.partition("### What the service worker is handed")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", part, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(_said())
    example = json.loads(part.partition("```json\n")[2].partition("```")[0])
    assert list(example) == [name for name in _said() if name != "image"]
