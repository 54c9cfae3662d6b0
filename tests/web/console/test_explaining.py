"""Every reason why nothing was decided, and every finding of a launch check, as a sentence in each language."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.overview import Names
from offers.rules.launch import Finding
from web.console.checking import said_of
from web.console.explaining import explain, explain_never, facts_of
from web.console.speaking import Voice
from web.tongues import LANGUAGES

AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
NAMES = Names({"kalverstraat": "Kalverstraat 102"}, {}, {}, {})
SCANNED: dict[str, Any] = {"trigger": {"on": "scan"}, "poster": "Centraal", "at": AT}
THERE: dict[str, Any] = {"trigger": {"on": "dwell"}, "place": "kalverstraat", "at": AT}
NEVER: list[tuple[str, dict[str, Any], str]] = [
    ("not_live", {"status": "paused", "since": AT}, "paused"),
    ("outside_schedule", {"from": AT, "until": AT, "now": AT}, "outside its time"),
    ("not_in_audience", {"path": "", "condition": {"fact": "tags", "has": "vip"}, "has": ["boots"]}, "the tag vip"),
    ("no_consent", {"missing": ["location", "offers"]}, "location and offers"),
    ("no_device", {}, "no device"),
    ("no_reachable_device", {"devices": 2}, "can be reached"),
    ("no_moment", {"trigger": {"on": "enter"}, "unmet": "seen_nowhere"}, "at no place"),
    ("no_moment", {"unmet": "other_places", "places": ["kalverstraat", "damrak"]}, "Kalverstraat 102 and damrak"),
    ("no_moment", THERE | {"unmet": "other_role", "roles": ["approach"], "role": "premises"}, "approach ring"),
    ("no_moment", THERE | {"unmet": "other_kind", "kinds": ["enter", "exit"]}, "came and left"),
    ("no_moment", THERE | {"unmet": "never_dwelled", "stayed_s": 40, "dwell_s": 60, "kinds": ["enter"]}, "40 seconds"),
    ("no_moment", THERE | {"unmet": "never_dwelled", "kinds": ["enter"]}, "(stays a while) than what was seen: came"),
    ("no_moment", THERE | {"unmet": "never_launched"}, "has not been launched"),
    ("no_moment", THERE | {"unmet": "before_launch", "launched_at": AT}, "10 June 2026 14:00".replace("June", "Jun")),
    ("no_moment", THERE | {"unmet": "before_version", "since": AT}, "waited for that"),
    ("no_moment", THERE | {"unmet": "by_edit"}, "an edit of the outline"),
    ("no_moment", THERE | {"unmet": "no_new_moment"}, "another of their devices"),
    ("no_moment", {"unmet": "scanned_nothing"}, "have scanned no poster"),
    ("no_moment", {"unmet": "scanned_others", "posters": ["Centraal", "Damrak"]}, "Centraal"),
    ("no_moment", SCANNED | {"unmet": "scanned_elsewhere", "place": "kalverstraat"}, "is for other places"),
    ("no_moment", SCANNED | {"unmet": "scanned_before", "since": AT}, "before the campaign waited"),
    ("no_moment", SCANNED | {"unmet": "scanned_undecided"}, "hold a coupon of it already"),
    ("no_moment", SCANNED | {"unmet": "scan_fresh", "abandoned_after": "PT1H"}, "nobody is reminded before 1 hour"),
    ("no_moment", SCANNED | {"unmet": "scan_finished", "finished_by": "reserved"}, "did something with it: reserved"),
    ("no_moment", SCANNED | {"unmet": "scan_came_to_something"}, "bought or ordered something"),
    ("no_moment", {"unmet": "abandoned_off"}, "nobody is reminded"),
    ("no_moment", {"unmet": "something_new"}, "Nothing has happened yet"),
]


@pytest.mark.parametrize(("reason", "facts", "said"), NEVER)
def test_why_nothing_was_decided(reason: str, facts: dict[str, Any], said: str) -> None:
    for language in LANGUAGES:
        voice = Voice(language, ZoneInfo("Europe/Amsterdam"))
        text = str(explain_never(reason, facts, voice, NAMES))
        assert "?" not in text
        assert "{" not in text
        assert (said in text) is (language == "en") or said in text
        for name, value in facts_of(facts, voice, NAMES):
            assert not name.startswith("f_")
            assert "_" not in name, f"{name} has no words"
            assert "[" not in value


def test_a_message_that_was_put_off_says_until_when() -> None:
    facts = {"local_time": "Wed 23:00", "from": "21:00", "until": "08:00", "deferred_until": AT.isoformat()}
    said = str(explain("quiet_hours", facts, Voice("en", ZoneInfo("UTC")), NAMES))
    assert "decided anew 10 Jun 2026 12:00" in said


WARNED = {
    "role": "approach",
    "product": "SNEAK-1",
    "places": ["kalverstraat", "damrak"],
    "campaigns": ["boots"],
    "more": 3,
    "from": "21:00",
    "until": "08:00",
    "left": 2,
    "reachable_and_consenting": 21,
    "size": 4,
    "reachable": 2,
    "consenting": 1,
    "language": "en",
    "fact": "customer.first_name",
    "lacking": 3,
    "of": 9,
    "noun": "customers",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_name_places_and_say_how_many_more(language: str) -> None:
    voice = Voice(language, ZoneInfo("UTC"))
    found = [
        Finding(name.partition("_")[2], "trigger", "in English", facts=WARNED)
        for name in voice.words
        if name.startswith("warn_")
    ]
    texts = [one.message for one in said_of(found, voice, "warn", NAMES.places)]
    assert len(texts) == len(found) > 10
    assert "in English" not in texts
    paused = texts[[one.name for one in found].index("places_paused")]
    assert "Kalverstraat 102, damrak" in paused
    assert "3" in paused
    [unknown] = said_of([Finding("something_new", "", "in English")], voice)
    assert "in English" in unknown.message
    assert unknown.message != "in English", "with what to do about it"
