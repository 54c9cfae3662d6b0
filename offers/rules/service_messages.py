"""That a store has answered: for the service itself, and never anything beside it. Templates, as a campaign's. Of orders: order_texts.py."""

from collections.abc import Mapping

from offers.rules.templates import one_line, says_something

REPLY: Mapping[str, Mapping[str, str]] = {
    "nl": {"title": "{{ place.name }} heeft geantwoord", "body": "Tik om het antwoord op je vraag te lezen."},
    "de": {"title": "{{ place.name }} hat geantwortet", "body": "Tippen Sie, um die Antwort auf Ihre Frage zu lesen."},
    "en": {"title": "{{ place.name }} answered", "body": "Tap to read the answer to your question."},
}
NAMELESS_REPLY: Mapping[str, Mapping[str, str]] = {
    "nl": {"title": "De winkel heeft geantwoord", "body": REPLY["nl"]["body"]},
    "de": {"title": "Das Geschäft hat geantwortet", "body": REPLY["de"]["body"]},
    "en": {"title": "The store answered", "body": REPLY["en"]["body"]},
}
REPLY_URL = "/c/{{ conversation.id }}/{{ conversation.mark }}"
"""The conversation's page; rules/page_links.py makes the same path."""
LONGEST_NAME = 20
"""Of a place in a title of at most 40 characters, in the language that needs the most beside it."""


def reply_message(
    conversation: str, mark: str, place: str, languages: list[str]
) -> tuple[str, Mapping[str, str], Mapping[str, object]]:
    """The same of an answer: which store, and the way to it. What was answered stays on the page."""
    language = next((tag for tag in languages if tag in REPLY), "en")
    name = one_line(place)
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 1].rstrip()}…"
    named = says_something(name)
    facts: dict[str, object] = {"conversation": {"id": conversation, "mark": mark}}
    facts["place"] = {"name": name} if named else {}
    return language, {**(REPLY if named else NAMELESS_REPLY)[language], "url": REPLY_URL}, facts
