"""Visitors read Dutch, German or English, and none of them less than another."""

import re
import string
from hashlib import sha256
from pathlib import Path

from web.tongues import LANGUAGES
from web.visitor.words import CONSENT, ISLAND, TEXT_VERSION, WORDS, WORKER

HOUSE = Path(__file__).parents[3]


def fields_of(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_each_language_is_whole() -> None:
    assert set(WORDS) == set(LANGUAGES)
    for language, words in WORDS.items():
        assert list(words) == list(WORDS["en"]), language


def test_each_phrase_says_the_same_things_in_each_language() -> None:
    for name in WORDS["en"]:
        said = [words[name] for words in WORDS.values()]
        assert all(phrase.strip() == phrase != "" for phrase in said)
        assert len({frozenset(fields_of(phrase)) for phrase in said}) == 1
        assert not [phrase for phrase in said if "!" in phrase], "no exclamation marks from us"
        assert not re.search(r"\b(u|uw)\b", WORDS["nl"][name]), "Dutch says je"
        assert not re.search(r"\b(du|dein\w*|dich|dir)\b", WORDS["de"][name], re.IGNORECASE), "German says Sie"


def test_every_phrase_is_used_somewhere() -> None:
    templates = "".join(path.read_text() for path in sorted((HOUSE / "web/templates/visitor").glob("*.html")))
    worker = (HOUSE / "web/static/visitor/push-worker.js").read_text()
    assert {name for name in WORKER if f"words.{name}" not in worker} == set()
    by_name = {*ISLAND, *WORKER, *CONSENT}
    assert [name for name in WORDS["en"] if name not in by_name and f"w.{name}" not in templates] == []


def test_the_island_can_say_every_state_it_shows() -> None:
    island = (HOUSE / "web/static/visitor/push.js").read_text()
    shown = set(re.findall(r'(?:return|\?|:) "([a-z_]+)"(?=[;) ])', island))
    assert {"on", "off", "saved", "switched_off", "wait", "failed", "denied", "no_service"} <= shown
    assert shown - {"granted", "none"} <= set(ISLAND)
    page = (HOUSE / "web/templates/visitor/push.html").read_text()
    states = {one for said in re.findall(r'data-when="([^"]+)"', page) for one in said.split()}
    assert states - {"still-on", "still-off", "blocked-on"} <= set(ISLAND)


def test_what_is_agreed_to_changes_its_version_with_its_words() -> None:
    """A receipt names the version. Whoever changes a word of what people agree to: raise TEXT_VERSION, then this."""
    text = "\n".join(words[name] for _, words in sorted(WORDS.items()) for name in CONSENT)
    assert (TEXT_VERSION, sha256(text.encode()).hexdigest()[:16]) == ("messages-3", "1d9bba1eb2b5a5ac")
