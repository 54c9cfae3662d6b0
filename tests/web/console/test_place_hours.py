"""Opening hours day by day on a place's form, and the same expression at the API."""

from typing import Any

import httpx
import pytest

from tests.web.conftest import PLACE
from tests.web.console.conftest import Person
from tests.web.console.reading import PageText

PATH, URL = "/console/places/kalverstraat-102", "/v1/places/kalverstraat-102"
NIGHT = {"hours__Fr__as": "open", "hours__Fr__from": "18:00", "hours__Fr__to": "02:00"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"hours__Mo__from": "09:00", "hours__Mo__to": "18:00"}, "Mo-Fr 09:00-18:00"),
        (
            {"hours__Mo__from": "09:00", "hours__Mo__to": "12:00", "hours__Mo__from2": "13:00", "hours__Mo__to2": "18:00", "hours__PH": "1"},
            "Mo-Fr 09:00-12:00,13:00-18:00; PH off",
        ),
        ({"hours__Mo__from": "09:00", "hours__Mo__to": "18:00", **NIGHT}, "Mo-Th 09:00-18:00, Fr 18:00-02:00"),
    ],
)  # fmt: skip
def test_days_become_the_expression_and_come_back(
    marketer: Person, admin: httpx.Client, typed: dict[str, Any], said: str
) -> None:
    admin.put(URL, json=PLACE | {"opening_hours": None})
    assert marketer.fill(PATH, hours__how="week", **typed).status_code == 303
    before = admin.get(URL)
    assert before.json()["opening_hours"] == said
    assert marketer.look(PATH).sheet(PATH)["hours.Mo.from"] == "09:00"
    assert marketer.fill(PATH).status_code == 303
    assert admin.get(URL).headers["etag"] == before.headers["etag"], "shown and sent back is unchanged"


def test_a_day_that_never_ends_has_no_times(marketer: Person, admin: httpx.Client) -> None:
    admin.put(URL, json=PLACE | {"opening_hours": "24/7"})
    typed = marketer.look(PATH).sheet(PATH)
    assert (typed["hours.Mo.as"], typed["hours.Mo.from"], typed["hours.Su.as"]) == ("all", "", "same")
    assert marketer.fill(PATH, hours__Su__as="closed").status_code == 303
    assert admin.get(URL).json()["opening_hours"] == "Mo-Sa 00:00-24:00"
    assert marketer.look(PATH).sheet(PATH)["hours.Mo.as"] == "all"
    assert marketer.fill(PATH, hours__Tu__as="open", hours__Tu__from="09:00", hours__Tu__to="18:00").status_code == 303
    assert admin.get(URL).json()["opening_hours"] == "Mo 00:00-24:00; Tu 09:00-18:00; We-Sa 00:00-24:00"


@pytest.mark.parametrize("said", ["Mo,Tu,We 9:00-18:00", "Mo-Fr sunrise-sunset", "24/7", "PH off; Mo-Fr 09:00-18:00"])
def test_what_stands_there_is_unharmed(marketer: Person, admin: httpx.Client, said: str) -> None:
    admin.put(URL, json=PLACE | {"opening_hours": said})
    assert marketer.fill(PATH, name="Another").status_code == 303
    assert admin.get(URL).json()["opening_hours"] == said
    kept = "These hours say more than a table of days can" in marketer.look(PATH).text
    assert kept == (said in ("Mo-Fr sunrise-sunset", "PH off; Mo-Fr 09:00-18:00"))


def test_what_is_wrong_is_said_at_its_day(marketer: Person, admin: httpx.Client) -> None:
    admin.put(URL, json=PLACE | {"opening_hours": None})
    typed = {"hours__how": "week", "hours__Mo__from": "09:00", "hours__Mo__to": "18:00", "hours__Sa__as": "open"}
    answer = marketer.fill(PATH, **typed, hours__Sa__from="10:00")
    assert answer.status_code == 422
    page = PageText(answer.text)
    assert "Saturday : Fill in from and until" in page.text or "Saturday: Fill in from and until" in page.text
    assert "f-hours.Sa" in page.ids
    assert page.sheet(PATH)["hours.Sa.from"] == "10:00"
    assert admin.get(URL).json()["opening_hours"] is None
