"""The launch checks of campaigns of posters: `scan` and `abandoned`. They wait at no geofence, and need no position of anybody."""

from collections.abc import Sequence

from offers.rules.campaign import CampaignBody
from offers.rules.launch import Finding, Rests, but, listed, named, no
from offers.rules.template_facts import fact_to_blame, texts_of
from offers.rules.templates import facts_named

OF_A_PERSON = ("customer.", "purchase.", "coupon.")
"""Facts that nobody has whom nobody knows."""
NEVER_THERE = ("place.distance_m",)
"""Facts that no moment of a poster has."""


def posters(body: CampaignBody, rests: Rests) -> list[Finding]:
    hanging = rests.hanging
    if hanging is None:
        return []
    if body.trigger.on == "abandoned" and rests.limits.abandoned_after is None:
        return [no("abandoned_off", "trigger.on", "the settings say that nobody is reminded: abandoned_after is null")]
    if not hanging.stores and not hanging.places:
        return [no("no_store", "trigger", "there is no store: what a poster leads to is decided at one")]
    if not hanging.posters:
        said = "no poster leads to it yet" if body.trigger.on == "scan" else "there is no poster yet"
        return [but("no_poster", "trigger", said)]
    bare = [one for one in body.trigger.places if one not in hanging.places]
    if not bare or body.trigger.tags:
        return []
    said = f"no poster of {named(bare)} leads to it"
    if body.trigger.on == "abandoned":
        said = f"no poster hangs at {named(bare)}, or nearest to it"
    return [but("no_poster_there", "trigger.places", said, **listed(bare))]


def product(body: CampaignBody, rests: Rests) -> list[Finding]:
    """A page without its product is a page all the same."""
    shelf = rests.shelf
    if shelf is None:
        return []
    if not shelf.is_there:
        return [but("no_product", "product", f"there is no product {body.product!r} any more", product=body.product)]
    if shelf.pieces is None:
        said = f"no store has told of pieces of {body.product!r}: nothing can be reserved"
        return [but("no_stock", "product", said, product=body.product)]
    if shelf.pieces == 0:
        return [but("no_stock", "product", f"no store has a piece of {body.product!r}", product=body.product)]
    return []


def strangers(body: CampaignBody, rests: Rests) -> list[Finding]:
    """Texts that somebody whom nobody knows reads as the default text; and those that everybody does."""
    if rests.hanging is None:
        return []
    found = []
    for text in texts_of(body):
        facts = sorted(facts_named(text.source))
        never = fact_to_blame(text.source, [one for one in facts if one in NEVER_THERE])
        if never is not None:
            said = (
                f"{{{{ {never} }}}} has no default, and no poster's moment has it: it is the default text for everybody"
            )
            found.append(but("never_known", text.path, said, fact=never))
        if body.trigger.on != "scan":
            continue
        if fact := fact_to_blame(text.source, _personal(facts)):
            said = f"{{{{ {fact} }}}} has no default: who scans and is not known reads the default text"
            found.append(but("unknown_to_strangers", text.path, said, fact=fact))
    return found


def _personal(facts: Sequence[str]) -> list[str]:
    return [one for one in facts if one.startswith(OF_A_PERSON)]
