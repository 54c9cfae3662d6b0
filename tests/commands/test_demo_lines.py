"""An event is one line that a person can read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.demo_lines import Line, Names
from offers.rules.eligibility import OUTCOMES

AMSTERDAM = Path(__file__).parents[2] / "seeds" / "amsterdam"
AT = "2026-11-23T11:00:05.123456+00:00"
COMMON = {"customer": "sanne", "place": "kalverstraat-102", "at": AT, "campaign": "sneakers-kalverstraat"}

SCAN: dict[str, Any] = {
    "type": "scan",
    "kind": "human",
    "poster": "centraal-hall",
    "repeat": False,
    "in_store": False,
    "language": "nl",
}


@pytest.fixture
def names() -> Names:
    return Names.of_seed(AMSTERDAM)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            {"type": "transition", "kind": "enter", "role": "premises"},
            Line("12:00:05", "Sanne de Vries", "enters", "Stoeprand Kalverstraat 102"),
        ),
        (
            {"type": "transition", "kind": "exit", "role": "other"},
            Line("12:00:05", "Sanne de Vries", "leaves", "the building of Stoeprand Kalverstraat 102"),
        ),
        (
            {"type": "order", "customer": "anon_01m8", "id": "ord_1", "status": "placed"},
            Line("12:00:05", "a passer-by", "order", "ord_1 placed"),
        ),
        ({"type": "scan", "kind": "bot", "poster": "centraal-hall", "customer": None}, None),
        (
            {"type": "decision", "outcome": "no_consent", "facts": {"missing": ["offers"]}, "place": None},
            Line(
                "12:00:05",
                "Sanne de Vries",
                "no push",
                "Sneakers, Kalverstraat: no_consent: has not agreed to offers",
            ),
        ),
        (
            {"type": "decision", "outcome": "campaign_cooldown", "facts": {"cooldown": "PT2M"}},
            Line(
                "12:00:05",
                "Sanne de Vries",
                "no push",
                "Sneakers, Kalverstraat, at Stoeprand Kalverstraat 102: "
                "campaign_cooldown: had this message less than 2 minutes ago",
            ),
        ),
        (
            {"type": "delivery", "state": "sent", "sent_at": AT, "created_at": AT, "language": "nl"}
            | {"title": "Hoi", "body": "Kom langs."},
            Line(
                "12:00:05", "Sanne de Vries", "push", "Hoi | Kom langs. (at Stoeprand Kalverstraat 102)", language="nl"
            ),
        ),
        (
            {"type": "delivery", "state": "expired", "reason": "too_late", "created_at": AT},
            Line("12:00:05", "Sanne de Vries", "no push", "taken back: the moment had passed"),
        ),
        (
            {"type": "delivery", "state": "failed", "reason": "finished", "created_at": AT},
            Line("12:00:05", "Sanne de Vries", "no push", "taken back: something came of the scan meanwhile"),
        ),
        ({"type": "decision", "outcome": "send", "facts": {}}, None),
        (SCAN, Line("12:00:05", "Sanne de Vries", "scan", "Amsterdam Centraal, hall", "nl")),
        (
            SCAN
            | {
                "customer": None,
                "poster": "kalverstraat-183-shelf",
                "repeat": True,
                "in_store": True,
                "language": None,
            },
            Line("12:00:05", "a passer-by", "scan", "Kalverstraat 183, shelf, again, in the store"),
        ),
        (SCAN | {"kind": "bot"}, None),
        (
            {"type": "decision", "outcome": "send", "trigger": "scan", "campaign": "sneakers-scan", "facts": {}},
            Line("12:00:05", "Sanne de Vries", "offer", "Stoeprand Low, posters, at Stoeprand Kalverstraat 102"),
        ),
        ({"type": "delivery", "state": "queued"}, None),
        ({"type": "something new"}, None),
    ],
)
def test_an_event_in_a_line(names: Names, event: dict[str, Any], line: Line | None) -> None:
    assert names.line(COMMON | event) == line


def test_a_conversation_says_where_and_not_who(names: Names) -> None:
    line = names.line({"type": "conversation", "id": "cnv_1", "place": "kalverstraat-102", "state": "waiting"})
    assert line is not None
    assert (line.who, line.kind, line.what) == ("somebody", "question", "waiting, at Stoeprand Kalverstraat 102")


def test_who_is_not_of_the_seed_is_called_by_id(names: Names) -> None:
    line = names.line({"type": "transition", "kind": "dwell", "role": "premises", **COMMON, "customer": "c-9"})
    assert line is not None
    assert (line.who, line.kind) == ("c-9", "stays")


def test_a_line_is_plain_text_with_the_language_behind_the_push(names: Names) -> None:
    text = Line("12:00:05", "Sanne de Vries", "push", "[bold]Hoi[/bold]", "nl").text().plain
    assert text == "12:00:05  Sanne de Vries     push nl   [bold]Hoi[/bold]"


def test_every_no_can_be_printed(names: Names) -> None:
    for outcome in OUTCOMES:
        line = names.line({"type": "decision", "outcome": outcome, "facts": {}, **COMMON})
        assert line is None if outcome == "send" else line is not None and line.text().plain


def test_what_only_the_phone_knows(names: Names) -> None:
    now = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    line = names.phone_line(now, "Priya Nair", "refused", "no_location_consent")
    assert line.what == "not located: has not agreed to location; the server refuses the pings"
    assert line.time == "12:00:00"
