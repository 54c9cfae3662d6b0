"""The words of these pages: whole in each language, and what is agreed to changes its version with its words."""

import re
import string
from hashlib import sha256
from pathlib import Path

from web.landing.words import WORDS
from web.landing.words.recognising import CONSENT, LINES, TEXT_VERSION

HOUSE = Path(__file__).parents[3]


def test_each_phrase_says_the_same_in_each_language() -> None:
    for said in LINES.values():
        assert len(said) == 3
        assert all(phrase.strip() == phrase != "" for phrase in said)
        fields = {frozenset(field for _, field, _, _ in string.Formatter().parse(phrase) if field) for phrase in said}
        assert len(fields) == 1
        assert not [phrase for phrase in said if "\N{EXCLAMATION MARK}" in phrase]
        assert not re.search(r"\b(u|uw)\b", said[0]), "Dutch says je"
        assert not re.search(r"\b(du|dein\w*|dich|dir)\b", said[1], re.IGNORECASE), "German says Sie"


def test_every_phrase_is_used() -> None:
    pages = "".join(path.read_text() for path in sorted((HOUSE / "web/templates/landing").glob("*.html")))
    doors = "".join(path.read_text() for path in sorted((HOUSE / "web/landing").glob("*.py")))
    made = ("order_", "talk_", "state_", "agreed_")
    unused = [
        name
        for name in LINES
        if not name.startswith(made)
        and f"w.{name}" not in pages
        and f'say("{name}"' not in pages
        and f'"{name}"' not in doors
        and f'"{name.removesuffix("_title")}"' not in doors
    ]
    assert unused == []


def test_what_is_agreed_to_changes_its_version_with_its_words() -> None:
    """A receipt names the version. Whoever changes a word of what people agree to: raise TEXT_VERSION, then this."""
    text = "\n".join(words[name] for _, words in sorted(WORDS.items()) for name in CONSENT)
    assert (TEXT_VERSION, sha256(text.encode()).hexdigest()[:16]) == ("my-offers-1", "e5ca79db44c29438")
