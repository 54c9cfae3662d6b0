"""A preview as a page shows it: each language's text for one customer, how long it is, and whether the default text goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offers import overview
from web.console.entering import Desk
from web.console.faults import Errors

FITS_TITLE, FITS_BODY = 40, 110
"""Characters that a phone shows."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """`bytes` is what title, text and address take on their way, in UTF-8."""

    language: str
    theirs: bool
    title: str
    body: str
    url: str | None
    missing: str | None
    title_fits: bool
    body_fits: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class Preview:
    customer: dict[str, Any]
    place: str | None
    texts: list[Previewed]


def preview_of(
    desk: Desk, messages: Mapping[str, Any], typed: str, place_id: str | None, errors: Errors
) -> Preview | None:
    """For the customer who is meant by what was typed, the first whom it fits; an error where there is none."""
    if not typed:
        return None
    with desk.parts.database.reading() as session:
        meant = overview.meant_customers(session, typed, limit=1)
        if not meant:
            errors["preview"] = desk.voice.words["preview_nobody"]
            return None
        told = overview.preview(session, dict(messages), meant[0]["id"], place_id=place_id, now=desk.parts.now())
    texts = [_text(tag, text, theirs=tag == told["language"]) for tag, text in told["texts"].items()]
    return Preview(meant[0], told["place"], sorted(texts, key=lambda one: not one.theirs))


def _text(tag: str, text: Mapping[str, Any], *, theirs: bool) -> Previewed:
    return Previewed(
        tag,
        theirs,
        text["title"],
        text["body"],
        text["url"],
        text["missing"],
        len(text["title"]) <= FITS_TITLE,
        len(text["body"]) <= FITS_BODY,
        sum(len(part.encode()) for part in (text["title"], text["body"], text["url"] or "")),
    )
