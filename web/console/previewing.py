"""A preview as a page shows it: each language's text for one customer, how long it is, and whether the default text goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offers import desk_offers, overview, previews
from offers.errors import NotFound
from offers.rules.campaign import CampaignBody
from offers.rules.personalise import FITS_BODY, FITS_TITLE
from offers.rules.preview import PreviewBody
from web.console.entering import Desk
from web.console.faults import Errors
from web.console.giving import worth


@dataclass(frozen=True, slots=True)
class Previewed:
    """`bytes` is what title, text and address take on their way, in UTF-8; `missing` and `refused` why the default text stands here."""

    language: str
    theirs: bool
    title: str
    body: str
    url: str | None
    missing: list[str]
    refused: list[str]
    title_fits: bool
    body_fits: bool
    bytes: int
    has_image: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """`offer` is what comes with it: `{name, gives, has_code}`."""

    customer: dict[str, Any]
    place: str | None
    variant: str | None
    is_page: bool
    """Not a push: a poster's page says it."""
    offer: dict[str, Any] | None
    texts: list[Previewed]


def preview_of(
    desk: Desk,
    campaign: CampaignBody,
    typed: str,
    errors: Errors,
    campaign_id: str = "",
    *,
    variant: str | None = None,
) -> Preview | None:
    """A campaign for the customer who is meant by what was typed, the first whom it fits; an error where there is none.

    As at the first place that it names, with its offer. The variant is the one that is asked for and that there is,
    else the one that the customer draws of the campaign of that id.
    """
    if not typed:
        return None
    with desk.parts.database.reading() as session:
        meant = overview.meant_customers(session, typed, limit=1)
        if not meant:
            errors["preview"] = desk.voice.words["preview_nobody"]
            return None
        known = variant if variant in {one.name for one in campaign.variants} else None
        asked = PreviewBody(customer=meant[0]["id"], variant=known)
        told = previews.preview(session, campaign, asked, campaign_id=campaign_id, now=desk.parts.now())
        place = overview.names_of(session, [told]).places.get(told["place"])
    messages = campaign.messages_of(told["variant"])
    texts = [_text(tag, text, told, messages[tag].image is not None) for tag, text in told["texts"].items()]
    offer = _offer(desk, campaign.offer)
    return Preview(
        meant[0],
        place,
        told["variant"],
        told["shown_on"] == "page",
        offer,
        sorted(texts, key=lambda one: not one.theirs),
    )


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


def _text(tag: str, text: Mapping[str, Any], told: Mapping[str, Any], has_image: bool) -> Previewed:
    refused = [one["name"] for one in told["refusals"] if _is_of(one["path"], tag) and one["name"] != "missing_fact"]
    return Previewed(
        tag,
        tag == told["language"],
        text["title"],
        text["body"],
        text["url"],
        text["missing"],
        refused,
        len(text["title"]) <= FITS_TITLE,
        len(text["body"]) <= FITS_BODY,
        text["bytes"],
        has_image,
    )


def _is_of(path: str, tag: str) -> bool:
    """Whether `messages.nl.body` is of this language."""
    return path.partition("messages.")[2].partition(".")[0] == tag
