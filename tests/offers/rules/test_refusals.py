import tracemalloc

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
    assert told == [("." * 100 + "…", "is unknown")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({f"{number:04}" + "." * 1900: 1 for number in range(500)}, id="names of nothing but dots"),
        pytest.param({"sizes": {"s" * 400_000: 1}, "attributes": {"a" * 400_000: None}}, id="long names"),
        pytest.param({"tags": [None] * 190, "consents": {"c" * 900_000: 1}}, id="a long name below"),
    ],
)
def test_a_body_of_one_megabyte_is_refused_in_a_few_more(body: dict[str, object]) -> None:
    """Its names are the caller's: what is made of them must not grow with how they are written."""
    with pytest.raises(ValidationError) as refused:
        CustomerBody.model_validate(body)
    errors = refused.value.errors()
    tracemalloc.start()
    try:
        assert refusals(errors, body)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_long_name_before_many_faults_is_told_once_a_fault_and_in_short() -> None:
    name = "a" * 400_000
    errors = [{"loc": (name, number), "msg": "is wrong", "type": "value_error"} for number in range(20_000)]
    told = refusals(errors, {name: [1] * 20_000})
    assert [path for path, _ in told[:2]] == ["a" * 100 + "…[0]", "a" * 100 + "…[1]"]
