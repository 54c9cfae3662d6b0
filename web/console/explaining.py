"""A decision in plain words: the sentence of its outcome, and the facts it rested on."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from offers.overview import Names
from web.console.speaking import Voice

DURATIONS = ("cooldown", "window", "life", "longest_wait", "abandoned_after")
MOMENTS = (
    "happened_at",
    "last_sent",
    "last_held_out",
    "deferred_until",
    "due_at",
    "opens_at",
    "at",
    "since",
    "launched_at",
    "now",
    "ended_at",
)
BECAUSE_OF = {
    "sold_out": ("ended_at", "budget", "budget_per_place", "codes_left"),
    "too_late": ("longest_wait",),
    "campaign_cooldown": ("last_held_out",),
    "outranked": ("kind",),
}
"""An outcome whose sentence depends on which of these facts it rests on."""
SERIES = {"places": "", "posters": "", "roles": "role_", "kinds": "k_"}
"""Facts that are lists, and how the words of what they list begin; places have names."""
WORDED = {
    "role": "role_",
    "finished_by": "did_",
    "status": "status_",
    "of": "f_of_",
    "zone_of": "zone_of_",
    "customer_zone": "zone_",
}
"""Facts that are one of a few, and how the words of what they are begin."""
NOT_SHOWN = ("path", "unmet", "more", "kind")


def explain(outcome: str, facts: Mapping[str, Any], voice: Voice, names: Names) -> Markup:
    """Why this decision came out as it did. An outcome without words is said by its name."""
    return _sentence(_phrase(outcome, facts), outcome, facts, voice, names)


def _phrase(outcome: str, facts: Mapping[str, Any]) -> str:
    """What was sold out says of what there was no more, a hold-out of what, a cooldown what it began with; what was put off, until when."""
    if outcome == "quiet_hours" and facts.get("deferred_until"):
        return "why_quiet_hours_deferred"
    if outcome == "held_out" and facts.get("of") in ("all", "campaign"):
        return f"why_held_out_{facts['of']}"
    fact = next((fact for fact in BECAUSE_OF.get(outcome, ()) if fact in facts), None)
    return f"why_{outcome}_{fact}" if fact else f"why_{outcome}"


def explain_never(reason: str, facts: Mapping[str, Any], voice: Voice, names: Names) -> Markup:
    """Why a campaign has never decided about a customer: of what has not happened, which part."""
    part = f"never_{facts.get('unmet')}"
    phrase = part if reason == "no_moment" and part in voice.words else f"never_{reason}"
    if phrase == "never_never_dwelled" and not {"dwell_s", "stayed_s"} <= facts.keys():
        phrase = "never_other_kind"
    return _sentence(phrase, reason, facts, voice, names)


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
        if value is not None and value != [] and fact not in NOT_SHOWN
    ]


def shown(fact: str, value: Any, voice: Voice, names: Names) -> str:
    """One fact's value for a person. Plain text, not escaped."""
    named = {"place": names.places, "by": names.campaigns, "offer": names.offers}
    if fact == "missing" and isinstance(value, list):
        purposes = [voice.words.get(f"consent_{one}", str(one)) for one in value]
        return f" {voice.words['and']} ".join(purposes)
    if fact in SERIES and isinstance(value, list):
        listed = [names.places.get(str(one)) or voice.words.get(f"{SERIES[fact]}{one}", str(one)) for one in value]
        return str(voice.series(listed).unescape())
    if fact == "has" and isinstance(value, list):
        return ", ".join(map(str, value))
    if fact == "condition" and isinstance(value, Mapping):
        return voice.condition(value, names.places)
    if fact == "trigger" and isinstance(value, Mapping):
        return voice.words.get(f"on_{value.get('on')}", str(value.get("on")))
    if fact in WORDED:
        return voice.words.get(f"{WORDED[fact]}{value}", str(value))
    if fact in named:
        return named[fact].get(str(value), str(value))
    if fact in DURATIONS:
        return voice.lasting(value)
    if fact in MOMENTS or (fact in ("from", "until") and "T" in str(value)):
        return voice.moment(value)
    return voice.weekday_time(str(value)) if fact == "local_time" else str(value)
