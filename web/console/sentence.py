"""A campaign as one sentence: when who … send … at most …"""

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from offers.rules.campaign import ON_A_PAGE, WITHOUT_ROLE
from web.console.speaking import Voice

MOST_NAMES = 3
ALONE = {
    "customer.first_name",
    "customer.name",
    "place.name",
    "offer.name",
    "offer.text",
    "coupon.code",
    "coupon.expires",
    "order.number",
    "weekday",
}
"""Facts whose words say by themselves what they are of."""
_FACT = re.compile(r"\{\{\s*+([\w.]++)[^{}]*+\}\}")
"""Possessive: what is typed may be anything, a megabyte of it, and is looked through once."""


def sentence(item: Mapping[str, Any], places: Mapping[str, str], offers: Mapping[str, str], voice: Voice) -> Markup:
    """What a campaign does. What people wrote is escaped and stands out."""
    trigger = item["trigger"]
    moment = trigger["on"]
    where = _where(trigger, places, voice)
    audience = item.get("audience")
    who = (
        voice.say("someone_who", audience=_strong(voice.condition(audience, places)))
        if audience
        else voice.words["someone"]
    )
    return voice.say(
        "sentence_scan" if moment in ON_A_PAGE else "sentence",
        who=who,
        moment=voice.words[f"s_{moment}"],
        where=voice.say(f"w_{moment}", places=where),
        what=_strong(_title(item, voice)),
        offer=_with_offer(item, offers, voice),
        limits=_limits(item, voice),
    )


def brief(item: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Markup:
    """When it speaks, for a table."""
    trigger = item["trigger"]
    moment = trigger["on"]
    where = voice.say(f"w_{moment}", places=_where(trigger, places, voice))
    return voice.say("when_and_where", moment=voice.words[f"s_{moment}"], where=where)


def _strong(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _where(trigger: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Markup:
    named = [_strong(places.get(one, one)) for one in trigger.get("places", [])]
    texts: list[str] = list(named[:MOST_NAMES])
    if len(named) > MOST_NAMES:
        texts.append(voice.say("and_more", count=len(named) - MOST_NAMES))
    if tags := trigger.get("tags"):
        texts.append(voice.say("places_tagged", tags=_strong(", ".join(tags))))
    where = voice.series(texts, "or") if texts else _strong(voice.words["any_place"])
    is_around = trigger.get("role") == "approach" and trigger["on"] not in WITHOUT_ROLE
    return voice.say("around", places=where) if is_around else where


def _title(item: Mapping[str, Any], voice: Voice) -> str:
    messages = item["messages"]
    tag = voice.language if voice.language in messages else min(messages)
    return _FACT.sub(lambda found: f"[{_named(found[1], voice)}]", str(messages[tag]["title"]))


def _named(fact: str, voice: Voice) -> str:
    """`customer.first_name` as first name, in the reader's language; what somebody named themselves as they named it."""
    if fact in ALONE:
        return voice.words[f"fact_{fact.replace('.', '_')}"]
    return fact.rpartition(".")[2].replace("_", " ")


def _with_offer(item: Mapping[str, Any], offers: Mapping[str, str], voice: Voice) -> Markup:
    offer = item.get("offer")
    return voice.say("s_offer", offer=_strong(offers.get(offer, offer))) if offer else Markup("")


def _limits(item: Mapping[str, Any], voice: Voice) -> Markup:
    schedule = item.get("schedule", {})
    said = Markup("")
    if schedule.get("from"):
        said += voice.say("s_from", at=voice.moment(schedule["from"]))
    if schedule.get("until"):
        said += voice.say("s_until", at=voice.moment(schedule["until"]))
    if schedule.get("weekly"):
        said += voice.say("s_weekly", weekly=schedule["weekly"])
    if schedule.get("only_when_open"):
        said += voice.say("s_open")
    if item.get("quiet_hours") == "defer":
        said += voice.say("s_defer")
    if item.get("cooldown"):
        said += voice.say("s_cooldown", time=voice.lasting(item["cooldown"]))
    if item.get("hold_out_percent"):
        said += voice.say("s_hold_out", percent=item["hold_out_percent"])
    return said
