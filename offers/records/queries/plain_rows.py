"""Rows as a page reads them: plain columns by statements that are made once, and JSON that is as it was is not decoded again.

A crowd before a poster asks for the same few rows over and over. They are read each time, so that an edit is seen with the next look; what costs
is to put a statement together, to fill objects that nobody will change, and to decode a thousand stores' stock.
"""

import json
from collections.abc import Collection
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from offers.records.tables import Campaign, DeskSettings, GeofenceVersion, Offer, Place, Product
from offers.rules.limits import Limits

SMALL = 4096
"""Characters of JSON; of longer ones fewer are remembered."""


class _Rows:
    """One table's columns, by the keys that are asked for."""

    def __init__(self, table: Any, key: Any, *, many: bool = False) -> None:
        columns = [column for column in table.__table__.c if column.key not in ("created_at", "updated_at")]
        self._names = [column.key for column in columns]
        self._json = [number for number, column in enumerate(columns) if isinstance(column.type, JSON)]
        # as text: what was decided of the same text once is known again
        shown = [cast(one, Text) if number in self._json else one for number, one in enumerate(columns)]
        asked: Any = bindparam("asked", expanding=many)
        self._wanted = select(*shown).where(key.in_(asked) if many else key == asked)

    def read(self, session: Session, asked: Any) -> list[Any]:
        if session.new or session.dirty:
            session.flush()
        return [self._plain(row) for row in session.connection().execute(self._wanted, {"asked": asked})]

    def _plain(self, row: Any) -> Any:
        values = list(row)
        for number in self._json:
            values[number] = _decoded(values[number])
        return SimpleNamespace(**dict(zip(self._names, values, strict=True)))


def _decoded(text: str | None) -> Any:
    if text is None:
        return None
    return _small(text) if len(text) <= SMALL else _large(text)


_small = lru_cache(maxsize=2000)(json.loads)
_large = lru_cache(maxsize=16)(json.loads)

_CAMPAIGN = _Rows(Campaign, Campaign.id)
_PRODUCT = _Rows(Product, Product.sku)
_OFFER = _Rows(Offer, Offer.id)
_SETTINGS = select(cast(DeskSettings.chosen, Text)).where(DeskSettings.id == 1)
_PLACES = _Rows(Place, Place.id, many=True)
_VERSION = select(GeofenceVersion.number)


def plain_campaign(session: Session, campaign_id: str) -> Any | None:
    """Nobody may change what any of these hold: others are given the same."""
    return next(iter(_CAMPAIGN.read(session, campaign_id)), None)


def plain_product(session: Session, sku: str) -> Any | None:
    return next(iter(_PRODUCT.read(session, sku)), None)


def plain_offer(session: Session, offer_id: str) -> Any | None:
    return next(iter(_OFFER.read(session, offer_id)), None)


def plain_places(session: Session, ids: Collection[str]) -> dict[str, Any]:
    return {one.id: one for one in _PLACES.read(session, sorted(ids))} if ids else {}


def limits_now(session: Session) -> Limits:
    """The desk's settings as they are now, defaults filled in."""
    chosen = session.connection().execute(_SETTINGS).scalar()
    return _limits(chosen or "{}")


@lru_cache(maxsize=16)
def _limits(chosen: str) -> Limits:
    return Limits.model_validate(json.loads(chosen))


def version_of_places(session: Session) -> int:
    """It is raised with each edit of a geofence, and each place that comes, goes or moves: commit order is version order."""
    return session.connection().execute(_VERSION).scalar() or 0
