"""A campaign as one sentence, in the reader's language."""

from zoneinfo import ZoneInfo

import pytest

from offers.rules.templates import FACTS
from web.console.sentence import ALONE, brief, sentence
from web.console.speaking import Voice

CAMPAIGN = {
    "trigger": {"on": "enter", "places": ["store"]},
    "messages": {"en": {"title": "{{ customer.first_name | default: 'Hello' }}, {{ customer.size.shoes }} at {{place.name}}"}},
    "cooldown": "PT2M",
    "hold_out_percent": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "[first name], [shoes] at [name of the place]"),
        ("nl", "[voornaam], [shoes] at [naam van de plaats]"),
        ("de", "[Vorname], [shoes] at [Name des Ortes]"),
    ],
)
def test_what_a_title_fills_in_is_named_in_the_readers_language(language: str, says: str) -> None:
    assert says in sentence(CAMPAIGN, {"store": "Store"}, {}, Voice(language, ZoneInfo("UTC")))


def test_only_facts_are_named() -> None:
    assert set(FACTS) >= ALONE


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "leaves <b>Store</b>"), ("nl", "bij <b>Store</b> weggaat"), ("de", "von <b>Store</b> weggeht")],
)
def test_a_list_says_when_a_campaign_speaks_as_its_language_does(language: str, says: str) -> None:
    leaves = {"trigger": {"on": "exit", "places": ["store"]}}
    assert brief(leaves, {"store": "Store"}, Voice(language, ZoneInfo("UTC"))) == says
