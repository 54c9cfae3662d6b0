import pytest
from pydantic import ValidationError

from offers.rules.profile import CustomerBody
from offers.rules.refusals import refusals


def test_a_hundred_thousand_faults_are_named_one_by_one() -> None:
    """Comparing each with each would take hours: this test would be ended before."""
    body = {f"field{number}": 1 for number in range(100_000)}
    with pytest.raises(ValidationError) as refused:
        CustomerBody.model_validate(body)
    assert [path for path, _ in refusals(refused.value.errors(), body)] == list(body)


def test_what_lies_within_is_named_in_the_place_of_the_whole() -> None:
    def error(*location: int | str) -> dict[str, object]:
        return {"loc": location, "msg": "is wrong", "type": "value_error"}

    value = {"a": [{"b": 1}], "ab": 1, "a.b": {"c": 1}}
    told = refusals(
        [error("a"), error("a", 0), error("a", 0, "b"), error("ab"), error("a.b"), error("a.b", "c")], value
    )
    assert [path for path, _ in told] == ["a[0].b", "ab", "a.b.c"]


def test_a_name_of_nothing_but_dots_is_named_too() -> None:
    name = "." * 900_000
    told = refusals([{"loc": (name,), "msg": "is unknown", "type": "extra_forbidden"}], {name: 1})
    assert told == [(name, "is unknown")]
