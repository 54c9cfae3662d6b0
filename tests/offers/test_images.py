"""A message's picture: its own, else its product's, and only one that every phone may fetch."""

from typing import Any

import pytest
from pydantic import ValidationError

from offers.claiming import word_delivery
from offers.deliveries import Sent, record_outcomes
from offers.push import Outcome
from offers.rules.campaign import Message
from tests.offers.stories import Town, at, enter

OWN, OTHER = "https://cdn.shop.example/own.jpg", "https://cdn.shop.example/sneak-1.jpg"


@pytest.mark.parametrize(
    ("own", "of_product", "shown"),
    [
        (OWN, OTHER, OWN),
        (None, OTHER, OTHER),
        (None, "http://cdn.shop.example/a.jpg", None),
        (None, None, None),
        (OWN, "none", OWN),
    ],
)
def test_it_is_carried_and_written_down(town: Town, own: str | None, of_product: str | None, shown: str | None) -> None:
    store = town.place()
    more: dict[str, Any] = {}
    if of_product != "none":
        more = {"product": town.product(image=of_product)}
    town.campaign(messages={"nl": {"title": "Hoi", "body": "x", "image": own}}, **more)
    [delivery] = town.cross(enter(town.phone(), store, 5)).deliveries
    [claimed] = town.claim([delivery], now=at(6)).held
    message, words = word_delivery(claimed)
    assert message.image == shown
    sent = Sent(delivery, claimed.language, words, Outcome("sent"), message.image)
    town.write(lambda session: record_outcomes(session, "sender-1", [sent], now=at(7)))
    assert town.deliveries()[0]["image"] == shown


@pytest.mark.parametrize(
    "image",
    [
        "http://cdn.shop.example/a.jpg",
        "/a.jpg",
        "https://name@cdn.shop.example/a.jpg",
        "https://name:word@cdn.shop.example/a.jpg",
        "https://cdn.shop.example/{{ customer.name }}.jpg",
        "https://cdn.shop.example/a b.jpg",
        "https://cdn.shop.example\\@evil.example/a.jpg",
        "https:///a.jpg",
        "https://",
        "javascript:alert(1)",
        "https://cdn.shop.example/" + "a" * 2000,
    ],
)
def test_what_is_no_picture_for_everybody_is_refused_by_its_field(image: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Message.model_validate({"title": "t", "body": "b", "image": image})
    assert [one["loc"] for one in refused.value.errors()] == [("image",)]


@pytest.mark.parametrize("image", [OWN, "https://cdn.shop.example", "https://cdn.shop.example:8443/a?b=c@d&e#f"])
def test_a_picture_may_be_anywhere_under_https(image: str) -> None:
    assert Message.model_validate({"title": "t", "body": "b", "image": image}).image == image
