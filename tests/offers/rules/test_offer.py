from typing import Any

import pytest
from pydantic import ValidationError

from offers.rules.offer import MOST_CODES, CodesBody, OfferBody, written_value
from offers.rules.refusals import refusals

TEN = {"name": "Ten percent", "kind": "percentage", "value": 10}
EUROS = {"name": "Five euros", "kind": "amount", "value": "5.00", "currency": "EUR"}


def _faults(body: dict[str, Any], model: type[OfferBody] | type[CodesBody] = OfferBody) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    return refusals(refused.value.errors(), body)


@pytest.mark.parametrize(
    "body",
    [
        TEN,
        TEN | {"value": 0.001},
        TEN | {"value": "100"},
        EUROS,
        {"name": "A pair of socks", "kind": "product"},
        {"name": "Socks for two euros", "kind": "product", "value": 2, "currency": "EUR"},
        {"name": "Coffee is on us", "kind": "text", "text": {"nl": "Een koffie van ons"}},
        TEN | {"codes": "shared", "code": "SUMMER-10"},
        TEN | {"codes": "shared"},
        TEN | {"budget": 0, "budget_per_place": 0, "codes": "imported", "valid_for": "P7D"},
        TEN | {"valid_until": "2026-12-31T23:59:59+01:00", "minimum_basket": {"nl": "vanaf € 50", "en": "from €50"}},
    ],
    ids=repr,
)
def test_offers_that_there_are(body: dict[str, Any]) -> None:
    assert OfferBody.model_validate(body).name == body["name"]


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        (TEN | {"valid_until": "2026-12-31T23:59:59"}, "valid_until", "timezone"),
        (TEN | {"valid_until": "tomorrow"}, "valid_until", "RFC 3339"),
        (TEN | {"minimum_basket": {"nl": ""}}, "minimum_basket.nl", "at least 1"),
        (TEN | {"minimum_basket": {"dutch": "x"}}, "minimum_basket.dutch", "language tag"),
        (TEN | {"value": None}, "value", "is missing"),
        (TEN | {"value": 0}, "value", "above 0"),
        (TEN | {"value": 100.1}, "value", "up to 100"),
        (TEN | {"value": -1}, "value", "greater than or equal to 0"),
        (TEN | {"value": "1.2345"}, "value", "3 decimal places"),
        (TEN | {"currency": "EUR"}, "currency", "has no place"),
        (EUROS | {"currency": None}, "currency", "is missing"),
        (EUROS | {"currency": "euro"}, "currency", "pattern"),
        (EUROS | {"value": 0}, "value", "above 0"),
        ({"name": "x", "kind": "product", "value": 2}, "currency", "is missing"),
        ({"name": "x", "kind": "text", "value": 2}, "value", "has no place"),
        ({"name": "x", "kind": "text", "currency": "EUR"}, "currency", "has no place"),
        (TEN | {"kind": "bogof"}, "kind", "'percentage'"),
        (TEN | {"codes": "some"}, "codes", "'generated'"),
        (TEN | {"code": "SUMMER"}, "code", "goes with codes shared"),
        (TEN | {"codes": "shared", "code": "S M"}, "code", "is not a code"),
        (TEN | {"codes": "shared", "code": "a-b.c"}, "code", "fewer than 4"),
        (TEN | {"budget": -1}, "budget", "greater than or equal to 0"),
        (TEN | {"budget_per_place": 2.5}, "budget_per_place", "integer"),
        (TEN | {"valid_for": "7 days"}, "valid_for", "ISO 8601"),
        (TEN | {"text": {"Dutch language": "x"}}, "text.Dutch language", "language tag"),
        (TEN | {"text": {"nl": ""}}, "text.nl", "at least 1"),
        (TEN | {"name": ""}, "name", "at least 1"),
        (TEN | {"price": 1}, "price", "not permitted"),
    ],
    ids=repr,
)
def test_what_is_wrong_is_named(body: dict[str, Any], path: str, message: str) -> None:
    [(found, said)] = _faults(body)
    assert found == path
    assert message in said


def test_codes_are_taken_in_portions_and_each_bad_one_is_named() -> None:
    assert len(CodesBody(codes=[f"CODE-{number}" for number in range(MOST_CODES)]).codes) == MOST_CODES
    assert [
        path for path, _ in _faults({"codes": ["x" * 65, "GOOD-1", "with blank", "-abcd", "abcd/"]}, CodesBody)
    ] == [
        "codes[0]",
        "codes[2]",
        "codes[3]",
        "codes[4]",
    ]
    assert _faults({"codes": []}, CodesBody)
    assert _faults({"codes": ["CODE"] * (MOST_CODES + 1)}, CodesBody)


@pytest.mark.parametrize(
    ("kind", "thousandths", "written"),
    [("percentage", 10_000, 10), ("percentage", 12_500, 12.5), ("amount", 5000, "5.00"), ("text", None, None)],
)
def test_a_value_is_written_as_what_it_is(kind: str, thousandths: int | None, written: Any) -> None:
    value = written_value(kind, thousandths)
    assert value == written
    assert type(value) is type(written)
