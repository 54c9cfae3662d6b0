"""Two people's town, and everybody who may knock at its doors: what each sends to be let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from offers import customers, devices, keys, pickups, posters, products, purchases, shop_events, shops, users
from offers.devices import Registered
from offers.records.database import Database
from offers.records.tables import Poster, ServerKey
from offers.rules.order import OrderBody
from offers.rules.poster import PosterBody
from offers.rules.product import ProductBody
from offers.rules.profile import DeviceBody
from offers.rules.purchase import PurchaseBody
from offers.rules.shop import ShopBody
from offers.rules.shop_sealing import ShopKeys
from tests.conftest import NOON
from tests.offers.asking import ask, poster
from tests.offers.stories import KEYS as CODE_KEYS
from tests.offers.stories import LAT, LON, Town, at, dwell, enter, leave
from web import examples
from web.tokens import Tokens

SHOP_KEYS = ShopKeys.of(b"only for tests, but long enough for it")
SOMEBODY = "sanne"
SOMEBODY_ELSE = "piet"
STORE = "kalverstraat"

KEYS = ("publishable", "admin", "read", "orders", "till")
USERS = users.ROLES
OWN = f"{SOMEBODY}'s phone"
FOREIGN = (f"{SOMEBODY}'s other phone", f"{SOMEBODY_ELSE}'s phone")
NO_DEVICE = ("expired token", "revoked device", "erased customer's device", "token of another secret")
NOBODY = ("nobody", "garbage", "revoked key", "basic password", *(f"console {role}" for role in USERS))
CALLERS = (*NOBODY, *KEYS, OWN, *FOREIGN, "positions only", *NO_DEVICE)


@dataclass
class Knocking:
    """Everybody's headers, by the name of the caller, and the ids that the town's addresses are filled with."""

    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh tokens, by the same names."""
    blocked: tuple[str, ...] = ()
    """Devices that the lanes refuse."""


def found(database: Database, tokens: Tokens, strange: Tokens) -> Knocking:
    """Fill a database with the town. `strange` signs under another secret."""
    town, knocking = Town(database), Knocking()
    fence = town.place(STORE)
    town.offer("ten-percent", codes="none")  # so that a coupon is redeemed by its id, whatever the server's secret
    town.offer("unused", imported=["SPRING-2026"])
    town.campaign("sneakers", offer="ten-percent")
    town.campaign("draft", live=False)
    town.campaign("scanned", "scan", live=False)
    window = PosterBody.model_validate({"place": STORE, "campaign": "scanned"})
    town.write(lambda session: posters.put_poster(session, "window", window, now=NOON))
    town.write(lambda session: session.add(_poster()))
    town.write(lambda session: products.put_product(session, "SNEAK-1", product(), now=NOON))
    for role in KEYS:
        knocking.headers[role] = _bearer(town.write(partial(keys.create_key, role=role, now=NOON)))
    for customer in (SOMEBODY, SOMEBODY_ELSE):
        _live(town, fence, customer, knocking, tokens)
    other = _register(town, SOMEBODY)
    knocking.headers[f"{SOMEBODY}'s other phone"] = _token(tokens, other.device_id)
    _add_who_may_not(town, knocking, tokens, strange)
    knocking.ids |= {"offer_id": "ten-percent", "code": town.coupons()[0].id, "geofence_id": fence}
    poster(town)
    knocking.ids["conversation_id"] = ask(town)
    knocking.ids |= {"place_id": STORE, "customer_id": SOMEBODY, "campaign_id": "sneakers", "sku": "SNEAK-1"}
    knocking.ids["poster_id"] = "window"
    knocking.ids |= {"shop_id": "web", "event_id": told_by_a_shop(town)}
    used = update(ServerKey).values(used_at=NOON)  # lately: that a key is used stands apart from what a request changes
    town.write(lambda session: session.execute(used))
    return knocking


def told_by_a_shop(town: Town) -> str:
    """A shop, one that was never heard, and an event of the first; its id."""
    body = ShopBody.model_validate({"kind": "standard", "name": "Web shop"})
    for one in ("web", "unused"):
        town.write(partial(shops.put_shop, shop_id=one, body=body, keys=SHOP_KEYS, now=NOON))
    heard = shop_events.Heard("msg_1", "order", NOON, b"{}")
    taken = town.write(partial(shop_events.take_in, shop_id="web", heard=heard, keys=SHOP_KEYS, now=NOON))
    assert taken.event_id is not None
    return taken.event_id


