"""Who may come in where: one line a route, and every route has one.

A route that is new fails the tests until it has its line here: `"METHOD /path/{id}"` as the app names it, and who may.

- `looks()`, `writes()`, `sells()`, `admins()`, `registers()`, `phones()`, `anybody()` say it of all CALLERS at once; `told` is the
  answer of those who may. Another circle of callers is another function below, or an `Access` of its own.
- `body` is a good one, so that a refusal is because of the credential. An `{id}` of the path is filled from `Knocking.ids` (callers.py),
  or from `ids` of the line; add what a new noun needs to the town in callers.py.
- `missing` is the answer for an id that nobody has: 404 unless the door makes what it does not find.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from offers.rules.gs1_identifiers import KEYS as KEYS_OF_LINKS
from offers.rules.purchase import PurchaseBody
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.route_matrix.callers import CALLERS, FOREIGN, KEYS, OWN, SOMEBODY, STORE, in_fields
from web import examples

Body = Mapping[str, Any] | None
PHONES = (OWN, *FOREIGN)


@dataclass(frozen=True)
class Access:
    """`told` is each caller's answer: 401 who nobody knows, 403 who may not, 404 whose it is not."""

    told: Mapping[str, int]
    body: Body = None
    file: tuple[str, bytes] | None = None
    """What a door of whole files is sent: the media type and the content."""
    ids: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    missing: int = 404
    streams: bool = False
    pages: bool = False
    """For people: what goes wrong is told as a page, with the same status."""
    signed: bool = False
    """No credential of ours counts: the signature over the body is one."""
    tolerant: bool = False
    """Whatever a caller who may come in sends is answered with success: a location app would send what is refused for ever."""


def _known(role: int, may: Mapping[str, int]) -> dict[str, int]:
    """401 for everybody but the keys, who are `role`, and those who `may`."""
    return {**dict.fromkeys(CALLERS, 401), **dict.fromkeys(KEYS, role), **may}


def looks(told: int = 200, **more: Any) -> Access:
    return Access(_known(403, {"admin": told, "read": told}), **more)


def writes(body: Body = None, told: int = 200, **more: Any) -> Access:
    return Access(_known(403, {"admin": told}), body, **more)


def admins(body: Body = None, told: int = 200, **more: Any) -> Access:
    return writes(body, told, **more)


def sells(body: Body, told: int = 201) -> Access:
    return Access(_known(403, {"admin": told, "till": told, "orders": told}), body)


def takes_files(media_type: str, row: Mapping[str, Any], *, sellers: bool = False) -> Access:
    may = dict.fromkeys(("admin", "till", "orders") if sellers else ("admin",), 200)
    return Access(_known(403, may), file=(media_type, json.dumps(row).encode()))


def redeems(body: Body) -> Access:
    return Access(_known(403, {"admin": 200, "till": 200}), body)


def collects(body: Body = None, *, looks: bool = False, **more: Any) -> Access:
    may = dict.fromkeys(("admin", "orders", "read") if looks else ("admin", "orders"), 200)
    return Access(_known(403, may), body, **more)


def registers(body: Body) -> Access:
    return Access(_known(403, {"admin": 201, "publishable": 201}), body)


def phones(body: Body = None, told: int = 200, *, others: int | None = None, **more: Any) -> Access:
    """`others` is the answer to phones that are not OWN: without an id in the address each reaches its own things."""
    may = {**dict.fromkeys(FOREIGN, told if others is None else others), OWN: told, "positions only": 403}
    return Access(_known(401, may), body, **more)


def customers_phones(body: Body = None) -> Access:
    """What is the customer's, whichever of their phones asks."""
    own = phones(body, others=404)
    return replace(own, told={**own.told, FOREIGN[0]: 200})


def pings(body: Body) -> Access:
    return Access(_known(401, dict.fromkeys((*PHONES, "positions only"), 202)), body)


def apps(body: Body = None, **more: Any) -> Access:
    return Access(_known(401, dict.fromkeys((*PHONES, "positions only"), 200)), body, tolerant=True, **more)


