"""A preview as a page shows it: each language's text for one customer, how long it is, and whether the default text goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offers import desk_offers, overview
from offers.errors import NotFound
from web.console.entering import Desk
from web.console.faults import Errors
from web.console.giving import worth

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
    """`offer` is what comes with it: `{name, gives, has_code}`."""

    customer: dict[str, Any]
    place: str | None
    offer: dict[str, Any] | None
    texts: list[Previewed]


def preview_of(desk: Desk, item: Mapping[str, Any], typed: str, errors: Errors) -> Preview | None:
    """A campaign for the customer who is meant by what was typed, the first whom it fits; an error where there is none.

    As at the first place that it names, with its offer.
    """
    if not typed:
        return None
    place_id = next(iter(item["trigger"].get("places", [])), None)
    with desk.parts.database.reading() as session:
        meant = overview.meant_customers(session, typed, limit=1)
        if not meant:
            errors["preview"] = desk.voice.words["preview_nobody"]
            return None
        messages = dict(item["messages"])
        told = overview.preview(session, messages, meant[0]["id"], place_id=place_id, now=desk.parts.now())
    texts = [_text(tag, text, theirs=tag == told["language"]) for tag, text in told["texts"].items()]
    offer = _offer(desk, item.get("offer"))
    return Preview(meant[0], told["place"], offer, sorted(texts, key=lambda one: not one.theirs))


def _offer(desk: Desk, offer_id: str | None) -> dict[str, Any] | None:
    """None too when it is not there: saving says so."""
    if offer_id is None:
        return None
    try:
        with desk.parts.database.reading() as session:
            offer, _ = desk_offers.get_offer(session, offer_id)
    except NotFound:
        return None
    return {"name": offer["name"], "gives": worth(offer, desk.voice), "has_code": offer["codes"] != "none"}


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
