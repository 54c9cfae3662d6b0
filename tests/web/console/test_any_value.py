"""Whatever is typed into whichever field or filter: a page that says so, never a fault of ours."""

import httpx
import pytest

from tests.web.conftest import PLACE
from tests.web.console.conftest import Person
from tests.web.console.test_campaigns import FILLED as CAMPAIGN_FORM
from tests.web.console.test_campaigns import NEW as NEW_CAMPAIGN
from tests.web.console.test_offers import FILLED as OFFER_FORM
from tests.web.console.test_offers import NEW as NEW_OFFER
from tests.web.console.test_places import FILLED as PLACE_FORM
from tests.web.console.test_places import NEW as NEW_PLACE

NESTED = '{"not":' * 900 + '{"fact": "language", "is": "nl"}' + "}" * 900
VALUES = (
    "",
    "1e999",
    "NaN",
    "9" * 400,
    "\u202e\u200b",
    "\ufffe\U0010ffff",
    "{% if %}",
    "[" * 50_000,
    NESTED,
    '{"type": "Polygon", "coordinates": [[[1, 1], [NaN, 1e400], [2, 2], [1, 1]]]}',
    '{"type": "FeatureCollection", "features": [{"type": "FeatureCollection", "features": [null]}]}',
    '{"all": [{"fact": "language", "is": null}]}',
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2026-03-29T02:30",
    "a" * 100_000,
    "%s%n{0}{name}",
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_any_value_in_any_field(marketer: Person, admin: httpx.Client, value: str) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/customers/sanne", json={"name": "Sanne"})
    for path, filled, also in (
        (NEW_PLACE, PLACE_FORM, ("approach__geojson", "premises__geojson", "keep", "kind")),
        (NEW_OFFER, OFFER_FORM, ("codes", "code", "kind", "text__nl")),
        (
            NEW_CAMPAIGN,
            CAMPAIGN_FORM,
            (
                "trigger__on",
                "trigger__tags",
                "audience__tree",
                "audience__join",
                "zone",
                "do",
                "copy",
                "preview",
                "offer",
                "places__find",
            ),
        ),
    ):
        sheet = marketer.look(path).sheet(path)
        for name in (*filled, *also):
            more = {"audience__use_tree": "1"} if name == "audience__tree" else {}
            answer = marketer.send(sheet, **{**filled, "id": "", name: value, **more})
            assert answer.status_code in (200, 303, 409, 422), f"{name}: {answer.status_code}"
            if answer.status_code == 303:
                there = answer.headers["location"].partition("?")[0]
                assert marketer.http.get(there).status_code == 200, name
    for path in ("/console", "/console/places", "/console/campaigns"):
        assert marketer.http.get(path).status_code == 200


@pytest.mark.parametrize("value", [*(one for one in VALUES if len(one) < 2000), "\0"], ids=str)
def test_any_value_in_any_filter(marketer: Person, value: str) -> None:
    for path in (
        "decisions",
        "deliveries",
        "customers",
        "why",
        "places",
        "campaigns",
        "campaigns/new",
        "offers",
        "sign-in",
        "",
    ):
        for name in (
            "customer",
            "campaign",
            "place",
            "since",
            "outcome",
            "state",
            "cursor",
            "q",
            "lang",
            "done",
            "copy",
            "next",
            "over",
        ):
            answer = marketer.http.get(f"/console/{path}".rstrip("/"), params={name: value})
            assert answer.status_code in (200, 404, 422), f"{path}?{name}: {answer.status_code}"
