"""What visitors read, one file a language. A test keeps them whole."""

from collections.abc import Mapping

from web.visitor.words import de, en, nl

WORDS: Mapping[str, Mapping[str, str]] = {"nl": nl.WORDS, "de": de.WORDS, "en": en.WORDS}
CONSENT = ("purposes", "orders", "orders_ask", "offers")
"""The phrases that somebody agrees to."""
TEXT_VERSION = "messages-3"
"""Under which receipts keep what CONSENT says. Who changes a word of it raises this; a test holds the two together."""
WORKER = ("late_title", "late_body", "unread_title", "unread_body")
"""The phrases that the service worker says by itself."""
ISLAND = (
    "checking",
    "off",
    "on",
    "saved",
    "switched_off",
    "denied",
    "undecided",
    "unsupported",
    "ios",
    "failed",
    "no_service",
    "wait",
    "busy",
)
"""What `push.js` says as things change."""
