"""The languages that our pages speak, and which of them a reader gets."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"nl": "Nederlands", "de": "Deutsch", "en": "English"}


def choose(wanted: str | None, accepted: str) -> str:
    """The page's language: what `?lang=` names, else the best of Accept-Language (RFC 9110, 12.5.4), else English."""
    if wanted in LANGUAGES:
        return str(wanted)
    weighed = []
    for number, part in enumerate(accepted.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighed.append((-weight, number, tag.lower().partition("-")[0]))
    return next((tag for weight, _, tag in sorted(weighed) if weight < 0 and tag in LANGUAGES), "en")
