"""The first steps: from an empty system to a message that was decided and sent, each step resumed from what there is."""

import httpx
import pytest

from offers.records.database import Database
from offers.records.queries.users import user_by_email
from tests.web.conftest import CAMPAIGN, PLACE, Clock
from tests.web.console.conftest import Enter, Person, Town
from tests.web.console.reading import PageText

POINT = {"name": "Dam 1", "lat": "52.3702516, 4.8906199", "time_zone": "Europe/Amsterdam"}
START = "/console/start"


def heading(person: Person, path: str = START) -> str:
    return person.look(path).html.partition('<h2 id="step">')[2].partition("</h2>")[0]


def make_place(person: Person) -> None:
    assert person.fill(START, f"{START}/place", **POINT).headers["location"] == f"{START}?done=place_saved"


def take_device(person: Person) -> None:
    done = person.fill(START, f"{START}/device", how="play", agree="1")
    assert done.headers["location"] == f"{START}?done=start_device_there"


def write_and_launch(person: Person, **words: str) -> None:
    done = person.fill(START, f"{START}/message", **words)
    assert done.headers["location"] == f"{START}?step=launch&done=start_message_saved"
    done = person.fill(f"{START}?step=launch", f"{START}/launch")
    assert done.headers["location"] == f"{START}?step=walk&done=did_launch"


def walk(person: Person) -> str:
    return str(person.fill(START, f"{START}/walk").headers["location"])


def test_from_nothing_to_a_message_that_was_sent(marketer: Person, town: Town, admin: httpx.Client) -> None:
    assert heading(marketer) == "Make a place"
    make_place(marketer)
    assert heading(marketer) == "Take a device"
    take_device(marketer)
    assert heading(marketer) == "Write a message"
    write_and_launch(marketer, title="Hello you")
    assert heading(marketer) == "Send yourself a push"
    back = walk(marketer)
    waiting = marketer.look(back)
    assert "It is being decided" in waiting.text
    assert "data-again" in waiting.html
    town.work()
    told = marketer.look(back)
    assert "Hello you" in told.text
    assert "Good that you are at Dam 1." in told.text
    assert "It was sent." in told.text
    assert "data-again" not in told.html
    (sent,) = admin.get("/v1/deliveries").json()["items"]
    assert (sent["state"], sent["kind"], sent["title"]) == ("sent", "offer", "Hello you")


def test_a_refused_place_has_pasted_coordinates_in_their_two_fields(marketer: Person) -> None:
    answer = marketer.fill(START, f"{START}/place", **POINT | {"name": ""})
    assert answer.status_code == 422
    sheet = PageText(answer.text).sheet(f"{START}/place")
    assert (sheet["lat"], sheet["lon"]) == ("52.3702516", "4.8906199")


