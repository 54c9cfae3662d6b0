"""A town as data becomes rows, through the same use cases as the desk's doors. Safe to run twice: everything is put by its own id."""

import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from offers.campaigns import put_campaign, step_campaign
from offers.customers import put_customer
from offers.desk_offers import put_offer
from offers.desk_settings import change_limits
from offers.errors import BadInput, Fault, NotFound
from offers.follows import Follows
from offers.pickups import get_order, put_order
from offers.places import put_place
from offers.posters import put_poster
from offers.products import put_product
from offers.records.database import Database
from offers.records.ids import new_poster_code
from offers.rules.campaign import CampaignBody
from offers.rules.coupon_codes import DIGITS, CodeKeys
from offers.rules.offer import OfferBody
from offers.rules.order import OrderBody
from offers.rules.pickup_steps import CLOSED
from offers.rules.place import PlaceBody
from offers.rules.poster import CODE_DIGITS, PosterBody, read_code
from offers.rules.product import ProductBody
from offers.rules.profile import CustomerBody
from offers.rules.values import read_duration

Body = TypeVar("Body", bound=BaseModel)


@dataclass(slots=True)
class Loaded:
    """How many of each were put, and what follows for the lanes."""

    counts: dict[str, int] = field(default_factory=dict)
    follows: Follows = field(default_factory=Follows)


def load_folder(database: Database, folder: Path, *, now: datetime) -> Loaded:
    """Put settings, places, products, offers, customers, orders, campaigns and posters of a folder, and launch the campaigns. `BadInput` names file, item and field."""
    if not folder.is_dir():
        raise BadInput.at(str(folder), "is not a folder")
    loaded = Loaded()
    keys = CodeKeys.of(secrets.token_bytes(32))  # pickup codes are written down: nobody makes them again
    puts: dict[str, Callable[[Session, dict[str, Any]], Follows]] = {
        "places.json": lambda session, raw: put_place(session, *_named(raw, PlaceBody), now=now)[2],
        "products.json": lambda session, raw: _shelved(session, raw, now),
        "offers.json": lambda session, raw: _offered(session, raw, now),
        "customers.json": lambda session, raw: put_customer(session, *_named(raw, CustomerBody), now=now)[2],
        "orders.json": lambda session, raw: _ordered(session, raw, keys, now),
        "campaigns.json": lambda session, raw: _launched(session, raw, now),
        "posters.json": lambda session, raw: _hung(session, raw, now),
    }
    found = [name for name in ("settings.json", *puts) if (folder / name).is_file()]
    if not found:
        raise BadInput.at(str(folder), f"has none of settings.json, {', '.join(puts)}")
    with database.transaction() as session:
        if "settings.json" in found:
            change_limits(session, _read(folder / "settings.json", dict))
        for name, put in puts.items():
            items = _read(folder / name, list) if name in found else []
            for number, raw in enumerate(items):
                try:
                    loaded.follows |= put(session, raw)
                except BadInput as error:
                    raise BadInput(
                        [Fault(f"{name}[{number}].{fault.path}", fault.message) for fault in error.faults]
                    ) from None
            loaded.counts[name.removesuffix(".json")] = len(items)
    return loaded


def _shelved(session: Session, raw: dict[str, Any], now: datetime) -> Follows:
    put_product(session, *_named(raw, ProductBody), now=now)
    return Follows()


def _ordered(session: Session, raw: dict[str, Any], keys: CodeKeys, now: datetime) -> Follows:
    """An order may be some time `ago`, and say what became of it `then`, one status after the other. What is closed by now stays so."""
    rest = dict(raw)
    try:
        ago, then = read_duration(rest.pop("ago", "PT0S")), rest.pop("then", [])
    except (TypeError, ValueError) as error:
        raise BadInput.at("ago", str(error)) from None
    order_id, body = _named(rest, OrderBody)
    with contextlib.suppress(NotFound):
        if get_order(session, order_id)["status"] in CLOSED:
            return Follows()
    follows = put_order(session, order_id, body, keys=keys, now=now - ago)[2]
    for status in then:
        step = _named({**rest, "status": status}, OrderBody)
        follows |= put_order(session, *step, keys=keys, now=now - ago)[2]
    return follows


def _offered(session: Session, raw: dict[str, Any], now: datetime) -> Follows:
    put_offer(session, *_named(raw, OfferBody), now=now)
    return Follows()


def _launched(session: Session, raw: dict[str, Any], now: datetime) -> Follows:
    campaign_id, body = _named(raw, CampaignBody)
    put_campaign(session, campaign_id, body, now=now)
    step_campaign(session, campaign_id, "launch", now=now)
    return Follows()


def _hung(session: Session, raw: dict[str, Any], now: datetime) -> Follows:
    """A poster may bring its `code` along, so that a demo's address is always the same; one that hangs already keeps its own."""
    rest = dict(raw)
    given = rest.pop("code", None)
    code = read_code(given) if isinstance(given, str) else None
    if given is not None and code is None:
        raise BadInput.at("code", f"is not {CODE_DIGITS} digits of {DIGITS}")
    make_code = new_poster_code if code is None else lambda: code
    put_poster(session, *_named(rest, PosterBody), now=now, make_code=make_code)
    return Follows()


def _named(raw: dict[str, Any], model: type[Body]) -> tuple[str, Body]:
    """An item's id and the rest of it as the door's own body."""
    rest = dict(raw)
    item_id = rest.pop("id", None)
    if not isinstance(item_id, str):
        raise BadInput.at("id", "is missing")
    try:
        return item_id, model.model_validate(rest)
    except ValidationError as error:
        raise BadInput.of(error) from None


def _read(path: Path, kind: type) -> Any:
    try:
        value = json.loads(path.read_text())
    except ValueError as error:
        raise BadInput.at(path.name, f"is not JSON: {error}") from None
    if not isinstance(value, kind):
        raise BadInput.at(path.name, f"must be a JSON {'list' if kind is list else 'object'}")
    return value
