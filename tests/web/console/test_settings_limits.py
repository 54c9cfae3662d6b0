"""The limits over all campaigns as a form: what is typed is what /v1/settings says, and two people are told of each other."""

import httpx
import pytest

from offers.rules.limits import Limits
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter

WHERE = "/console/settings/limits"
DEFAULTS = Limits().model_dump(mode="json")


def test_the_form_as_it_stands_changes_nothing(enter: Enter, admin: httpx.Client) -> None:
    boss = enter("admin")
    assert boss.fill(WHERE).headers["location"] == f"{WHERE}?done=set_limits_saved"
    assert admin.get("/v1/settings").json() == DEFAULTS
    assert "changed settings" not in boss.look("/console/settings/deeds").text


def test_what_is_typed_is_what_the_api_says(enter: Enter, admin: httpx.Client) -> None:
    boss = enter("admin")
    values = {"cap__messages": "2", "cap__window": "7", "cap__window__unit": "D", "quiet__from": "22:30"}
    values |= {"message_life": "1,5", "message_life__unit": "H", "abandoned_after": "", "delivery_rate": "50"}
    assert boss.fill(WHERE, **values).status_code == 303
    assert admin.get("/v1/settings").json() == DEFAULTS | {
        "frequency_cap": {"messages": 2, "window": "P7D"},
        "quiet_hours": {"from": "22:30", "until": "08:00"},
        "message_life": "PT1H30M",
        "abandoned_after": None,
        "delivery_rate": 50,
    }
    assert "admin@shop.example changed settings" in boss.look("/console/settings/deeds").text
    assert boss.fill(WHERE, cap__messages="", cap__window="", quiet__from="", quiet__until="").status_code == 303
    now = admin.get("/v1/settings").json()
    assert (now["frequency_cap"], now["quiet_hours"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("cap.messages", "0"),
        ("cap.messages", "many"),
        ("cap.window", "x"),
        ("quiet.until", "25:99"),
        ("hold_out_percent", "101"),
        ("hold_out_percent", ""),
        ("default_language", "klingon language"),
        ("message_life", "-1"),
        ("message_life", ""),
        ("abandoned_after", "9999999"),
        ("approach_reach_m", "20001"),
        ("delivery_rate", "0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(enter: Enter, admin: httpx.Client, field: str, typed: str) -> None:
    answer = enter("admin").fill(
        WHERE, **{field.replace(".", "__"): typed, "approach_reach_m": "17"} | {field.replace(".", "__"): typed}
    )
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert admin.get("/v1/settings").json() == DEFAULTS


@pytest.mark.parametrize("field", ["cap.window", "message_life", "abandoned_after", "uncollected_after"])
@pytest.mark.parametrize(("typed", "said"), [("-1", "More than 0."), ("0", "More than 0."), ("9" * 12, "too long")])
def test_a_length_that_is_none_says_what_it_may_be(enter: Enter, field: str, typed: str, said: str) -> None:
    answer = enter("admin").fill(WHERE, **{field.replace(".", "__"): typed})
    told = answer.text.partition(f'id="f-{field}-error">')[2].partition("</p>")[0]
    assert said in told
    assert "not a number" not in told


def test_two_people_are_told_of_each_other(enter: Enter, admin: httpx.Client) -> None:
    boss, other = enter("admin"), enter("admin", "other@shop.example")
    late = other.look(WHERE).sheet(WHERE)
    assert boss.fill(WHERE, hold_out_percent="10").status_code == 303
    answer = other.send(late, hold_out_percent="20")
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert 'value="20"' in answer.text
    assert admin.get("/v1/settings").json()["hold_out_percent"] == 10


def test_a_marketer_looks_and_changes_nothing(enter: Enter, admin: httpx.Client) -> None:
    marketer = enter("marketer")
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    assert f'href="{WHERE}"' in marketer.look("/console/campaigns/sneakers").html, (
        "the rail has settings for admins alone"
    )
    assert f'href="{WHERE}"' not in enter("viewer").look("/console/campaigns/sneakers").html
    page = marketer.look(WHERE)
    assert "Only an admin changes these." in page.text
    assert marketer.send(page.sheet(WHERE), hold_out_percent="50").status_code == 403
    assert admin.get("/v1/settings").json() == DEFAULTS
