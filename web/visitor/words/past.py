"""What visitors agreed to under texts that were asked before. Receipts name them, so no word of it is changed or left out any more.

Whoever raises TEXT_VERSION puts what CONSENT said until then here, with the moment at which it ended; a test holds each to its words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Past:
    since: datetime
    """When it was written; an installation asked it from the moment on at which it was brought up to date."""
    until: datetime
    words: Mapping[str, Mapping[str, str]]
    """By language, then by the phrase's name."""


PAST: Mapping[str, Past] = {
    "messages-1": Past(
        datetime(2026, 11, 26, 15, 18, tzinfo=UTC),
        datetime(2026, 11, 26, 19, 6, tzinfo=UTC),
        {
            "en": {
                "purposes": "What may this shop send you?",
                "orders": "A message when my order is ready",
                "offers": "Offers of this shop",
            },
            "nl": {
                "purposes": "Wat mag deze winkel je sturen?",
                "orders": "Een bericht als mijn bestelling klaarligt",
                "offers": "Aanbiedingen van deze winkel",
            },
            "de": {
                "purposes": "Was darf dieses Geschäft Ihnen senden?",
                "orders": "Eine Nachricht, wenn meine Bestellung bereitliegt",
                "offers": "Angebote dieses Geschäfts",
            },
        },
    ),
    "messages-2": Past(
        datetime(2026, 11, 26, 19, 6, tzinfo=UTC),
        datetime(2026, 11, 26, 22, 17, tzinfo=UTC),
        {
            "en": {
                "purposes": "What may this shop send you?",
                "orders": "A message when my order is ready or a store answers my question",
                "offers": "Offers of this shop",
            },
            "nl": {
                "purposes": "Wat mag deze winkel je sturen?",
                "orders": "Een bericht als mijn bestelling klaarligt of een winkel mijn vraag beantwoordt",
                "offers": "Aanbiedingen van deze winkel",
            },
            "de": {
                "purposes": "Was darf dieses Geschäft Ihnen senden?",
                "orders": "Eine Nachricht, wenn meine Bestellung bereitliegt oder ein Geschäft meine Frage beantwortet",
                "offers": "Angebote dieses Geschäfts",
            },
        },
    ),
}
"""By the name that receipts keep, the oldest first."""
