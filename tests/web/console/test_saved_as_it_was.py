"""What is sent back untouched stays what it was, and what was not looked at is not written: a schedule in a doubled hour, a copy's name, codes."""

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import OFFER, Enter, Person
from tests.web.console.reading import PageText

EDIT, NEW = "/console/campaigns/sneakers/edit", "/console/campaigns/new"
CODES = "/console/offers/ten/codes"


@pytest.fixture(autouse=True)
def _place(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)


@pytest.mark.parametrize("offset", ["+02:00", "+01:00"])
def test_a_schedule_in_the_hour_that_comes_twice_stays_where_it_is(
    marketer: Person, admin: httpx.Client, offset: str
) -> None:
    """On 31 October 2027 the clocks of Amsterdam show 2:30 twice."""
    schedule = {"from": f"2027-10-31T02:30:00{offset}", "until": f"2027-10-31T02:45:00.250{offset}"}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"schedule": schedule}).raise_for_status()
    before = admin.get("/v1/campaigns/sneakers").json()
    assert marketer.fill(EDIT, do="save").status_code == 303
    after = admin.get("/v1/campaigns/sneakers").json()
    assert (after["schedule"], after["version"]) == (before["schedule"], before["version"])
    assert marketer.fill(EDIT, do="save", schedule__until="2027-10-31T05:00").status_code == 303
    moved = admin.get("/v1/campaigns/sneakers").json()
    assert moved["schedule"]["from"] == before["schedule"]["from"]
    assert moved["schedule"]["until"] != before["schedule"]["until"]
    assert marketer.fill(f"{NEW}?copy=sneakers", NEW, do="save", id="copied").status_code == 303
    assert admin.get("/v1/campaigns/copied").json()["schedule"]["from"] == before["schedule"]["from"]


@pytest.mark.parametrize(("language", "said"), [("en", "Copy of "), ("nl", "Kopie van "), ("de", "Kopie von ")])
def test_a_copy_is_called_one(enter: Enter, admin: httpx.Client, language: str, said: str) -> None:
    person = enter("marketer", language=language)
    for name, copy in (("Sneakers {0} & <b>", f"{said}Sneakers {{0}} & <b>"), ("x" * 200, (said + "x" * 200)[:200])):
        admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"name": name}).raise_for_status()
        assert person.look(f"{NEW}?copy=sneakers").sheet(NEW)["name"] == copy
    assert person.fill(f"{NEW}?copy=sneakers", NEW, do="save", id="copied").status_code == 303
    assert admin.get("/v1/campaigns/copied").json()["name"] == copy


def test_codes_that_were_not_looked_through_are_looked_through_first(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/offers/ten", json=OFFER | {"codes": "imported"})

    def left() -> int:
        return int(admin.get("/v1/offers/ten").json()["codes_left"])

    looked = PageText(marketer.fill(CODES, codes="SNEAK-1001\r\nSNEAK-1002\r\n", do="look").text)
    for other in (
        {"file": "OTHER-1001\nOTHER-1002\nOTHER-1003"},
        {"codes": "SNEAK-1001\nSNEAK-9999"},
        {"looked": None},
    ):
        answer = marketer.send(looked.sheet(CODES), do="bring", **other)
        assert (answer.status_code, left()) == (409, 0), other
        assert "another list than the one that was looked through" in answer.text
    fresh = PageText(marketer.send(looked.sheet(CODES), do="bring", file="OTHER-1001\nOTHER-1002\nOTHER-1003").text)
    assert "New 3" in fresh.text
    assert "3 codes came along" in marketer.send(fresh.sheet(CODES), do="bring").text
    assert left() == 3
    same = marketer.send(looked.sheet(CODES), do="bring", file="SNEAK-1001\rSNEAK-1002")
    assert (same.status_code, left()) == (200, 5), "the same list chosen again is the one that was looked through"
