"""What a customer would be sent by a campaign, in each of its languages. Nothing is stored, reserved or sent."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import wording
from offers.records.tables import Customer, Device, Place
from offers.rules.campaign import ON_A_PAGE, WITHOUT_POSITION, CampaignBody, parse_campaign
from offers.rules.draws import draw_variant
from offers.rules.personal_facts import message_facts
from offers.rules.personalise import LEAST, MOST_BYTES, choose_language
from offers.rules.preview import PreviewBody, preview_text
from offers.rules.values import language_chain, zone_or_none

DISTANCE_M = 100
"""How far away a customer is taken to be."""


def preview_saved(session: Session, campaign_id: str, asked: PreviewBody, *, now: datetime) -> dict[str, Any]:
    """The same of a campaign that is saved, launched or not. `NotFound` names the campaign or the customer."""
    campaign = campaign_queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    return preview(session, parse_campaign(campaign.definition), asked, campaign_id=campaign_id, now=now)


def preview(
    session: Session, campaign: CampaignBody, asked: PreviewBody, *, campaign_id: str = "", now: datetime
) -> dict[str, Any]:
    """What would go out to a customer whom the campaign decides to send to: at a place, at a time, in the words of a variant.

    `{customer, place, language, variant, shown_on, texts: {tag: …}, refusals: [{path, name, message}]}`: `shown_on` is `push`, or `page` where
    a poster's page says it: then no size is too much, and there is no address. `language` is the one they would get; each of
    the `texts` is as rules/preview.py says; with a refusal the default text goes out. A coupon's code is an example.
    """
    customer = customer_queries.customer_by_id(session, asked.customer)
    if customer is None:
        raise NotFound("customer")
    place = _place(session, campaign, asked.place)
    variant = _variant(campaign, asked.variant, campaign_id, customer.id)
    at = asked.at or now
    limits = campaign_queries.limits_now(session)
    device = _device(session, customer)
    is_placed, on_a_page = campaign.trigger.on not in WITHOUT_POSITION, campaign.trigger.on in ON_A_PAGE
    named = wording.named_in(session, [campaign], [customer.id], at)
    about = wording.about(customer, place, device, campaign, named, distance_m=DISTANCE_M if is_placed else None)
    offer = named.offers.get(campaign.offer or "")
    about = wording.with_an_example(about, offer, at)
    local = at.astimezone(_zone(customer, place))
    most_bytes = LEAST if device is None else MOST_BYTES.get(device.platform, LEAST)
    defaults = (campaign.default_language, limits.default_language)
    messages = campaign.messages_of(variant)
    texts, refusals = {}, []
    for tag, message in messages.items():
        facts = message_facts(about, language_chain(tag, *defaults), local)
        path = campaign.path_of(variant, tag)
        texts[tag], wrong = preview_text(message.sources(), facts, tag, path, None if on_a_page else most_bytes)
        refusals += wrong
    wanted = customer.language or (device.locale if device else None)
    return {
        "customer": customer.id,
        "place": place.id if place else None,
        "language": choose_language(messages, language_chain(wanted, *defaults)),
        "variant": variant,
        "shown_on": "page" if on_a_page else "push",
        "texts": texts,
        "refusals": refusals,
    }


def _place(session: Session, campaign: CampaignBody, place_id: str | None) -> Place | None:
    """The one that is named, else the first that the campaign names and that is there, else any."""
    if place_id is not None:
        if (place := place_queries.place_by_id(session, place_id)) is None:
            raise BadInput.at("place", f"there is no place {place_id!r}")
        return place
    there = place_queries.places_by_id(session, campaign.trigger.places)
    named = next((there[one] for one in campaign.trigger.places if one in there), None)
    return named or next(iter(place_queries.all_places(session, "", 1)), None)


def _variant(campaign: CampaignBody, wanted: str | None, campaign_id: str, customer_id: str) -> str | None:
    """The one that is asked for, else the one that this customer has drawn; none where the campaign has none."""
    if wanted is not None and wanted not in {one.name for one in campaign.variants}:
        raise BadInput.at("variant", f"there is no variant {wanted!r}")
    return wanted or draw_variant(campaign_id, customer_id, campaign.variants)


def _device(session: Session, customer: Customer) -> Device | None:
    """The one that a message would go to, else any: it tells platform and, where the customer has no language, the language."""
    devices = customer_queries.devices_of(session, [customer.id]).get(customer.id, [])
    return next((one for one in devices if one.push_token), next(iter(devices), None))


def _zone(customer: Customer, place: Place | None) -> ZoneInfo:
    return zone_or_none(customer.time_zone) or zone_or_none(place.time_zone if place else None) or ZoneInfo("UTC")
