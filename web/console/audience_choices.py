"""What an audience's fields may be chosen from: values with what they are called."""

from collections.abc import Mapping

from offers.rules.audience import ANY_STORE
from offers.rules.audience.facts import CHANNELS, PLATFORMS
from offers.suggesting import Suggested
from web.console.audience_kinds import PURPOSES
from web.console.audience_values import as_values
from web.console.choosing import SUGGESTED
from web.console.speaking import Voice
from web.tongues import LANGUAGES

Choices = dict[str, list[tuple[str, str]]]
CURRENCIES = ("EUR", "GBP", "USD", "CHF")


def choices_of(suggested: Suggested, places: Mapping[str, str], voice: Voice) -> Choices:
    """The name of a list to its values, as one types them, each with its name where it has another."""
    words = voice.words
    named = _typed(places) if len(places) <= SUGGESTED else []
    titles = {
        sku: title.get(voice.language) or next(iter(title.values()), "") for sku, title in suggested.products.items()
    }
    return {
        "languages": list(LANGUAGES.items()),
        "tags": _typed(dict.fromkeys(suggested.tags, "")),
        "attributes": [(one, "") for one in suggested.attributes],
        "sizes": [(one, "") for one in suggested.sizes],
        "categories": _typed(dict.fromkeys(suggested.categories, "")),
        "products": _typed(titles),
        "stores": named,
        "places": [(ANY_STORE, words["c_any_store"]), *named],
        "channels": [(one, words[f"c_channel_{one}"]) for one in CHANNELS],
        "platforms": [(one, words[f"c_platform_{one}"]) for one in PLATFORMS],
        "purposes": [(one, words[f"consent_{one}"]) for one in PURPOSES],
        "currencies": [(one, "") for one in CURRENCIES],
    }


def _typed(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Those that a field can hold: one with a comma in it stands between quotes."""
    return [(typed, name) for one, name in values.items() if (typed := as_values([one])) is not None]
