"""What customers and a store's staff say to each other: what it may be about, how a text is cleaned, and when an answer counts as read. Pure."""

import unicodedata
from datetime import datetime, timedelta
from typing import Literal, get_args

Topic = Literal["size", "stock", "pickup", "other"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
State = Literal["waiting", "answered", "closed"]
STATES: tuple[State, ...] = get_args(State)

LONGEST_TEXT = 1000
"""Characters of one message, once cleaned."""
MOST_OPEN = 3
"""Conversations that a customer may have open."""
MOST_AN_HOUR = 30
"""Messages that a customer may send in an hour, in all of them."""
ANSWERED_IN_TIME = timedelta(minutes=30)
"""Whoever asked so lately waits for the answer, at night too."""
GLANCE = timedelta(seconds=20)
"""A customer who looks at the page so soon after an answer has read it there, and needs no push."""
REPLY_LIFE = timedelta(hours=12)
"""So long it is worth telling that a store has answered: longer than a night is quiet."""
FORGOTTEN = timedelta(days=14)
"""A conversation in which nobody says anything for so long is over."""
BUYS_WITHIN = timedelta(days=7)
"""A purchase, or an order made on a page, so soon after a conversation began counts as one after contact."""
LEAST_MEASURED = 20
"""Conversations below which nothing is said of medians and shares."""
LEAST_ANSWERED = 5
"""Answered conversations of a store below which its pages promise no time."""

_KEPT_FORMATS = "\u200c\u200d"
"""The joiners that Persian and many pictures need; every other invisible character can make a text look like another."""


class TextTooLong(ValueError):
    """More than LONGEST_TEXT characters."""


def clean_text(typed: str) -> str:
    """The text without control and bidirectional characters, with single line ends and no blanks around it. `ValueError` for U+0000."""
    if "\0" in typed:
        raise ValueError("holds the character U+0000")
    plain = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    shown = "".join(one for one in plain if one == "\n" or one in _KEPT_FORMATS or not _is_unseen(one))
    lines = [line.rstrip() for line in shown.split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    text = "\n".join(kept).strip()
    if len(text) > LONGEST_TEXT:
        raise TextTooLong
    return text


def _is_unseen(character: str) -> bool:
    """Controls, formats (the bidirectional ones among them), halves of surrogate pairs, and what is nobody's."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


def is_read(read_at: datetime | None, said_at: datetime) -> bool:
    """Whether the customer has looked since this was said."""
    return read_at is not None and read_at >= said_at


def median_s(waits: list[timedelta]) -> int | None:
    """Whole seconds; of an even number the lesser of the two in the middle. None of nothing."""
    return int(sorted(waits)[(len(waits) - 1) // 2].total_seconds()) if waits else None
