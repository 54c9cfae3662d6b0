"""Conditions on topics: `'a' in topics && ('b' in topics || !('c' in topics))`, at most five topics."""

import re

TOPIC = re.compile(r"[a-zA-Z0-9\-_.~%]{1,900}\Z")
MOST_TOPICS = 5
WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|&&|\|\||!|\(|\)|[A-Za-z]+|\S")


def wrong_condition(text: str) -> str | None:
    """Why FCM refuses it; none when it does not."""
    reader = _Reader(WORDS.findall(text))
    if not reader.expression() or reader.next() is not None:
        return "Invalid condition expression provided."
    if reader.topics > MOST_TOPICS:
        return f"Condition has {reader.topics} topics; at most {MOST_TOPICS} are allowed."
    return None


class _Reader:
    """Reads word by word; each method says whether what it stands for was there."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._at = words, 0
        self.topics = 0

    def next(self) -> str | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _took(self, *words: str) -> bool:
        found = self._words[self._at : self._at + len(words)] == list(words)
        self._at += len(words) if found else 0
        return found

    def expression(self) -> bool:
        if not self._term():
            return False
        while self._took("&&") or self._took("||"):
            if not self._term():
                return False
        return True

    def _term(self) -> bool:
        if self._took("!"):
            return self._term()
        if self._took("("):
            return self.expression() and self._took(")")
        name = self.next()
        if name is None or name[0] not in "'\"" or not TOPIC.match(name[1:-1]):
            return False
        self._at += 1
        self.topics += 1
        return self._took("in", "topics")
