"""A decision in plain words: the sentence of its outcome, and the facts it rested on."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from offers.overview import Names
from web.console.speaking import Voice

DURATIONS = ("cooldown", "window", "life")
SOLD_OUT_OF = ("budget", "budget_per_place", "codes_left")
NOBODY = Names({}, {}, {}, {})
MOMENTS = ("happened_at", "last_sent", "last_held_out")


def explain(outcome: str, facts: Mapping[str, Any], voice: Voice, names: Names) -> Markup:
    """Why this decision came out as it did. An outcome without words is said by its name."""
    return _sentence(_phrase(outcome, facts), outcome, facts, voice, names)


def _phrase(outcome: str, facts: Mapping[str, Any]) -> str:
    """What was sold out says of what there was no more, a hold-out of what, a cooldown what it began with."""
    if outcome == "held_out" and facts.get("of") in ("all", "campaign"):
        return f"why_held_out_{facts['of']}"
    more = {"sold_out": SOLD_OUT_OF, "campaign_cooldown": ("last_held_out",)}.get(outcome, ())
    fact = next((fact for fact in more if fact in facts), None)
    return f"why_{outcome}_{fact}" if fact else f"why_{outcome}"


def explain_never(reason: str, facts: Mapping[str, Any], voice: Voice) -> Markup:
    """Why a campaign has never decided about a customer."""
    return _sentence(f"never_{reason}", reason, facts, voice, NOBODY)


def _sentence(phrase: str, name: str, facts: Mapping[str, Any], voice: Voice, names: Names) -> Markup:
    words = voice.words.get(phrase)
    if words is None:
        return Markup.escape(name.replace("_", " "))
    said: defaultdict[str, Markup] = defaultdict(lambda: Markup("?"))
    for fact, value in facts.items():
        said[fact] = Markup.escape(shown(fact, value, voice, names))
    return Markup(words).format_map(said)  # noqa: S704 - the phrases are ours, the values escaped


def facts_of(facts: Mapping[str, Any], voice: Voice, names: Names) -> list[tuple[str, str]]:
    """The facts as (name, value) in the reader's language; those that say nothing are left out."""
    return [
        (voice.words.get(f"f_{fact}", fact), shown(fact, value, voice, names))
        for fact, value in facts.items()
        if value is not None and fact != "path"
    ]


def shown(fact: str, value: Any, voice: Voice, names: Names) -> str:
    """One fact's value for a person. Plain text, not escaped."""
    if fact == "missing" and isinstance(value, list):
        purposes = [voice.words.get(f"consent_{one}", str(one)) for one in value]
        return f" {voice.words['and']} ".join(purposes)
    if fact == "condition" and isinstance(value, Mapping):
        return voice.condition(value, names.places)
    if fact == "trigger" and isinstance(value, Mapping):
        return voice.words.get(f"on_{value.get('on')}", str(value.get("on")))
    if fact == "status":
        return voice.words.get(f"status_{value}", str(value))
    if fact == "of":
        return voice.words.get(f"f_of_{value}", str(value))
    if fact == "by":
        return names.campaigns.get(str(value), str(value))
    if fact == "offer":
        return names.offers.get(str(value), str(value))
    if fact in DURATIONS:
        return voice.lasting(value)
    if fact in MOMENTS or (fact in ("from", "until") and "T" in str(value)):
        return voice.moment(value)
    return str(value)
