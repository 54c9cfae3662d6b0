"""Every condition that an audience may hold is said in plain words, in every language of the console."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.rules.audience import read_audience
from offers.rules.audience.brief import brief
from offers.rules.audience.facts import FACTS, FORMS, KEYED
from web.console.speaking import Voice
from web.console.words import TONGUES

PLACES = {"kalverstraat": "Kalverstraat 102", "damrak": "Damrak"}
WINDOW = {"within_days": 30, "before": "2026-11-01T00:00:00+01:00"}
SAID: list[tuple[dict[str, Any], str, str, str]] = [
    ({"fact": "language", "is": "nl"}, "language nl", "taal nl", "Sprache nl"),
    ({"fact": "time_zone", "is": "UTC"}, "time_zone UTC", "time_zone UTC", "time_zone UTC"),
    ({"fact": "name", "known": True}, "a known name", "een bekend gegeven name", "bekanntem name"),
    ({"fact": "tags", "in": ["a", "b"]}, "the tag a or b", "label a of b", "Schlagwort a oder b"),
    ({"tag": "vip"}, "the tag vip", "label vip", "Schlagwort vip"),
    ({"fact": "sizes.shoes", "in": ["38", 38]}, "shoes 38", "shoes 38", "shoes 38"),
    ({"fact": "attributes.points", "at_least": 5}, "points of at least 5", "points van minstens 5", "points von mindestens 5"),
    ({"fact": "attributes.member", "is": True}, "member true", "member true", "member true"),
    ({"fact": "known_since", "within_days": 1}, "a first contact in the last 24 hours", "een eerste contact in de laatste 24 uur", "erstem Kontakt in den letzten 24 Stunden"),
    ({"fact": "purchases.category", "has": "sneakers", "within_days": 90}, "a purchase from sneakers in the last 90 days", "een aankoop uit sneakers in de laatste 90 dagen", "Kauf aus sneakers in den letzten 90 Tagen"),
    ({"fact": "purchases.sku", "is": "S-1"}, "a purchase of article S-1", "een aankoop van artikel S-1", "Kauf des Artikels S-1"),
    ({"fact": "purchases.size", "is": 38}, "a purchase in size 38", "een aankoop in maat 38", "Kauf in Größe 38"),
    ({"fact": "purchases.channel", "is": "store"}, "a purchase in a store", "een aankoop in een winkel", "Kauf im Laden"),
    ({"fact": "purchases.place", "is": "damrak"}, "a purchase at Damrak", "een aankoop bij Damrak", "Kauf bei Damrak"),
    ({"fact": "purchases.count", "at_most": 0}, "at most 0 purchases", "hoogstens 0 aankopen", "höchstens 0 Käufen"),
    ({"fact": "purchases.total.EUR", "at_least": 100}, "purchases of at least 100 EUR in all", "aankopen van samen minstens 100 EUR", "Käufen von zusammen mindestens 100 EUR"),
    ({"fact": "purchases.last_at", "known": False}, "no purchase ever", "nooit een aankoop", "noch keinem Kauf"),
    ({"fact": "visits.place", "has": "damrak"}, "a visit to Damrak", "een bezoek aan Damrak", "Besuch bei Damrak"),
    ({"fact": "visits.count", "at_least": 3}, "at least 3 visits", "minstens 3 bezoeken", "mindestens 3 Besuchen"),
    ({"fact": "visits.last_at", **WINDOW}, "a last visit in the last 30 days before 1 Nov 2026 00:00", "een laatste bezoek in de laatste 30 dagen vóór 1 nov 2026 00:00", "letztem Besuch in den letzten 30 Tagen vor dem 01.11.2026 00:00"),
    ({"fact": "devices.platform", "in": ["ios", "web"]}, "a device with iOS or a browser", "een toestel met iOS of een browser", "Gerät mit iOS oder Browser"),
    ({"fact": "devices.count", "at_least": 2}, "at least 2 devices", "minstens 2 toestellen", "mindestens 2 Geräten"),
    ({"fact": "devices.push", "is": False}, "no device that takes messages", "geen toestel dat berichten krijgt", "keinem Gerät, das Nachrichten bekommt"),
    ({"fact": "consents.location", "is": True}, "consent to location", "toestemming voor locatie", "Zustimmung zu: Standort"),
    ({"fact": "consents.offers", "is": False}, "no consent to offers", "geen toestemming voor aanbiedingen", "keiner Zustimmung zu: Angebote"),
    ({"fact": "consents.orders", "is": True}, "consent to order messages", "toestemming voor berichten over bestellingen", "Zustimmung zu: Nachrichten zu Bestellungen"),
    ({"near": "elsewhere"}, "a phone near elsewhere", "een telefoon bij elsewhere", "Telefon nahe elsewhere"),
    ({"inside": ["kalverstraat", "damrak"]}, "a phone inside Kalverstraat 102 or Damrak", "een telefoon binnen bij Kalverstraat 102 of Damrak", "Telefon innen bei Kalverstraat 102 oder Damrak"),
    ({"visited": "*", "within_days": 7}, "a visit to any of your stores in the last 7 days", "een bezoek aan een van je winkels in de laatste 7 dagen", "Besuch bei einem Ihrer Läden in den letzten 7 Tagen"),
    ({"not": {"all": [{"tag": "a"}, {"any": [{"tag": "b"}, {"not": {"tag": "c"}}]}]}}, "not the tag a and (the tag b or (not the tag c))", "niet label a en (label b of (niet label c))", "nicht Schlagwort a und (Schlagwort b oder (nicht Schlagwort c))"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "said"), [(node, said) for node, *said in SAID], ids=lambda one: str(one)[:60])
def test_a_condition_in_words(node: dict[str, Any], said: list[str]) -> None:
    read_audience(node)
    voices = [Voice(tongue, ZoneInfo("Europe/Amsterdam")) for tongue in TONGUES]
    assert [voice.condition(node, PLACES) for voice in voices] == said


def test_what_was_kept_briefly_says_that_there_is_more() -> None:
    english, dutch, german = (Voice(tongue, ZoneInfo("Europe/Amsterdam")) for tongue in TONGUES)
    skus = brief({"fact": "purchases.sku", "in": [str(number) for number in range(1000)]})
    assert english.condition(skus).endswith(" or 8 or 9 or 990 more")
    places = brief({"visited": ["damrak"] * 12})
    assert english.condition(places, PLACES) == "a visit to Damrak or 2 more"
    tree = brief({"any": [{"not": {"tag": "a"}}, *({"tag": str(number)} for number in range(30))]})
    assert dutch.condition(tree).startswith("(niet label a) of label 0 of ")
    assert dutch.condition(tree).endswith(" of label 6 of nog 23 andere")
    assert german.condition({"all": [{"tag": "a"}], "more": 3}) == "Schlagwort a und 3 weitere"


def test_no_fact_is_left_out() -> None:
    facts = {str(node["fact"]) for node, *_ in SAID if "fact" in node}
    assert set(FACTS) <= facts
    assert all(any(fact.startswith(f"{head}.") for fact in facts) for head in KEYED)
    assert set(FORMS) <= {name for node, *_ in SAID for name in node}


@pytest.mark.parametrize("what", ["purchases", "visits"])
@pytest.mark.parametrize("known", [True, False])
def test_what_ever_happened_is_said_whether_known_or_not(what: str, known: bool) -> None:
    voice = Voice("en", ZoneInfo("UTC"))
    said = voice.condition({"fact": f"{what}.last_at", "known": known})
    assert said == f"{'a' if known else 'no'} {what.removesuffix('s')} ever"
