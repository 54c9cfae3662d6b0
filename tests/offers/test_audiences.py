from typing import Any

import pytest
from pydantic import ValidationError

from offers.audiences import SAMPLE, count_audience
from offers.errors import BadInput
from offers.rules.audience_body import AudienceBody
from tests.offers.stories import NOON, Town


def _count(town: Town, tree: dict[str, Any] | None = None) -> dict[str, Any]:
    body = AudienceBody.model_validate({"audience": tree})
    return town.read(lambda session: count_audience(session, body, now=NOON))


def test_how_many_there_are_and_can_be_told(town: Town) -> None:
    town.phone("sanne")
    town.customer("silent")
    town.device("silent", push_token=None)
    town.phone("refused", consents=["location"])
    town.customer("nobodys-phone")
    town.phone("german", language="de", name=None)
    told = _count(town, {"fact": "language", "is": "nl"})
    sample = told.pop("sample")
    assert told == {"size": 4, "reachable": 2, "consenting": 3, "reachable_and_consenting": 1}
    assert sample[0] == {"customer": "nobodys-phone", "name": "Sanne de Vries", "language": "nl"}
    assert [one["customer"] for one in sample] == ["nobodys-phone", "refused", "sanne", "silent"]
    assert _count(town, {"fact": "language", "is": "de"})["sample"] == [{"customer": "german", "language": "de"}]
    assert _count(town)["size"] == 5


def test_nobody_and_a_sample_of_many(town: Town) -> None:
    assert _count(town) == {
        "size": 0,
        "reachable": 0,
        "consenting": 0,
        "reachable_and_consenting": 0,
        "sample": [],
    }
    for number in range(SAMPLE + 2):
        town.customer(f"customer-{number:02}")
    told = _count(town)
    assert (told["size"], len(told["sample"])) == (SAMPLE + 2, SAMPLE)


def test_a_place_that_is_not_there_is_named_in_the_tree(town: Town) -> None:
    town.place()
    assert _count(town, {"inside": "kalverstraat"})["size"] == 0
    with pytest.raises(BadInput) as refused:
        _count(town, {"any": [{"inside": "kalverstraat"}, {"not": {"inside": "nowhere"}}]})
    assert [(one.path, one.message) for one in refused.value.faults] == [
        ("audience.any[1].not", "there is no place 'nowhere'")
    ]


def test_what_is_no_audience_says_where() -> None:
    with pytest.raises(ValidationError, match="is not a fact"):
        AudienceBody.model_validate({"audience": {"all": [{"fact": "shoe", "is": 1}]}})
    with pytest.raises(ValidationError):
        AudienceBody.model_validate({})
