"""The kinds of rows that are taken in: the field that holds the id, the body of the single door, and a table's columns."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from offers.rules.place import PlaceBody
from offers.rules.poster import PosterBody
from offers.rules.product import ProductBody
from offers.rules.profile import CustomerBody, Id
from offers.rules.purchase import PurchaseBody, PurchaseId
from offers.rules.rows.csv_rows import Columns, flag, geojson, pieces, plain, several, text


@dataclass(frozen=True, slots=True)
class Kind:
    noun: str
    """As in the address of its door."""
    body: type[BaseModel]
    columns: Columns
    key_of: TypeAdapter[Any]
    key_is_in_body: bool = False
    own_key: str = ""
    """What an id begins with that is made of the row itself, where it brings none: the same row again is the same thing."""

    @property
    def key(self) -> str:
        return self.columns.key


def kinds() -> dict[str, Kind]:
    """By their nouns."""
    return {kind.noun: kind for kind in (_places(), _customers(), _products(), _purchases(), _posters())}


def _places() -> Kind:
    words = ("name", "kind", "lat", "lon", "time_zone", "address", "phone", "opening_hours")
    fence = {"role": text, "radius_m": text, "dwell_s": text, "geometry": geojson}
    columns = {
        **dict.fromkeys(words, text),
        "tags": several,
        "pickup": flag,
        "paused": flag,
        **fence,
        "geofences": geojson,
    }
    return Kind("places", PlaceBody, Columns("id", columns), TypeAdapter(Id))


def _customers() -> Kind:
    words = dict.fromkeys(("name", "phone", "language", "time_zone"), text)
    groups = {"sizes": text, "attributes": plain, "consents": flag}
    columns = Columns("id", {**words, "tags": several}, groups, deep={"consents": {"given": flag}})
    return Kind("customers", CustomerBody, columns, TypeAdapter(Id))


def _products() -> Kind:
    words = dict.fromkeys(("image", "price", "currency", "category"), text)
    columns = Columns("sku", {**words, "sizes": several}, {"title": text, "stock": pieces})
    return Kind("products", ProductBody, columns, TypeAdapter(Id))


def _purchases() -> Kind:
    words = dict.fromkeys(("customer", "place", "channel", "at", "total", "currency", "coupon"), text)
    items = dict.fromkeys(("sku", "category", "size", "quantity", "price"), text)
    return Kind(
        "purchases",
        PurchaseBody,
        Columns("purchase_id", words, items=items),
        TypeAdapter(PurchaseId),
        key_is_in_body=True,
    )


def _posters() -> Kind:
    words = ("name", "place", "lat", "lon", "campaign", "in_store", "again", "from", "until", "digital_link")
    columns = Columns("id", {**dict.fromkeys(words, text), "inside": flag}, {"then": text}, needs_key=False)
    return Kind("posters", PosterBody, columns, TypeAdapter(Id), own_key="pst_")
