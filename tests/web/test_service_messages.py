"""What customers are told of their orders, in the brand's own words: through the doors, to the phone."""

import httpx
import pytest

from offers.pickups import put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from offers.rules.order_moments import MOMENTS
from tests.offers.stories import KEYS, Town, at
from tests.web.conftest import paths_of

OWN = {
    "nl": {"title": "Klaar voor jou", "body": "Tot zo bij {{ place.name }}, code {{ order.code }}, {{ place.opening }}"}
}


def test_every_moment_is_there_with_our_words_and_the_brands(admin: httpx.Client) -> None:
    items = admin.get("/v1/service-messages").json()["items"]
    assert [one["moment"] for one in items] == list(MOMENTS)
    assert all(set(one["ours"]) == {"nl", "de", "en"} and one["texts"] == {} for one in items)
    answer = admin.put("/v1/service-messages/ready", json={"texts": OWN})
    assert (answer.status_code, answer.json()["texts"]) == (200, OWN)
    assert admin.put("/v1/service-messages/ready", json={"texts": OWN}).json() == answer.json()
    assert admin.get("/v1/service-messages").json()["items"][0] == answer.json()
    assert [admin.delete("/v1/service-messages/ready").status_code for _ in range(2)] == [204, 204]
    assert admin.get("/v1/service-messages").json()["items"][0]["texts"] == {}


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        ({}, "texts"),
        ({"nl": {"title": "Klaar"}}, "texts.nl.body"),
        ({"nl": {"title": "Klaar", "body": "{{ coupon.code }}"}}, "texts.nl.body"),
        ({"nl": {"title": "{% if x %}", "body": "Klaar"}}, "texts.nl.title"),
        ({"nl": {"title": "x" * 121, "body": "Klaar"}}, "texts.nl.title"),
        ({"nl": {"title": "Klaar", "body": "Klaar", "url": "https://x.example"}}, "texts.nl.url"),
    ],
)
def test_what_could_not_be_sent_is_refused(admin: httpx.Client, texts: object, path: str) -> None:
    answer = admin.put("/v1/service-messages/ready", json={"texts": texts})
    assert (answer.status_code, paths_of(answer)) == (422, [path])


def test_there_is_no_other_moment(admin: httpx.Client) -> None:
    assert admin.put("/v1/service-messages/birthday", json={"texts": OWN}).status_code == 404
    assert admin.delete("/v1/service-messages/birthday").status_code == 404


def test_the_brands_words_go_out_where_their_facts_are_known_and_ours_else(
    admin: httpx.Client, database: Database
) -> None:
    town = Town(database)
    town.limits(quiet_hours=None)
    town.place(opening_hours="24/7")
    town.place("leidsestraat")
    town.device(town.customer(consents=("orders",)))
    assert admin.put("/v1/service-messages/ready", json={"texts": OWN}).status_code == 200

    def told(order: str, place: str) -> tuple[str, str, str | None]:
        body = OrderBody.model_validate({"customer": "sanne", "place": place, "status": "ready"})
        item, _, follows = town.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(0)))
        town.send(follows.deliveries, now=at(1))
        [sent] = [one for one in town.deliveries() if one["order"] == order]
        return sent["title"], sent["body"].replace(item["code"], "CODE"), sent["missing"]

    assert told("A-1", "kalverstraat") == ("Klaar voor jou", "Tot zo bij Kalverstraat, code CODE, Nu open", None)
    assert told("A-2", "leidsestraat") == (
        "Je bestelling ligt klaar",
        "Je kunt bestelling A-2 ophalen bij Leidsestraat. Je code is CODE.",
        None,
    )


def test_a_step_is_said_by_its_door_and_late_or_twice_it_changes_nothing(
    admin: httpx.Client, database: Database
) -> None:
    town = Town(database)
    town.place()
    town.customer(consents=("orders",))
    body = {"customer": "sanne", "place": "kalverstraat", "number": "1001", "at": "2026-06-10T12:00:00Z"}
    made = admin.put("/v1/orders/A-1", json=body)
    assert (made.status_code, made.json()["status"], made.json()["number"]) == (201, "placed", "1001")
    assert made.json()["url"].startswith("/o/A-1/"), "no address of ours is set"
    assert admin.post("/v1/orders/A-1/ready", json={"at": "2026-06-10T11:00:00Z"}).json()["status"] == "placed"
    ready = admin.post("/v1/orders/A-1/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["ready_at"] is not None
    assert admin.post("/v1/orders/A-1/collected", json={}).json()["closed_at"] is not None
    again = [admin.post(f"/v1/orders/A-1/{step}").json() for step in ("ready", "cancelled", "collected")]
    assert {one["status"] for one in again} == {"collected"}
    assert admin.get("/v1/orders/A-1").json() == again[-1]
    assert admin.post("/v1/orders/none/ready").status_code == 404
    assert paths_of(admin.post("/v1/orders/A-1/ready", json={"when": 3})) == ["when"]
