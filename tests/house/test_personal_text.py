"""The examples of docs/personal-text.md are what a customer would read."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.rules.personal_facts import About, Bought, Given, OnSale, message_facts
from offers.rules.personalise import default_text
from offers.rules.templates import FACTS, FILTERS, check_template, fill

PAGE = (Path(__file__).parents[2] / "docs/personal-text.md").read_text()
NOW = datetime(2026, 12, 8, 12, tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
SANNE = About(
    person={"name": "Sanne de Vries", "language": "nl", "size": {"shoes": "38"}, "attributes": {"points": 120}},
    place={"name": "Kalverstraat", "address": "Kalverstraat 102", "distance_m": 150},
    device={"platform": "android", "os_version": "16"},
    bought=Bought(
        NOW - timedelta(days=3),
        "SNEAK-1",
        "sneakers",
        "38",
        {"nl": "Sneaker, wit", "en": "Sneaker, white", "de": "Sneaker, weiß"},
    ),
    product=OnSale({"nl": "Sok", "en": "Sock", "de": "Socke"}, 4_950, "EUR"),
    offer=Given(
        "Ten",
        "percentage",
        10_000,
        text={"nl": "10% op alles", "en": "10% off all", "de": "10 % auf alles"},
        minimum_basket={"nl": "vanaf € 50", "en": "from €50", "de": "ab 50 €"},
    ),
    code="K7M4-9XQT-2RVB",
    ends_at=NOW + timedelta(days=7),
)
NAMES = {"customer.size.<name>": "customer.size.shoes", "customer.attributes.<name>": "customer.attributes.points"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def filled(source: str, language: str) -> str:
    check_template(source)
    facts: dict[str, Any] = {**message_facts(SANNE, [language], NOW), "order": {"number": "4711"}}
    return fill(source, facts).replace("\u00a0", " ")


def test_every_fact_has_its_line_and_no_other() -> None:
    assert [cells[0].strip("`") for cells in rows("The facts")] == list(FACTS)


@pytest.mark.parametrize("cells", rows("The facts"), ids=lambda cells: str(cells[0]))
def test_a_fact_reads_so_in_each_language(cells: list[str]) -> None:
    fact, _, *said = cells
    name = NAMES.get(fact.strip("`"), fact.strip("`"))
    assert [filled(f"{{{{ {name} }}}}", language) for language in ("nl", "en", "de")] == said


def test_every_filter_has_an_example_that_is_so() -> None:
    shown = rows("The filters")
    for source, becomes in shown:
        assert filled(source.strip("`"), "nl") == becomes
    used = {re.findall(r"\| (\w+)", source)[0] for source, _ in shown}
    assert used == set(FILTERS)


def test_whole_messages_read_so() -> None:
    found = re.findall(r"^(nl|en|de): (.+)\n=>  (.+)$", PAGE, re.MULTILINE)
    assert {language for language, _, _ in found} == {"nl", "en", "de"}
    assert len(found) == PAGE.count("\n=>  ") >= 10
    for language, source, becomes in found:
        assert filled(source, language) == becomes


def test_the_default_texts_are_those() -> None:
    for language, title, body in rows("A fact that is missing"):
        assert default_text("fr" if language == "any other" else language, "Kalverstraat") == (title, body)