def test_what_was_agreed_here_is_told_as_agreed_here(marketer: Person, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    (me,) = admin.get("/v1/customers").json()["items"]
    told = marketer.look(f"/console/customers/{me['id']}").text
    assert "given in the console" in told
    assert "by the shop's own system" not in told


def test_each_walk_is_a_visit_of_its_own(marketer: Person, town: Town, clock: Clock, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    for many in (1, 2, 3):
        clock.at += 30
        back = walk(marketer)
        assert "It is being decided" in marketer.look(back).text, "what came before is not told as this walk's"
        town.work()
        assert "It is being decided" not in marketer.look(back).text
        assert len(admin.get("/v1/deliveries").json()["items"]) == many


def test_each_walk_keeps_what_came_of_it(marketer: Person, town: Town, clock: Clock, admin: httpx.Client) -> None:
    """An older walk's address told the newest refusal beside its own message."""
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer, title="Hello you")
    clock.at += 0.0006  # what is rounded up is after what it came from
    sent = walk(marketer)
    town.work()
    assert "Hello you" in marketer.look(START).text, "it stays there, where one sees it"
    assert admin.patch("/v1/settings", json={"quiet_hours": {"from": "00:00", "until": "23:59"}}).status_code == 200
    clock.at += 30
    refused = walk(marketer)
    town.work()
    told = {walked: marketer.look(walked).text for walked in (sent, refused)}
    assert "Hello you" in told[sent]
    assert "quiet hours" not in told[sent]
    assert "It was sent." in told[sent]
    assert "quiet hours" in told[refused]
    assert "Hello you" not in told[refused]
    assert "It was sent." not in told[refused]


def test_a_message_that_gives_way_says_which_one_came(marketer: Person, town: Town, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer, title="Hello you")
    words = {"en": {"title": "Autumn sneakers", "body": "They are in."}}
    other = CAMPAIGN | {"name": "Autumn", "priority": 90, "messages": words, "trigger": {"on": "enter"}}
    assert admin.put("/v1/campaigns/autumn", json=other).status_code == 201
    assert admin.post("/v1/campaigns/autumn/launch").status_code == 200
    back = walk(marketer)
    waiting = marketer.look(back).text
    assert "It is being decided" in waiting
    assert "seen at no place" not in waiting, "they have just walked in"
    town.work()
    told = marketer.look(back)
    assert "another came first" in told.text
    assert "Another campaign (Autumn) had the same moment" in told.text
    assert "Autumn sneakers" in told.text, "this is what rang"
    assert "It was sent." not in told.text
    assert "data-again" not in told.html


def test_a_no_is_told_with_its_reason(marketer: Person, town: Town, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    assert admin.patch("/v1/settings", json={"quiet_hours": {"from": "00:00", "until": "23:59"}}).status_code == 200
    back = walk(marketer)
    town.work()
    told = marketer.look(back)
    assert "quiet hours" in told.text
    assert "data-again" not in told.html
    assert "It was sent." not in told.text


def test_a_queue_that_stands_still_is_said(marketer: Person) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    assert "Nothing moves at the moment" in marketer.look(walk(marketer)).text


def test_it_goes_to_nobody_else(
    marketer: Person, town: Town, admin: httpx.Client, register: object, clock: Clock
) -> None:
    """On a system that is in use, the first message of somebody new reaches no customer."""
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    device = register("sanne")  # type: ignore[operator]
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    headers = {"authorization": f"Bearer {device['token']}"}
    assert admin.post("/v1/pings", json=ping, headers=headers).status_code == 202
    town.work()
    assert admin.get("/v1/decisions").json()["items"][0]["outcome"] == "not_in_audience"
    assert admin.get("/v1/deliveries").json()["items"] == []


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(marketer: Person, admin: httpx.Client) -> None:
    wrong = marketer.fill(START, f"{START}/place", name="Dam 1", lat="ninety", lon="4.9", time_zone="Mars/Base")
    assert wrong.status_code == 422
    assert 'value="ninety"' in wrong.text
    assert 'id="f-lat-error"' in wrong.text
    assert 'id="f-time_zone-error"' in wrong.text
    assert admin.get("/v1/places").json()["items"] == []
    make_place(marketer)
    refused = marketer.fill(START, f"{START}/device", how="play")
    assert refused.status_code == 422
    assert "Without your consent nothing is sent" in refused.text
    assert admin.get("/v1/customers").json()["items"] == []
    take_device(marketer)
    bad = marketer.fill(START, f"{START}/message", title="{{ nothing.of.this }}", body="kept")
    assert bad.status_code == 422
    assert 'id="f-title-error"' in bad.text
    assert "kept</textarea>" in bad.text
    assert admin.get("/v1/campaigns").json()["items"] == []


@pytest.mark.parametrize("step", ["device", "message", "launch", "walk"])
def test_a_step_that_is_not_yet_possible_leads_to_the_one_that_is(marketer: Person, step: str) -> None:
    assert heading(marketer, f"{START}?step={step}") == "Make a place"
    sheet = marketer.look(START).sheet(f"{START}/place")
    answer = marketer.post(f"{START}/{step}", {"token": sheet["token"], "agree": "1", "how": "browser"})
    assert answer.status_code in (303, 422)


def test_two_people_start_each_for_themselves(enter: Enter, marketer: Person, town: Town) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    other = enter("admin", "other@shop.example")
    assert heading(other) == "Take a device"
    take_device(other)
    write_and_launch(other)
    back = walk(other)
    town.work()
    assert "It was sent." in other.look(back).text
    assert "It was sent." not in marketer.look(START).text


def test_a_message_that_has_ended_makes_room_for_another(marketer: Person, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    (first,) = admin.get("/v1/campaigns").json()["items"]
    assert admin.post(f"/v1/campaigns/{first['id']}/end").status_code == 200
    assert heading(marketer) == "Write a message"
    write_and_launch(marketer)
    assert sorted(one["status"] for one in admin.get("/v1/campaigns").json()["items"]) == ["ended", "live"]


def test_somebody_elses_change_is_not_written_over(marketer: Person, admin: httpx.Client) -> None:
    make_place(marketer)
    take_device(marketer)
    sheet = marketer.look(START).sheet(f"{START}/message")
    marketer.send(sheet)
    answer = marketer.send(sheet, title="Older")
    assert answer.status_code == 409
    (one,) = admin.get("/v1/campaigns").json()["items"]
    assert one["messages"]["en"]["title"] == "Welcome"


def test_what_was_done_is_in_the_log(marketer: Person, enter: Enter, town: Town) -> None:
    make_place(marketer)
    take_device(marketer)
    write_and_launch(marketer)
    walk(marketer)
    log = enter("admin").look("/console/users").text
    for deed in ("created place Dam 1", "created device", "launched campaign", "walked into place Dam 1"):
        assert deed in log, deed
    assert "52.37" not in log


def test_a_phone_of_ones_own_is_told_how(marketer: Person, admin: httpx.Client) -> None:
    make_place(marketer)
    done = marketer.fill(START, f"{START}/device", how="phone", agree="1")
    page = marketer.look(done.headers["location"])
    (customer,) = admin.get("/v1/customers").json()["items"]
    assert f'"customer": "{customer["id"]}"' in page.text
    assert "$KEY" in page.text
    body = {"customer": customer["id"], "platform": "android", "push_token": "mine"}
    assert admin.post("/v1/devices", json=body).status_code == 201
    assert heading(marketer) == "Write a message"


def test_home_leads_there_and_so_it_does_later(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    assert marketer.look("/console").links["First steps"] == START
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    assert marketer.look("/console").links["First steps"] == START
    assert "First steps" not in enter("viewer").look("/console").links


def test_a_name_that_is_longer_than_a_customers_may_be_stops_nobody(
    marketer: Person, admin: httpx.Client, database: Database
) -> None:
    """Users of before had names without an end."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    with database.transaction() as session:
        user = user_by_email(session, marketer.email)
        assert user is not None
        user.name = "n" * 300
    assert marketer.fill(START, f"{START}/device", how="phone", agree="1").status_code == 303
