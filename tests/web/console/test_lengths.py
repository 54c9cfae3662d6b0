"""A length of time as it is typed: any number is one, and the rules say what is wrong with it."""

import pytest

from tests.web.console.conftest import Person
from tests.web.console.reading import PageText
from web.console.forms import Form
from web.console.lengths import read_length


@pytest.mark.parametrize(
    ("typed", "unit", "read"),
    [("", "D", None), ("1,5", "H", "PT1H30M"), ("2", "", "P2D"), ("-1", "D", "PT0S"), ("-0.5", "S", "PT0S")],
)
def test_a_number_and_its_unit_are_a_length(typed: str, unit: str, read: str | None) -> None:
    assert read_length(Form.of({"life": typed, "life.unit": unit}), "life") == read


@pytest.mark.parametrize("typed", ["often", "1e3", "--1", "-", "1.", "\u0663", "9" * 31])
def test_what_is_no_number_is_none(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        read_length(Form.of({"life": typed}), "life")


@pytest.mark.parametrize(
    ("typed", "said"), [("-1", "More than 0."), ("0", "More than 0."), ("9" * 14, "This time is too long.")]
)
def test_a_campaigns_lengths_say_what_they_may_be(marketer: Person, typed: str, said: str) -> None:
    page = PageText(marketer.fill("/console/campaigns/new", cooldown=typed, life=typed, do="save").text)
    assert {"cooldown", "life"} <= set(page.invalid)
    for field in ("cooldown", "life"):
        assert f'id="f-{field}-error">{said}</p>' in page.html
