"""Web shops as the desk writes them: who they are, what they sign with, and what their words mean here. Secrets go in and never come out."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.records.ids import new_id
from offers.records.queries import places as place_queries
from offers.records.queries import shops as queries
from offers.records.queries.adding import added
from offers.records.tables import Shop
from offers.rules.edit import Check, anyway
from offers.rules.hook_signatures import NOBODYS_SECRET, read_webhook_secret
from offers.rules.shop import NewShopBody, RotateBody, ShopBody, normal_origin, what_does_not_fit, wrong_secret
from offers.rules.shop_sealing import ShopKeys, seal, unseal

Item = dict[str, Any]
MOST_TRIED = 50
"""Shops whose secrets one signature is held against."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """A shop that may have signed, with the keys that are good at this moment."""

    shop_id: str
    keys: tuple[bytes, ...] = field(repr=False)


NOBODY = Signer("", (NOBODYS_SECRET,))
"""In the place of a shop that is not there: a wrong signature takes as long as one of nobody."""


def add_shop(session: Session, body: NewShopBody, *, keys: ShopKeys, now: datetime) -> Item:
    """A new one. `secret` is in the answer once, where it was made here."""
    shop_id = body.id or new_id("shp")

    def is_new(there: Mapping[str, Any] | None) -> None:
        if there is not None:
            raise Conflict("There is a shop with this id.", [Fault("id", "is another shop's")])

    item, made, _ = put_shop(session, shop_id, body, keys=keys, now=now, check=is_new)
    return {**item, **made}


def put_shop(
    session: Session, shop_id: str, body: ShopBody, *, keys: ShopKeys, now: datetime, check: Check = anyway
) -> tuple[Item, Item, bool]:
    """Create or replace: the shop; what no edit is made from, with `secret` where one was made here; and whether it is new. Its kind stays what it was."""
    shop = queries.shop_locked(session, shop_id)
    check(None if shop is None else shop_item(shop))
    _refuse_what_does_not_fit(session, body)
    wanted = _columns(body)
    if shop is None:
        secret, made = _first_secret(body)
        new = Shop(
            id=shop_id,
            kind=body.kind,
            **wanted,
            secret=seal(keys, secret.encode(), shop_id, "secret"),
            api_token=_sealed_token(keys, shop_id, body),
            created_at=now,
            updated_at=now,
        )
        if not added(session, new):
            return put_shop(session, shop_id, body, keys=keys, now=now, check=check)
        return shop_item(new), heard_of(new) | made, True
    if shop.kind != body.kind:
        raise Conflict("A shop stays of its kind; make another.", [Fault("kind", f"is {shop.kind}")])
    for name, value in wanted.items():
        setattr(shop, name, value)
    if body.secret is not None and _opened(keys, shop, "secret") != body.secret.encode():
        shop.secret, shop.old_secret, shop.old_until = seal(keys, body.secret.encode(), shop_id, "secret"), None, None
    if "api_token" in body.model_fields_set:
        token = _sealed_token(keys, shop_id, body)
        if token != shop.api_token:
            shop.api_token = token
    if session.is_modified(shop):
        shop.updated_at = now
    session.flush()
    return shop_item(shop), heard_of(shop), False


def _refuse_what_does_not_fit(session: Session, body: ShopBody) -> None:
    faults = [Fault(*one) for one in what_does_not_fit(body)]
    named = {f"places.{theirs}": ours for theirs, ours in body.places.items()}
    if body.default_place is not None:
        named["default_place"] = body.default_place
    there = {one for one in set(named.values()) if place_queries.place_by_id(session, one) is not None}
    faults += [Fault(path, f"there is no place {ours!r}") for path, ours in named.items() if ours not in there]
    if faults:
        raise BadInput(faults)


def _columns(body: ShopBody) -> Item:
    return {
        "name": body.name,
        "origin": normal_origin(body.kind, body.origin) if body.origin else None,
        "statuses": dict(body.statuses),
        "places": dict(body.places),
        "default_place": body.default_place,
    }


def _first_secret(body: ShopBody) -> tuple[str, Item]:
    if body.secret is not None:
        return body.secret, {}
    if body.kind != "standard":
        raise BadInput.at("secret", "is needed: what the shop signs its webhooks with")
    secret = new_secret()
    return secret, {"secret": secret}


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _sealed_token(keys: ShopKeys, shop_id: str, body: ShopBody) -> str | None:
    return None if body.api_token is None else seal(keys, body.api_token.encode(), shop_id, "api_token")


def rotate(
    session: Session, shop_id: str, body: RotateBody, *, keys: ShopKeys, now: datetime, check: Check = anyway
) -> Item:
    """A new secret; the present one stays good for `keep_for`. `secret` is in the answer once, where it was made here."""
    shop = queries.shop_locked(session, shop_id)
    if shop is None:
        raise NotFound("shop")
    check(shop_item(shop))
    if body.secret is None and shop.kind != "standard":
        raise BadInput.at("secret", "is needed: the shop makes its own")
    if body.secret is not None and (fault := wrong_secret(shop.kind, body.secret)):
        raise BadInput.at("secret", fault)
    secret = body.secret or new_secret()
    before = _opened(keys, shop, "secret")
    kept = before is not None and bool(body.keep_for)
    shop.old_secret = seal(keys, before, shop_id, "old_secret") if kept and before else None
    shop.old_until = now + body.keep_for if kept else None
    shop.secret, shop.updated_at = seal(keys, secret.encode(), shop_id, "secret"), now
    session.flush()
    return {**shop_item(shop), **({} if body.secret else {"secret": secret})}


def get_shop(session: Session, shop_id: str) -> tuple[Item, Item]:
    """The shop, and what no edit is made from."""
    shop = queries.shop_by_id(session, shop_id)
    if shop is None:
        raise NotFound("shop")
    return shop_item(shop), heard_of(shop)


def list_shops(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[Item], str | None]:
    rows = queries.all_shops(session, after, limit + 1)
    return [shop_item(row) | heard_of(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def delete_shop(session: Session, shop_id: str, *, check: Check = anyway) -> None:
    """Its events go with it, its orders stay."""
    shop = queries.shop_locked(session, shop_id)
    if shop is None:
        raise NotFound("shop")
    check(shop_item(shop))
    session.delete(shop)
    session.flush()


def signers(
    session: Session, kind: str, *, origin: str | None = None, shop_id: str | None = None, keys: ShopKeys, now: datetime
) -> list[Signer]:
    """Who may have signed a hook that says it is from `origin`, or that names a shop; never nobody."""
    if shop_id is not None:
        one = queries.shop_by_id(session, shop_id)
        rows = [one] if one is not None and one.kind == kind and origin in (None, one.origin) else []
    else:
        rows = list(queries.shops_that_say(session, kind, origin, MOST_TRIED))
    return [_signer(row, keys, now) for row in rows] or [NOBODY]


def _signer(shop: Shop, keys: ShopKeys, now: datetime) -> Signer:
    """A secret that was sealed under another secret key is as good as none."""
    told = [_opened(keys, shop, "secret")]
    if shop.old_until is not None and now < shop.old_until:
        told.append(_opened(keys, shop, "old_secret"))
    good = tuple(_key(shop.kind, one) for one in told if one)
    return Signer(shop.id, good) if good else NOBODY


def _key(kind: str, secret: bytes) -> bytes:
    return read_webhook_secret(secret.decode()) if kind == "standard" else secret


def _opened(keys: ShopKeys, shop: Shop, column: str) -> bytes | None:
    sealed: str | None = getattr(shop, column)
    return None if sealed is None else unseal(keys, sealed, shop.id, column)


def shop_item(row: Shop) -> Item:
    """Never a secret, nor a part of one: only whether there is one."""
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "origin": row.origin,
        "has_secret": bool(row.secret),
        "old_secret_until": row.old_until,
        "has_api_token": row.api_token is not None,
        "statuses": row.statuses,
        "places": row.places,
        "default_place": row.default_place,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def heard_of(row: Shop) -> Item:
    """When it was last heard, which no edit is made from."""
    return {"heard_at": row.heard_at}