def anybody(told: int = 200, body: Body = None, **more: Any) -> Access:
    return Access(dict.fromkeys(CALLERS, told), body, **more)


def unsigned(body: bytes) -> Access:
    """Hooks: no credential but the shop's own signature lets anybody in. Who signs: tests/web/hooks."""
    return anybody(401, file=("application/json", body), signed=True)


def own_pages(**more: Any) -> Access:
    """Our own pages in a browser, whatever credential comes along: tests/web/visitor."""
    return Access(dict.fromkeys(CALLERS, 403), **more)


def forms(**more: Any) -> Access:
    """Forms of visitors' pages: what is no form is told so, whatever credential comes along. Who may send one: tests/web/landing."""
    return anybody(415, missing=415, pages=True, **more)


_NO_PAGE, _NO_LINK = {"scan": "scn_none"}, {"token": "nobody-made-this"}


_CAMPAIGN = CAMPAIGN | {"trigger": {"on": "enter", "places": [STORE]}}
_PURCHASE = in_fields(examples.PURCHASE, PurchaseBody) | {"place": STORE}
_POSTER = {"place": STORE, "campaign": "scanned"}
_OFFER = {"name": "Ten percent", "kind": "percentage", "value": 10, "codes": "none"}
_ORDER = {"customer": SOMEBODY, "place": STORE, "status": "ready"}
_FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "new-place",
            "geometry": {"type": "Point", "coordinates": [4.89, 52.37]},
            "properties": {"name": "New", "kind": "store", "time_zone": "Europe/Amsterdam", "radius_m": 50},
        }
    ],
}
_LINES = "application/x-ndjson"
_PRODUCT = {"title": {"en": "Sneaker, black"}, "stock": {STORE: 5}}
_PING = {"lat": 52.3702, "lon": 4.8906, "accuracy_m": 12, "at": NOON.isoformat()}
_POSITION = {"latitude": 52.3702, "longitude": 4.8906, "accuracy": 12}
_RECORD = {"location": {"coords": _POSITION, "timestamp": NOON.isoformat()}}
_OSMAND = f"lat=52.3702&lon=4.8906&accuracy=12&timestamp={NOON.timestamp():.0f}"
_FORM = "application/x-www-form-urlencoded"
_FEATURE = {
    "geometry": {"type": "Point", "coordinates": [4.8906, 52.3702]},
    "properties": {"timestamp": NOON.isoformat(), "horizontal_accuracy": 12},
}
_OWNTRACKS = {"_type": "location", "lat": 52.3702, "lon": 4.8906, "acc": 12, "tst": NOON.timestamp()}
_TRANSITION = {"geofence_id": "{geofence_id}", "kind": "exit", "at": NOON.isoformat()}
_SHOP = {"kind": "standard", "name": "Web shop"}
_NO_ORDER = {"order": "ord_nobodys", "mark": "a-mark-of-nobody"}
_NOWHERE = {"scan_id": "scn_none", "order_id": "none", "conversation_id": "cnv_none", "mark": "none"}
"""Pages of visitors whose address nobody has."""
POSITIONS = ("POST /v1/pings", "POST /v1/transitions")
"""Doors of positions: an array is taken, unknown fields are ignored, and no database is asked who calls."""

