"""The facts that a message is filled from. Only what is known is there: a template sees a missing fact as missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offers.rules.localised import end_of, money, percentage, said_in, weekday
from offers.rules.templates import one_line, says_something

LONGEST_FACT = 300
"""Characters of one fact; what is longer is cut, so that no fact takes a message over."""


@dataclass(frozen=True, slots=True)
class Bought:
    """The dearest item of a customer's last purchase, the first of those that cost the same; only the time where it has no items."""

    at: datetime
    sku: str | None = None
    category: str | None = None
    size: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    """A text a language, where the product is known."""


@dataclass(frozen=True, slots=True)
class OnSale:
    """The campaign's product."""

    title: Mapping[str, str]
    price_thousandths: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The campaign's offer, as far as texts tell of it."""

    name: str
    kind: str
    value_thousandths: int | None = None
    currency: str | None = None
    text: Mapping[str, str] = field(default_factory=dict)
    minimum_basket: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """All that one message may tell, before it is put into a language.

    `person` has name, language, size and attributes; `place` has name, address and distance_m; `device` has platform and os_version.
    """

    person: Mapping[str, Any]
    place: Mapping[str, Any]
    device: Mapping[str, Any] = field(default_factory=dict)
    bought: Bought | None = None
    product: OnSale | None = None
    offer: Given | None = None
    code: str | None = None
    """Of the coupon, where it has one."""
    ends_at: datetime | None = None
    """When the coupon ends."""


def message_facts(
    about: About, languages: list[str], local: datetime, named: Iterable[str] | None = None
) -> dict[str, Any]:
    """What a message is filled from, at a local time. `languages` are the message's own and those to fall back to, best first.

    With `named` only the families of those facts are made, and that of the place, which the default text tells of.
    """
    makers: dict[str, Callable[[], Any]] = {
        "customer": lambda: _of_customer(about.person),
        "purchase": lambda: {} if about.bought is None else _known(_of_purchase(about.bought, languages, local)),
        "place": lambda: _known(about.place),
        "product": lambda: {} if about.product is None else _known(_of_product(about.product, languages)),
        "offer": lambda: {} if about.offer is None else _known(_of_offer(about.offer, languages)),
        "coupon": lambda: _known(_of_coupon(about, languages[0], local)),
        "device": lambda: _known(_of_device(about.device)),
        "weekday": lambda: weekday(local, languages[0]),
    }
    wanted = makers if named is None else {"place", *(fact.partition(".")[0] for fact in named)}
    return {family: make() for family, make in makers.items() if family in wanted}


def _of_customer(person: Mapping[str, Any]) -> dict[str, Any]:
    name = person.get("name") or ""
    plain = {"name": name, "first_name": next(iter(name.split()), None), "language": person.get("language")}
    return {
        **_known(plain),
        "size": _known(person.get("size", {})),
        "attributes": _known(person.get("attributes", {})),
    }


def _of_coupon(about: About, language: str, local: datetime) -> dict[str, Any]:
    if about.ends_at is None:
        return {"code": about.code}
    return {"code": about.code, "expires": end_of(about.ends_at.astimezone(local.tzinfo), local, language)}


def _of_purchase(bought: Bought, languages: list[str], local: datetime) -> dict[str, Any]:
    return {
        "title": said_in(bought.title, languages),
        "category": bought.category,
        "sku": bought.sku,
        "size": bought.size,
        "days_ago": (local.date() - bought.at.astimezone(local.tzinfo).date()).days,
    }


def _of_product(product: OnSale, languages: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"title": said_in(product.title, languages)}
    if product.price_thousandths is not None and product.currency is not None:
        facts["price"] = money(product.price_thousandths, product.currency, languages[0])
    return facts


def _of_offer(offer: Given, languages: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": offer.name,
        "text": said_in(offer.text, languages),
        "minimum_basket": said_in(offer.minimum_basket, languages),
    }
    if offer.value_thousandths is not None:
        if offer.kind == "percentage":
            facts["value"] = percentage(offer.value_thousandths, languages[0])
        elif offer.currency is not None:
            facts["value"] = money(offer.value_thousandths, offer.currency, languages[0])
    return facts


def _of_device(device: Mapping[str, Any]) -> dict[str, Any]:
    """`kind` says where the message is read: in the app, or in a browser."""
    platform = device.get("platform")
    return {
        "platform": platform,
        "os_version": device.get("os_version"),
        "kind": None if platform is None else "web" if platform == "web" else "app",
    }


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What says something, on one line: a name of blanks would leave the same hole as none."""
    known = {}
    for name, value in facts.items():
        said = one_line(value)[:LONGEST_FACT] if isinstance(value, str) else value
        if said is not None and says_something(str(said)):
            known[name] = said
    return known