def _live(town: Town, fence: str, customer: str, knocking: Knocking, tokens: Tokens) -> None:
    """A visit with its message, an order and a purchase."""
    town.customer(customer, consents=("location", "offers", "orders"), name=customer.capitalize())
    phone = _register(town, customer)
    sent = town.cross(enter(phone.device_id, fence, 5)).deliveries
    assert town.send(sent, now=at(6)), "the message left, and its coupon is issued"
    town.cross(dwell(phone.device_id, fence, 7), leave(phone.device_id, fence, 9))
    town.write(
        lambda session: pickups.put_order(session, f"order-{customer}", order(customer), keys=CODE_KEYS, now=NOON)
    )
    town.write(
        lambda session: purchases.record_purchase(
            session, purchase(f"receipt-{customer}", customer), keys=CODE_KEYS, now=NOON
        )
    )
    name = f"{customer}'s phone"
    knocking.headers[name] = _token(tokens, phone.device_id)
    knocking.refresh[name] = phone.refresh_token or ""
    if customer == SOMEBODY:
        knocking.ids |= {"device_id": phone.device_id, "device": phone.device_id, "delivery_id": sent[0]}
        knocking.ids["order_id"] = f"order-{customer}"
    else:
        knocking.ids["reached_id"] = phone.device_id


def _add_who_may_not(town: Town, knocking: Knocking, tokens: Tokens, strange: Tokens) -> None:
    headers, device_id = knocking.headers, knocking.ids["device_id"]
    headers |= {"nobody": {}, "garbage": _bearer("sk_garbage"), "basic password": {"Authorization": "Basic eDp5"}}
    headers["expired token"] = _bearer(tokens.issue(device_id, positions_only=False, now=0)[0])
    headers["token of another secret"] = _token(strange, device_id)
    watch = _register(town, SOMEBODY, positions_only=True)
    token, _ = tokens.issue(watch.device_id, positions_only=True, now=NOON.timestamp())
    headers["positions only"] = _bearer(token)

    revoked, erased = _register(town, SOMEBODY), _register(town, "gone")
    anonymous = _register(town, None)
    knocking.ids["anonymous_id"] = anonymous.device_id
    for name, one in (("revoked device", revoked), ("erased customer's device", erased)):
        headers[name], knocking.refresh[name] = _token(tokens, one.device_id), one.refresh_token or ""
    town.write(lambda session: devices.revoke_device(session, revoked.device_id, now=NOON))
    town.write(lambda session: customers.erase_customer(session, "gone", now=NOON))
    knocking.blocked = (revoked.device_id, erased.device_id)

    key = town.write(lambda session: keys.make_key(session, "admin", now=NOON))
    town.write(lambda session: keys.revoke_key(session, key.id, now=NOON))
    headers["revoked key"] = _bearer(key.secret)
    knocking.ids["key_id"] = town.write(lambda session: keys.make_key(session, "till", now=NOON)).id
    for role in USERS:
        secret = town.write(partial(_sign_in, role=role))
        headers[f"console {role}"] = {"Cookie": f"passerby={secret}"}


def _poster() -> Poster:
    return Poster(
        id="centraal", code="K7M49XQT2R", lat=LAT, lon=LON, inside=False, scanned=0, created_at=NOON, updated_at=NOON
    )


def _sign_in(session: Session, role: str) -> str:
    users.create_user(session, f"{role}@shop.example", role, now=NOON)
    credential = users.credential_of(session, f"{role}@shop.example")
    assert credential is not None
    secret = users.open_session(session, credential, now=NOON)
    assert secret is not None
    return secret


def _register(town: Town, customer: str | None, **more: Any) -> Registered:
    body = {"customer": customer, "platform": "android", "push_token": None, **more}
    if customer and not more:
        body["push_token"] = f"push-{customer}"
    made = DeviceBody.model_validate(body)
    return town.write(lambda session: devices.register_device(session, made, trusted=True, now=NOON))


def _bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def _token(tokens: Tokens, device_id: str) -> dict[str, str]:
    return _bearer(tokens.issue(device_id, positions_only=False, now=NOON.timestamp())[0])


def order(customer: str) -> OrderBody:
    return OrderBody.model_validate({"customer": customer, "place": STORE, "items": [], "status": "ready"})


def product() -> ProductBody:
    return ProductBody.model_validate(in_fields(examples.PRODUCT, ProductBody) | {"stock": {STORE: 3}})


def purchase(purchase_id: str, customer: str) -> PurchaseBody:
    own = {"purchase_id": purchase_id, "customer": customer, "place": STORE}
    return PurchaseBody.model_validate(in_fields(examples.PURCHASE, PurchaseBody) | own)


def in_fields(example: Mapping[str, Any], model: Any) -> dict[str, Any]:
    """Of an example of an answer, what a body has too."""
    return {name: value for name, value in example.items() if name in model.model_fields}