TABLE: Mapping[str, Access] = {
    "POST /v1/pings": pings(_PING),
    "POST /v1/transitions": pings(_TRANSITION),
    "POST /ingest/owntracks": apps(_OWNTRACKS),
    "GET /ingest/osmand": apps(query=f"?{_OSMAND}"),
    "POST /ingest/osmand": apps(file=(_FORM, _OSMAND.encode())),
    "POST /ingest/traccar": apps(_RECORD),
    "POST /ingest/overland": apps({"locations": [_FEATURE]}),
    "POST /ingest/transistorsoft": apps(_RECORD),
    "POST /v1/devices": registers({"platform": "ios"}),
    "POST /v1/devices/{device_id}/link": writes({"customer": "piet"}, 204, ids={"device_id": "{anonymous_id}"}),
    "GET /v1/devices/me": phones(),
    "PATCH /v1/devices/me": phones({"locale": "de"}),
    "DELETE /v1/devices/me": phones(None, 204),
    "DELETE /v1/devices/{device_id}": writes(None, 204),
    "GET /v1/devices/{device_id}": looks(),
    "POST /v1/devices/me/refresh": anybody(200, {"refresh_token": "{refresh}"}),
    "PUT /v1/me/consents": phones({"offers": False}),
    "GET /v1/me/export": phones(),
    "POST /v1/me/links": phones({}, 201),
    "GET /v1/me/offers": phones(),
    "GET /v1/me/orders": phones(),
    "POST /v1/me/orders/{order_id}/on-my-way": customers_phones({"minutes": 10}),
    "POST /v1/me/orders/{order_id}/here": customers_phones(),
    "DELETE /v1/me": phones(None, 204),
    "POST /v1/deliveries/{delivery_id}/received": phones(None, 204, others=404),
    "POST /v1/deliveries/{delivery_id}/opened": phones(None, 204, others=404),
    "POST /v1/receipts": anybody(204, {"ack_id": "{ack_id}", "what": "received"}),
    "POST /v1/places": writes(PLACE, 201),
    "PUT /v1/places/{place_id}": writes(PLACE, missing=201),
    "GET /v1/places": looks(),
    "GET /v1/places/{place_id}": looks(),
    "DELETE /v1/places/{place_id}": writes(None, 409),
    "PUT /v1/customers/{customer_id}": writes({"name": "Somebody"}, missing=201),
    "GET /v1/customers": looks(),
    "GET /v1/customers/{customer_id}": looks(),
    "GET /v1/customers/{customer_id}/devices": looks(),
    "GET /v1/customers/{customer_id}/timeline": looks(),
    "GET /v1/customers/{customer_id}/export": admins(),
    "GET /v1/customers/{customer_id}/why": looks(query="?campaign=sneakers"),
    "DELETE /v1/customers/{customer_id}": writes(None, 204),
    "PUT /v1/products/{sku}": writes(_PRODUCT, missing=201),
    "GET /v1/products": looks(),
    "GET /v1/products/{sku}": looks(),
    "DELETE /v1/products/{sku}": writes(None, 204),
    "POST /v1/purchases": sells(_PURCHASE),
    "GET /v1/purchases": looks(),
    "POST /v1/places/import": takes_files("application/geo+json", _FEATURES),
    "POST /v1/customers/import": takes_files(_LINES, {"id": "somebody-new"}),
    "POST /v1/products/import": takes_files(_LINES, {"sku": "NEW-1", "title": {"en": "New"}}),
    "POST /v1/purchases/import": takes_files(_LINES, _PURCHASE, sellers=True),
    "POST /v1/posters": writes(_POSTER, 201),
    "PUT /v1/posters/{poster_id}": writes(_POSTER, missing=201),
    "GET /v1/posters": looks(),
    "GET /v1/posters/{poster_id}": looks(),
    "GET /v1/posters/{poster_id}.svg": looks(),
    "GET /v1/posters/{poster_id}.png": looks(),
    "GET /v1/posters/{poster_id}.pdf": looks(),
    "POST /v1/posters/{poster_id}/retire": writes(),
    "DELETE /v1/posters/{poster_id}": writes(None, 204),
    "POST /v1/posters/import": takes_files(_LINES, _POSTER),
    "GET /v1/scans": looks(),
    "POST /v1/offers": writes(_OFFER, 201),
    "PUT /v1/offers/{offer_id}": writes(_OFFER, missing=201),
    "GET /v1/offers": looks(),
    "GET /v1/offers/{offer_id}": looks(),
    "DELETE /v1/offers/{offer_id}": writes(None, 204, ids={"offer_id": "unused"}),
    "POST /v1/offers/{offer_id}/codes": writes({"codes": ["SUMMER-2026"]}, 201, ids={"offer_id": "unused"}),
    "PUT /v1/orders/{order_id}": collects(_ORDER, missing=201),
    "GET /v1/orders/{order_id}": collects(looks=True),
    "POST /v1/orders/{order_id}/ready": collects({}),
    "POST /v1/orders/{order_id}/collected": collects({}),
    "POST /v1/orders/{order_id}/cancelled": collects({"refunded": True}),
    "POST /v1/coupons/{code}/redeem": redeems({"place": STORE}),
    "POST /v1/campaigns": writes(_CAMPAIGN, 201),
    "PUT /v1/campaigns/{campaign_id}": writes(_CAMPAIGN, missing=201),
    "GET /v1/campaigns": looks(),
    "GET /v1/campaigns/{campaign_id}": looks(),
    "GET /v1/campaigns/{campaign_id}/versions": looks(),
    "GET /v1/campaigns/{campaign_id}/checks": looks(),
    "GET /v1/campaigns/{campaign_id}/report": looks(),
    "GET /v1/reports/pickups": looks(),
    "DELETE /v1/campaigns/{campaign_id}": writes(None, 204, ids={"campaign_id": "draft"}),
    "POST /v1/campaigns/{campaign_id}/launch": writes(ids={"campaign_id": "draft"}),
    "POST /v1/campaigns/{campaign_id}/pause": writes(),
    "POST /v1/campaigns/{campaign_id}/end": writes(),
    "POST /v1/audiences/count": looks(body={"audience": {"fact": "language", "is": "nl"}}),
    "POST /v1/campaigns/{campaign_id}/preview": writes({"customer": SOMEBODY}),
    "POST /v1/campaigns/{campaign_id}/test": writes({"device_id": "{reached_id}"}, 202),
    "POST /v1/campaigns/{campaign_id}/rehearse": writes({"days": 2}),
    "GET /v1/settings": looks(),
    "PATCH /v1/settings": writes({"hold_out_percent": 7}),
    "GET /v1/service-messages": looks(),
    "PUT /v1/service-messages/{moment}": writes(
        {"texts": {"nl": {"title": "Klaar", "body": "Bij {{ place.name }}"}}}, ids={"moment": "ready"}
    ),
    "DELETE /v1/service-messages/{moment}": writes(None, 204, ids={"moment": "ready"}),
    "POST /v1/keys": admins({"role": "till"}, 201),
    "GET /v1/keys": admins(),
    "DELETE /v1/keys/{key_id}": admins(None, 204),
    "POST /v1/shops": writes(_SHOP, 201),
    "PUT /v1/shops/{shop_id}": writes(_SHOP, missing=201),
    "GET /v1/shops": looks(),
    "GET /v1/shops/{shop_id}": looks(),
    "DELETE /v1/shops/{shop_id}": writes(None, 204, ids={"shop_id": "unused"}),
    "POST /v1/shops/{shop_id}/rotate": writes({"keep_for": "PT1H"}),
    "GET /v1/shops/{shop_id}/events": looks(),
    "POST /v1/shops/{shop_id}/events/{event_id}/replay": writes(),
    "POST /hooks/orders": unsigned(b"{}"),
    "POST /hooks/shopify": unsigned(b"{}"),
    "POST /hooks/woocommerce": unsigned(b"{}"),
    "GET /v1/geofences": looks(),
    "GET /v1/geofences/nearby": phones(query="?lat=52.3702&lon=4.8906"),
    "GET /v1/transitions": looks(),
    "GET /v1/visits": looks(),
    "GET /v1/decisions": looks(),
    "GET /v1/deliveries": looks(),
    "GET /v1/conversations": looks(),
    "GET /v1/conversations/counts": looks(),
    "GET /v1/conversations/{conversation_id}": looks(),
    "GET /v1/events": looks(streams=True),
    "GET /healthz": anybody(),
    "GET /readyz": anybody(503),  # no worker is there
    "GET /metrics": anybody(),
    "GET /openapi.json": anybody(),
    "GET /docs": anybody(),
    "GET /static": anybody(404),  # a folder of files, not a page
    "POST /v1/scans": phones({"code": "K7M49XQT2R"}),
    "GET /q/{code}": anybody(303, ids={"code": "K7M49XQT2R"}),
    "GET /Q/{code}": anybody(303, ids={"code": "K7M49XQT2R"}),
    **{f"GET /{key}/{{rest:path}}": anybody(404, ids={"rest": "12"}, pages=True) for key in KEYS_OF_LINKS},
    "GET /messages": anybody(),
    "GET /l/{scan}": anybody(404, ids=_NO_PAGE, pages=True),
    "GET /look/{name}": anybody(ids={"name": "0.css"}, missing=200),
    "GET /.well-known/apple-app-site-association": anybody(404),  # the brand has no app there
    "GET /.well-known/assetlinks.json": anybody(404),
    "GET /my/offers": anybody(pages=True),
    "GET /my/offers/{coupon}/{mark}": anybody(404, ids={"coupon": "cpn_none", "mark": "s1"}, pages=True),
    "POST /my/consents": forms(),
    "POST /my/forget": forms(),
    "GET /l/{scan}/recognise": anybody(404, ids=_NO_PAGE, pages=True),
    "POST /l/{scan}/recognise": forms(ids=_NO_PAGE),
    "POST /l/{scan}/recognise/code": forms(ids=_NO_PAGE),
    "POST /l/{scan}/save": forms(ids=_NO_PAGE),
    "GET /t/{token}": anybody(
        ids=_NO_LINK, missing=200, pages=True
    ),  # to a caller that is no browser: a page with a button
    "POST /t/{token}": forms(ids=_NO_LINK),
    "GET /push-worker.js": anybody(),
    "GET /visitor/push-key": anybody(404),  # nothing is sent to browsers there
    "POST /visitor/push": own_pages(),
    "POST /visitor/push/renew": own_pages(),
    "POST /visitor/push/off": own_pages(),
    "GET /l/{scan}/reserve": anybody(404, ids=_NO_PAGE, pages=True),
    "POST /l/{scan}/reserve": forms(ids=_NO_PAGE),
    "POST /l/{scan}/buy": forms(ids=_NO_PAGE),
    "GET /o/{order}/{mark}": anybody(404, ids=_NO_ORDER, pages=True),
    "GET /o/{order}/{mark}/state": anybody(404, ids=_NO_ORDER, pages=True),
    "GET /o/{order}/{mark}/pay": anybody(404, ids=_NO_ORDER, pages=True),
    "POST /o/{order}/{mark}/pay": forms(ids=_NO_ORDER),
    "GET /o/{order}/{mark}/cancel": anybody(404, ids=_NO_ORDER, pages=True),
    "POST /o/{order}/{mark}/cancel": forms(ids=_NO_ORDER),
    "POST /o/{order}/{mark}/on-my-way": forms(ids=_NO_ORDER),
    "POST /o/{order}/{mark}/here": forms(ids=_NO_ORDER),
    "POST /o/{order}/{mark}/not-coming": forms(ids=_NO_ORDER),
    "POST /o/{order}/{mark}/messages": forms(ids=_NO_ORDER),
    "POST /o/{order}/{mark}/push": own_pages(ids=_NO_ORDER, pages=True),
    "POST /o/{order}/{mark}/push/renew": own_pages(ids=_NO_ORDER, pages=True),
    "POST /o/{order}/{mark}/push/off": own_pages(ids=_NO_ORDER, pages=True),
    "POST /hooks/mollie": anybody(200, file=(_FORM, b"id=tr_1"), tolerant=True),
    "GET /l/{scan_id}/ask": anybody(404, ids=_NOWHERE, pages=True),
    "POST /l/{scan_id}/ask": forms(ids=_NOWHERE),
    "GET /o/{order_id}/{mark}/ask": anybody(404, ids=_NOWHERE, pages=True),
    "POST /o/{order_id}/{mark}/ask": forms(ids=_NOWHERE),
    "GET /c/{conversation_id}/{mark}": anybody(404, ids=_NOWHERE, pages=True),
    "GET /c/{conversation_id}/{mark}/state": anybody(404, ids=_NOWHERE, pages=True),
    "POST /c/{conversation_id}/{mark}": forms(ids=_NOWHERE),
    "GET /demo": anybody(),
    "GET /demo/state": anybody(),
    "GET /demo/events": anybody(streams=True),
    "GET /demo/phone/{device}": anybody(),
    "GET /demo/poster/{poster}.svg": anybody(ids={"poster": "window"}),
}
