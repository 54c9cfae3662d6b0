"""A decision's "no" in plain words, in the reader's language: the end of a sentence that begins with the customer or "not sent"."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from offers.rules.values import language_chain, read_duration

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "not_live": "the campaign is not running",
        "outside_schedule": "outside the campaign's hours",
        "place_closed": "the shop is closed",
        "no_consent": "has not agreed to {missing}",
        "not_in_audience": "is not among those it is meant for",
        "quiet_hours": "quiet hours",
        "campaign_cooldown": "had this message less than {cooldown} ago",
        "frequency_cap": "has had the most there is in {window}: {messages} messages",
        "sold_out": "the offer is sold out",
        "no_reachable_device": "has no device that can be reached",
        "too_late": "the moment had passed",
        "outranked": "another message came first",
        "held_out": "belongs to those who get nothing, to measure by",
        "finished": "something came of the scan meanwhile",
        "no_location_consent": "has not agreed to location",
    },
    "nl": {
        "not_live": "de campagne loopt niet",
        "outside_schedule": "buiten de uren van de campagne",
        "place_closed": "de winkel is dicht",
        "no_consent": "heeft geen toestemming gegeven voor {missing}",
        "not_in_audience": "hoort niet bij wie dit krijgt",
        "quiet_hours": "stille uren",
        "campaign_cooldown": "kreeg dit bericht minder dan {cooldown} geleden",
        "frequency_cap": "zit aan het maximum voor {window}: {messages} berichten",
        "sold_out": "de aanbieding is op",
        "no_reachable_device": "heeft geen bereikbaar toestel",
        "too_late": "het moment was voorbij",
        "outranked": "een ander bericht ging voor",
        "held_out": "hoort bij wie niets krijgt, om aan te meten",
        "finished": "er kwam intussen iets van de scan",
        "no_location_consent": "heeft geen toestemming gegeven voor locatie",
    },
    "de": {
        "not_live": "die Kampagne läuft nicht",
        "outside_schedule": "außerhalb der Zeiten der Kampagne",
        "place_closed": "der Laden ist geschlossen",
        "no_consent": "hat {missing} nicht zugestimmt",
        "not_in_audience": "gehört nicht zur Zielgruppe",
        "quiet_hours": "Ruhezeit",
        "campaign_cooldown": "hat diese Nachricht vor weniger als {cooldown} bekommen",
        "frequency_cap": "hat das Höchste in {window} erreicht: {messages} Nachrichten",
        "sold_out": "das Angebot ist vergriffen",
        "no_reachable_device": "hat kein erreichbares Gerät",
        "too_late": "der Moment war vorbei",
        "outranked": "eine andere Nachricht ging vor",
        "held_out": "gehört zu denen, die zum Vergleich nichts bekommen",
        "finished": "aus dem Scan wurde inzwischen etwas",
        "no_location_consent": "hat dem Standort nicht zugestimmt",
    },
}

PURPOSES: Mapping[str, Mapping[str, str]] = {
    "en": {"location": "location", "offers": "offers", "orders": "order messages", "and": "and"},
    "nl": {"location": "locatie", "offers": "aanbiedingen", "orders": "berichten over bestellingen", "and": "en"},
    "de": {"location": "dem Standort", "offers": "Angeboten", "orders": "Nachrichten zu Bestellungen", "and": "und"},
}

UNITS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    "nl": (("dag", "dagen"), ("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")),
    "de": (("Tag", "Tagen"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")),
}
_SECONDS = (86_400, 3_600, 60, 1)


def why_not(outcome: str, facts: Mapping[str, Any], language: str) -> str:
    """Why no message went out. An outcome without words is said by its name; a language without words in English."""
    tongue = next(tag for tag in language_chain(language, "en") if tag in WORDS)
    words = WORDS[tongue].get(outcome)
    if words is None:
        return outcome.replace("_", " ")
    names = PURPOSES[tongue]
    missing = [names.get(purpose, purpose) for purpose in facts.get("missing", ("offers",))]
    return words.format(
        missing=f" {names['and']} ".join(missing),
        messages=facts.get("messages", ""),
        cooldown=_duration(facts.get("cooldown"), tongue),
        window=_duration(facts.get("window"), tongue),
    )


def _duration(value: Any, tongue: str) -> str:
    """`PT2M` as "2 minutes", in the largest unit that fits without a rest."""
    if not value:
        return ""
    seconds = int(read_duration(value) / timedelta(seconds=1))
    unit = next(number for number, length in enumerate(_SECONDS) if seconds % length == 0)
    many = seconds // _SECONDS[unit]
    return f"{many} {UNITS[tongue][unit][many != 1]}"
