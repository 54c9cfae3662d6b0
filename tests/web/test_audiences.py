"""`POST /v1/audiences/count` through the door."""

from typing import Any

import httpx
import pytest

from tests.web.conftest import paths_of

COUNT = "/v1/audiences/count"


def test_an_audience_is_counted(admin: httpx.Client) -> None:
    for customer, language in (("sanne", "nl"), ("hans", "de-AT")):
        profile = {"name": customer.capitalize(), "language": language, "consents": {"location": True, "offers": True}}
        assert admin.put(f"/v1/customers/{customer}", json=profile).status_code == 201
    answer = admin.post(COUNT, json={"audience": {"fact": "language", "is": "de"}})
    assert answer.status_code == 200
    assert answer.json() == {
        "size": 1,
        "reachable": 0,
        "consenting": 1,
        "reachable_and_consenting": 0,
        "sample": [{"customer": "hans", "name": "Hans", "language": "de-AT"}],
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "audience"),
        ({"audience": []}, "audience"),
        ({"audience": {}}, "audience"),
        ({"audience": {"fact": "shoe", "is": 1}}, "audience.fact"),
        (
            {"audience": {"all": [{"tag": "vip"}, {"any": [{"fact": "language", "is": []}]}]}},
            "audience.all[1].any[0].is",
        ),
        ({"audience": {"all": [{"not": {"inside": "nowhere"}}]}}, "audience.all[0].not"),
        ({"audience": {"any": [{"tag": "vip"}] * 101}}, "audience.any[99]"),
        ({"audience": None, "campaign": "sneakers"}, "campaign"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_tree(admin: httpx.Client, body: Any, path: str) -> None:
    answer = admin.post(COUNT, json=body)
    assert answer.status_code == 422
    assert paths_of(answer) == [path]
