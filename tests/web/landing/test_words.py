"""Landing pages speak three languages, each whole: for the words of every area."""

import re
import string
from collections import Counter

from tests.web.console.test_words import HOUSE
from web.landing.words import AREAS, LINES, TONGUES
from web.tongues import LANGUAGES


def fields_of(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


def test_each_phrase_says_the_same_things_in_each_language() -> None:
    for line in LINES.values():
        assert len(line) == len(TONGUES) == len(LANGUAGES)
        assert all(phrase == phrase.strip() != "" for phrase in line)
        assert len({frozenset(fields_of(phrase)) for phrase in line}) == 1
        assert all(field.isidentifier() for field in fields_of(line[0])), "filled by name"
        assert not [phrase for phrase in line if "!" in phrase], "no exclamation marks from us"
        assert len({bool(re.search(r"[.?]$", phrase)) for phrase in line}) == 1, "a sentence in all of them or in none"
        dutch, german, english = line
        assert not re.search(r"\b(u|uw)\b", dutch, re.IGNORECASE), "Dutch says je"
        assert not re.search(r"\b(du|dein\w*|dich|dir|euch|euer)\b", german, re.IGNORECASE), "German says Sie"
        assert not re.search(r"\b(color|favorite|center|canceled)\b", english, re.IGNORECASE), "British"
        assert not [phrase for phrase in line if re.search(r"[<>&]", phrase)], "words are no markup"


def test_the_order_of_a_line_is_kept() -> None:
    """A line in another order would say German on the Dutch page."""
    assert TONGUES == ("nl", "de", "en")
    assert LINES["hours_open"] == ("nu open", "jetzt geöffnet", "open now")


def test_no_phrase_stands_twice() -> None:
    """Of two the later would win, and one page would speak with the other's words."""
    twice = [name for name, count in Counter(name for area in AREAS for name in area).items() if count > 1]
    assert twice == []
    assert sum(len(area) for area in AREAS) == len(LINES)


def test_every_phrase_is_used_somewhere() -> None:
    """By its whole name, or as a name's beginning and one of the states, topics and purposes that the code knows."""
    templates = [*(HOUSE / "web/templates/landing").glob("*.html")]
    pages = "".join(path.read_text() for path in sorted([*templates, *(HOUSE / "web").glob("*/*.py")]))
    begun = {one for pair in re.findall(r"\"(\w+_)\{|\"(\w+_)\" ~", pages) for one in pair if one}
    known = pages + "".join(path.read_text() for path in sorted((HOUSE / "offers").glob("**/*.py")))

    def is_said(name: str) -> bool:
        if re.search(rf"[\"'.]{re.escape(name)}\b", pages):
            return True
        plain = re.sub("_(title|why|any|order)$", "", name)
        return f'"{plain}"' in known or any(
            name.startswith(one) and f'"{plain.removeprefix(one)}"' in known for one in begun
        )

    assert [name for name in LINES if not is_said(name)] == []
