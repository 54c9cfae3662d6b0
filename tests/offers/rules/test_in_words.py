"""Every "no" can be said in plain words, in each language."""

import pytest

from offers.rules.eligibility import OUTCOMES
from offers.rules.in_words import WORDS, why_not

NOES = [*(one for one in OUTCOMES if one != "send"), "no_location_consent", "finished"]


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_every_outcome_has_words(language: str) -> None:
    assert set(WORDS[language]) == set(NOES)


@pytest.mark.parametrize(
    ("outcome", "facts", "language", "said"),
    [
        ("campaign_cooldown", {"cooldown": "PT2M"}, "en", "had this message less than 2 minutes ago"),
        ("campaign_cooldown", {"cooldown": "P1D"}, "nl", "kreeg dit bericht minder dan 1 dag geleden"),
        ("campaign_cooldown", {"cooldown": "PT3H"}, "de", "hat diese Nachricht vor weniger als 3 Stunden bekommen"),
        (
            "frequency_cap",
            {"messages": 3, "window": "PT90M"},
            "en",
            "has had the most there is in 90 minutes: 3 messages",
        ),
        ("no_consent", {"missing": ["location", "offers"]}, "en", "has not agreed to location and offers"),
        ("no_consent", {"missing": ["offers"]}, "de", "hat Angeboten nicht zugestimmt"),
        ("place_closed", {}, "nl-BE", "de winkel is dicht"),
        ("place_closed", {}, "fr", "the shop is closed"),
        ("struck_by_lightning", {}, "nl", "struck by lightning"),
    ],
)
def test_a_no_in_words(outcome: str, facts: dict[str, object], language: str, said: str) -> None:
    assert why_not(outcome, facts, language) == said


@pytest.mark.parametrize("language", ["nl", "de", "en"])
@pytest.mark.parametrize("outcome", NOES)
def test_missing_facts_break_nothing(outcome: str, language: str) -> None:
    assert why_not(outcome, {}, language)
