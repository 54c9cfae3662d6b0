"""What a customer is told of an order of theirs: for the service itself, and never anything beside it. Templates, as a campaign's."""

from collections.abc import Mapping

from offers.rules.templates import one_line, says_something

READY: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "Je bestelling ligt klaar",
        "body": "Je kunt bestelling {{ order.number }} ophalen bij {{ place.name }}.",
    },
    "de": {
        "title": "Ihre Bestellung liegt bereit",
        "body": "Bestellung {{ order.number }} liegt für Sie bereit: {{ place.name }}.",
    },
    "en": {
        "title": "Your order is ready",
        "body": "You can collect order {{ order.number }} at {{ place.name }}.",
    },
}
NAMELESS_READY: Mapping[str, Mapping[str, str]] = {
    "nl": {"title": READY["nl"]["title"], "body": "Je kunt bestelling {{ order.number }} ophalen."},
    "de": {"title": READY["de"]["title"], "body": "Bestellung {{ order.number }} liegt für Sie bereit."},
    "en": {"title": READY["en"]["title"], "body": "You can collect order {{ order.number }}."},
}
"""Where the place's name says nothing."""


def ready_message(order: str, place: str, languages: list[str]) -> tuple[str, Mapping[str, str], Mapping[str, object]]:
    """The language, its templates by part, and what they are filled from. `languages` best first; English where none of them is here."""
    language = next((tag for tag in languages if tag in READY), "en")
    name = one_line(place)
    named = says_something(name)
    facts = {"order": {"number": one_line(order)}, "place": {"name": name} if named else {}}
    return language, (READY if named else NAMELESS_READY)[language], facts
