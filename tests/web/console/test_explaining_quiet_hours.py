"""A decision in plain words: what the quiet hours did, and by whose clock."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.overview import Names
from web.console.explaining import explain, facts_of
from web.console.speaking import Voice

NOBODY = Names({}, {}, {}, {})
NIGHT: dict[str, Any] = {
    "from": "21:00",
    "until": "08:00",
    "local_time": "Wed 22:30",
    "time_zone": "Europe/Amsterdam",
    "zone_of": "place",
    "customer_zone": "unknown",
}
MORNING = "2026-06-11T08:00:00+02:00"


def voice(language: str = "en") -> Voice:
    return Voice(language, ZoneInfo("Europe/Amsterdam"))


def test_what_was_dropped_and_what_was_put_off_read_differently() -> None:
    dropped = explain("quiet_hours", NIGHT, voice(), NOBODY)
    put_off = explain("quiet_hours", {**NIGHT, "deferred_until": MORNING}, voice(), NOBODY)
    assert dropped == "It was Wed 22:30 for them, within the quiet hours from 21:00 to 08:00."
    assert put_off == f"{dropped} It is decided anew 11 Jun 2026 08:00."


@pytest.mark.parametrize(("language", "local"), [("en", "Wed 22:30"), ("nl", "wo 22:30"), ("de", "Mi 22:30")])
def test_the_weekday_is_said_in_the_readers_language(language: str, local: str) -> None:
    assert f" {local}" in explain("quiet_hours", NIGHT, voice(language), NOBODY)
    assert local in dict(facts_of(NIGHT, voice(language), NOBODY)).values()


def test_too_late_says_which_wait_was_too_long() -> None:
    late = {"happened_at": MORNING, "life": "PT15M"}
    assert "(15 minutes)" in explain("too_late", late, voice(), NOBODY)
    assert "more than 1 day" in explain("too_late", {**late, "longest_wait": "P1D"}, voice(), NOBODY)


@pytest.mark.parametrize(
    ("language", "whose", "why"),
    [
        ("en", ("whose time zone", "the place's"), ("the customer's time zone", "unknown to this machine")),
        ("nl", ("wiens tijdzone", "van de plaats"), ("tijdzone van de klant", "onbekend op deze machine")),
        ("de", ("wessen Zeitzone", "die des Ortes"), ("Zeitzone des Kunden", "auf dieser Maschine unbekannt")),
    ],
)
def test_the_facts_say_whose_clock_it_was(language: str, whose: tuple[str, str], why: tuple[str, str]) -> None:
    shown = facts_of({**NIGHT, "opens_at": MORNING}, voice(language), NOBODY)
    assert whose in shown
    assert why in shown
    assert shown[-1][1].endswith("2026 08:00")
