"""A web shop as the desk writes it: who it is, what it signs with, and what its words mean here."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from offers.rules.hook_signatures import read_webhook_secret
from offers.rules.profile import Id
from offers.rules.values import Strict, read_duration, write_duration

Kind = Literal["standard", "shopify", "woocommerce"]
Meaning = Literal["placed", "ready", "collected", "cancelled", "refunded", "ignored"]
"""What a shop's word can mean: a step of the order; its money given back; or nothing that we want to know."""

LONGEST_KEEP = timedelta(days=7)
_SHOPIFY = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com", re.ASCII)

PREPARED = "fulfillment_orders/line_items_prepared_for_pickup"
USUAL: Mapping[str, Mapping[str, Meaning]] = {
    "standard": {},
    "shopify": {
        PREPARED: "ready",
        "cancelled": "cancelled",
        "refunded": "refunded",
        "closed": "collected",
    },
    "woocommerce": {
        "pending": "placed",
        "on-hold": "placed",
        "processing": "placed",
        "completed": "ready",
        "cancelled": "cancelled",
        "failed": "cancelled",
        "trash": "cancelled",
        "refunded": "refunded",
        "checkout-draft": "ignored",
        "draft": "ignored",
        "auto-draft": "ignored",
    },
}
"""What a shop's statuses mean where it does not say otherwise. Neither shop has one of its own for "ready for pickup" in an order."""


def normal_origin(kind: str, text: str) -> str:
    """Whom a shop says it is, however it is written: Shopify's domain, WooCommerce's address without scheme and last slash. Empty: none."""
    plain = text.strip().lower()
    try:
        at = urlsplit(plain if "://" in plain else f"//{plain}")
    except ValueError:  # half a bracket, which begins an IPv6 address
        return ""
    host = at.netloc.rpartition("@")[2]
    if kind == "shopify":
        return host.rstrip(".")
    return f"{host}{at.path}".rstrip("/")


Secret = Annotated[str, Field(min_length=1, max_length=500)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class ShopBody(Strict):
    """`PUT /v1/shops/{id}`. A secret or a token that is absent stays as it is; `api_token` null removes it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "kind": "woocommerce",
                    "name": "shop.example.nl",
                    "origin": "https://shop.example.nl/",
                    "secret": "the-webhook's-own-secret",
                    "statuses": {"ready-for-pickup": "ready", "completed": "collected"},
                    "places": {"Kalverstraat": "kalverstraat-183"},
                }
            ]
        },
    )

    kind: Kind
    name: str = Field(min_length=1, max_length=200)
    origin: str | None = Field(None, max_length=300)
    secret: Secret | None = None
    api_token: str | None = Field(None, min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$")
    statuses: dict[Word, Meaning] = Field(default={}, max_length=100)
    places: dict[Word, Id] = Field(default={}, max_length=1000)
    default_place: Id | None = None


def what_does_not_fit(body: ShopBody) -> list[tuple[str, str]]:
    """Fields that the kind of shop does not have or needs otherwise, each with what is wrong."""
    origin, wrong = normal_origin(body.kind, body.origin or ""), []
    if body.kind == "shopify" and not is_shopify_domain(origin):
        wrong.append(("origin", "must be the shop's domain at Shopify, such as example.myshopify.com"))
    if body.kind == "woocommerce" and not origin:
        wrong.append(("origin", "must be the shop's address, as WooCommerce says it in X-WC-Webhook-Source"))
    if body.kind == "standard" and body.origin:
        wrong.append(("origin", "is Shopify's and WooCommerce's; a standard shop is known by its secret"))
    if body.secret is not None and (fault := wrong_secret(body.kind, body.secret)):
        wrong.append(("secret", fault))
    if body.api_token is not None and body.kind != "shopify":
        wrong.append(("api_token", "is Shopify's alone"))
    return wrong


def wrong_secret(kind: str, secret: str) -> str | None:
    """Never repeats the value."""
    if kind == "standard":
        try:
            read_webhook_secret(secret)
        except ValueError as error:
            return str(error)
    return None


def is_shopify_domain(origin: str) -> bool:
    """Nothing else is ever called: a record of a shop must not make us call elsewhere."""
    return _SHOPIFY.fullmatch(origin) is not None


ShopId = Annotated[Id, Field(max_length=40)]
"""Short, since it begins the ids of the shop's orders and customers."""


class NewShopBody(ShopBody):
    """`POST /v1/shops`."""

    id: ShopId | None = None


class RotateBody(Strict):
    """`POST /v1/shops/{id}/rotate`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"keep_for": "PT1H"}]})

    secret: Secret | None = None
    keep_for: Annotated[
        timedelta,
        BeforeValidator(read_duration, json_schema_input_type=str),
        Field(ge=timedelta(0), le=LONGEST_KEEP),
        PlainSerializer(write_duration, return_type=str),
    ] = timedelta(hours=1)
    """How long the present secret stays good beside the new one: a shop goes on signing with it for a while."""
