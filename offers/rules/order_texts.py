"""What a customer is told of an order, in our words: for each moment and language a title, and bodies, the best first.

Which body goes is the first whose facts are all known and that a phone shows whole. The last of each needs no fact that can be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from offers.rules.order_moments import (
    APPROACH,
    ARRIVED,
    CANCELLED,
    CHANGED,
    MOVED,
    READY,
    REFUNDED,
    UNCOLLECTED,
    WRONG_STORE,
)

REFUNDED_AFTER = "refunded_after"
"""`refunded` of an order that was collected: nothing was cancelled."""


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    bodies: tuple[str, ...]


OURS: Mapping[str, Mapping[str, Text]] = {
    READY: {
        "nl": Text(
            "Je bestelling ligt klaar",
            (
                "Je kunt {{ order.called }} ophalen bij {{ place.name }}. Je code is {{ order.code }}.",
                "Je kunt {{ order.called }} ophalen bij {{ place.name }}.",
                "Je kunt {{ order.called }} ophalen. Je code is {{ order.code }}.",
                "Je kunt {{ order.called }} ophalen.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung liegt bereit",
            (
                "{{ order.called }} liegt für Sie bereit: {{ place.name }}. Ihr Code ist {{ order.code }}.",
                "{{ order.called }} liegt für Sie bereit: {{ place.name }}.",
                "{{ order.called }} liegt für Sie bereit. Ihr Code ist {{ order.code }}.",
                "{{ order.called }} liegt für Sie bereit.",
            ),
        ),
        "en": Text(
            "Your order is ready",
            (
                "You can collect {{ order.called }} at {{ place.name }}. Your code is {{ order.code }}.",
                "You can collect {{ order.called }} at {{ place.name }}.",
                "You can collect {{ order.called }}. Your code is {{ order.code }}.",
                "You can collect {{ order.called }}.",
            ),
        ),
    },
    APPROACH: {
        "nl": Text(
            "Je bestelling ligt vlakbij klaar",
            (
                "{{ place.name }} is ongeveer {{ place.distance }} hiervandaan. {{ place.opening }}.",
                "{{ place.name }} is ongeveer {{ place.distance }} hiervandaan.",
                "{{ place.name }} is vlakbij. {{ place.opening }}.",
                "{{ place.name }} is vlakbij.",
                "De winkel is vlakbij.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung liegt in der Nähe bereit",
            (
                "{{ place.name }} ist etwa {{ place.distance }} von hier. {{ place.opening }}.",
                "{{ place.name }} ist etwa {{ place.distance }} von hier.",
                "{{ place.name }} ist ganz in der Nähe. {{ place.opening }}.",
                "{{ place.name }} ist ganz in der Nähe.",
                "Die Filiale ist ganz in der Nähe.",
            ),
        ),
        "en": Text(
            "Your order is ready nearby",
            (
                "{{ place.name }} is about {{ place.distance }} from here. {{ place.opening }}.",
                "{{ place.name }} is about {{ place.distance }} from here.",
                "{{ place.name }} is close by. {{ place.opening }}.",
                "{{ place.name }} is close by.",
                "The store is close by.",
            ),
        ),
    },
    ARRIVED: {
        "nl": Text(
            "Haal hier je bestelling op",
            (
                "Je bent bij {{ place.name }}. Je code is {{ order.code }}.",
                "Je bent bij {{ place.name }}. Vraag naar {{ order.called }}.",
                "Je code is {{ order.code }}.",
                "Vraag in de winkel naar {{ order.called }}.",
            ),
        ),
        "de": Text(
            "Holen Sie hier Ihre Bestellung ab",
            (
                "Sie sind da: {{ place.name }}. Ihr Code ist {{ order.code }}.",
                "Sie sind da: {{ place.name }}. Bitte sagen Sie in der Filiale Bescheid.",
                "Ihr Code ist {{ order.code }}.",
                "Bitte sagen Sie in der Filiale Bescheid.",
            ),
        ),
        "en": Text(
            "Collect your order here",
            (
                "You are at {{ place.name }}. Your code is {{ order.code }}.",
                "You are at {{ place.name }}. Ask for {{ order.called }}.",
                "Your code is {{ order.code }}.",
                "Ask in the store for {{ order.called }}.",
            ),
        ),
    },
    WRONG_STORE: {
        "nl": Text(
            "Je bestelling ligt in een andere winkel",
            (
                "Je bent bij {{ here.name }}. Je bestelling ligt bij {{ place.name }}, ongeveer {{ place.distance }} hiervandaan.",
                "Je bestelling ligt bij {{ place.name }}, ongeveer {{ place.distance }} hiervandaan.",
                "Je bestelling ligt bij {{ place.name }}.",
                "Tik om te zien waar je bestelling ligt.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung liegt woanders",
            (
                "Sie sind hier: {{ here.name }}. Ihre Bestellung liegt etwa {{ place.distance }} von hier: {{ place.name }}.",
                "Ihre Bestellung liegt etwa {{ place.distance }} von hier: {{ place.name }}.",
                "Ihre Bestellung liegt hier: {{ place.name }}.",
                "Tippen Sie, um zu sehen, wo Ihre Bestellung liegt.",
            ),
        ),
        "en": Text(
            "Your order is at another store",
            (
                "You are at {{ here.name }}. Your order is at {{ place.name }}, about {{ place.distance }} from here.",
                "Your order is at {{ place.name }}, about {{ place.distance }} from here.",
                "Your order is at {{ place.name }}.",
                "Tap to see where your order is.",
            ),
        ),
    },
    UNCOLLECTED: {
        "nl": Text(
            "Je bestelling ligt nog voor je klaar",
            (
                "Bij {{ place.name }} ligt {{ order.called }} nog voor je klaar. {{ place.opening }}.",
                "Bij {{ place.name }} ligt {{ order.called }} nog voor je klaar.",
                "In de winkel ligt {{ order.called }} nog voor je klaar.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung liegt noch bereit",
            (
                "{{ order.called }} liegt noch für Sie bereit: {{ place.name }}. {{ place.opening }}.",
                "{{ order.called }} liegt noch für Sie bereit: {{ place.name }}.",
                "{{ order.called }} liegt noch für Sie bereit.",
            ),
        ),
        "en": Text(
            "Your order is still ready for you",
            (
                "{{ place.name }} is still keeping {{ order.called }} for you. {{ place.opening }}.",
                "{{ place.name }} is still keeping {{ order.called }} for you.",
                "The store is still keeping {{ order.called }} for you.",
            ),
        ),
    },
    CHANGED: {
        "nl": Text(
            "Je bestelling is gewijzigd",
            (
                "{{ place.name }} heeft {{ order.called }} gewijzigd. Tik om te zien wat er nu in zit.",
                "{{ place.name }} heeft {{ order.called }} gewijzigd.",
                "De winkel heeft {{ order.called }} gewijzigd.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung wurde geändert",
            (
                "{{ place.name }} hat {{ order.called }} geändert. Tippen Sie, um zu sehen, was jetzt dazugehört.",
                "{{ place.name }} hat {{ order.called }} geändert.",
                "Die Filiale hat {{ order.called }} geändert.",
            ),
        ),
        "en": Text(
            "Your order has changed",
            (
                "{{ place.name }} has changed {{ order.called }}. Tap to see what is in it now.",
                "{{ place.name }} has changed {{ order.called }}.",
                "The store has changed {{ order.called }}.",
            ),
        ),
    },
    MOVED: {
        "nl": Text(
            "Haal je bestelling op een ander adres op",
            (
                "Je haalt {{ order.called }} nu op bij {{ place.name }}, {{ place.address }}.",
                "Je haalt {{ order.called }} nu op bij {{ place.name }}.",
                "Je haalt {{ order.called }} nu in een andere winkel op.",
            ),
        ),
        "de": Text(
            "Abholung in einer anderen Filiale",
            (
                "{{ order.called }} holen Sie jetzt hier ab: {{ place.name }}, {{ place.address }}.",
                "{{ order.called }} holen Sie jetzt hier ab: {{ place.name }}.",
                "{{ order.called }} holen Sie jetzt in einer anderen Filiale ab.",
            ),
        ),
        "en": Text(
            "Collect your order at another store",
            (
                "You now collect {{ order.called }} at {{ place.name }}, {{ place.address }}.",
                "You now collect {{ order.called }} at {{ place.name }}.",
                "You now collect {{ order.called }} at another store.",
            ),
        ),
    },
    CANCELLED: {
        "nl": Text(
            "Je bestelling is geannuleerd",
            (
                "{{ place.name }} heeft {{ order.called }} geannuleerd. Je hoeft niet te komen.",
                "{{ place.name }} heeft {{ order.called }} geannuleerd.",
                "De winkel heeft {{ order.called }} geannuleerd. Je hoeft niet te komen.",
            ),
        ),
        "de": Text(
            "Ihre Bestellung wurde storniert",
            (
                "{{ place.name }} hat {{ order.called }} storniert. Sie brauchen nicht zu kommen.",
                "{{ place.name }} hat {{ order.called }} storniert.",
                "Die Filiale hat {{ order.called }} storniert. Sie brauchen nicht zu kommen.",
            ),
        ),
        "en": Text(
            "Your order is cancelled",
            (
                "{{ place.name }} has cancelled {{ order.called }}. There is no need to come.",
                "{{ place.name }} has cancelled {{ order.called }}.",
                "The store has cancelled {{ order.called }}. There is no need to come.",
            ),
        ),
    },
    REFUNDED: {
        "nl": Text(
            "Je krijgt je geld terug",
            (
                "{{ place.name }} heeft {{ order.called }} geannuleerd en betaalt je terug.",
                "De winkel heeft {{ order.called }} geannuleerd en betaalt je terug.",
            ),
        ),
        "de": Text(
            "Sie erhalten Ihr Geld zurück",
            (
                "{{ place.name }} hat {{ order.called }} storniert und erstattet Ihnen den Betrag.",
                "{{ place.name }} storniert {{ order.called }} und erstattet den Betrag.",
                "Die Filiale hat {{ order.called }} storniert und erstattet Ihnen den Betrag.",
            ),
        ),
        "en": Text(
            "Your money is coming back",
            (
                "{{ place.name }} has cancelled {{ order.called }} and is refunding you.",
                "The store has cancelled {{ order.called }} and is refunding you.",
            ),
        ),
    },
    REFUNDED_AFTER: {
        "nl": Text(
            "Je krijgt geld terug",
            (
                "{{ place.name }} betaalt je terug voor {{ order.called }}.",
                "De winkel betaalt je terug voor {{ order.called }}.",
            ),
        ),
        "de": Text(
            "Sie erhalten Geld zurück",
            (
                "{{ place.name }} erstattet Ihnen Geld für {{ order.called }}.",
                "Die Filiale erstattet Ihnen Geld für {{ order.called }}.",
            ),
        ),
        "en": Text(
            "You are getting a refund",
            (
                "{{ place.name }} is refunding you for {{ order.called }}.",
                "The store is refunding you for {{ order.called }}.",
            ),
        ),
    },
}
"""By moment, then language. `order.called` is the order as it is called within a sentence: `part 1 of 2 of order 1001`."""

CALLED: Mapping[str, tuple[str, str, str, str]] = {
    "nl": (
        "bestelling {number}",
        "je bestelling",
        "deel {part} van {parts} van {whole}",
        "deel {part} van {parts} van {whole}",
    ),
    "de": (
        "Bestellung {number}",
        "Ihre Bestellung",
        "Teil {part} von {parts} der {whole}",
        "Teil {part} von {parts} Ihrer Bestellung",
    ),
    "en": ("order {number}", "your order", "part {part} of {parts} of {whole}", "part {part} of {parts} of {whole}"),
}
"""An order with a number, one without, and a part of either."""
OPENING: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "always": "Nu open",
        "until": "Open tot {clock}",
        "soon": "Sluit over {minutes} minuten, om {clock}",
        "soon_1": "Sluit over 1 minuut, om {clock}",
        "today": "Nu gesloten, open vanaf {clock}",
        "tomorrow": "Nu gesloten, morgen open vanaf {clock}",
        "later": "Nu gesloten, {day} open vanaf {clock}",
        "closed": "Nu gesloten",
    },
    "de": {
        "always": "Jetzt geöffnet",
        "until": "Geöffnet bis {clock} Uhr",
        "soon": "Schließt in {minutes} Minuten, um {clock} Uhr",
        "soon_1": "Schließt in 1 Minute, um {clock} Uhr",
        "today": "Jetzt geschlossen, öffnet um {clock} Uhr",
        "tomorrow": "Jetzt geschlossen, öffnet morgen um {clock} Uhr",
        "later": "Jetzt geschlossen, öffnet {day} um {clock} Uhr",
        "closed": "Jetzt geschlossen",
    },
    "en": {
        "always": "Open now",
        "until": "Open until {clock}",
        "soon": "Closes in {minutes} minutes, at {clock}",
        "soon_1": "Closes in 1 minute, at {clock}",
        "today": "Closed, opens at {clock}",
        "tomorrow": "Closed, opens tomorrow at {clock}",
        "later": "Closed, opens {day} at {clock}",
        "closed": "Closed now",
    },
}
"""Whether a store is open; a day that is not tomorrow is a weekday, or a date."""
