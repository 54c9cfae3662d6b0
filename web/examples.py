"""Answers as the OpenAPI document shows them. A test holds their fields against what the doors really answer."""

from collections.abc import Mapping
from typing import Any

from offers.rules.eligibility import OUTCOMES
from offers.rules.rehearsed import ASSUMES

Json = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

MADE: Json = {"created_at": "2026-12-01T09:00:00Z", "updated_at": "2026-12-01T09:00:00Z"}

REGISTERED: Json = {
    "device_id": "dev_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "token": "dt_eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXZfMDEifQ.c2lnbmF0dXJl",
    "expires_at": "2026-12-01T10:00:00Z",
    "refresh_token": "rt_shown-once-and-good-once",
}
DEVICE: Json = {
    "device_id": "dev_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "platform": "android",
    "push": True,
    "push_kind": "token",
    "push_seen_at": "2026-12-01T09:00:00Z",
    "push_retired": None,
    "locale": "nl-NL",
    "time_zone": "Europe/Amsterdam",
    "os_version": "16",
    "app_version": "4.2.0",
    "positions_only": False,
    **MADE,
    "revoked_at": None,
}
CONSENTS: Json = {"consents": {"location": True, "offers": False, "orders": True}}
KEY: Json = {
    "id": "key_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "name": "Till in the Kalverstraat",
    "role": "till",
    "made_by": "usr_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "created_at": "2026-12-01T09:00:00Z",
    "used_at": "2026-12-01T10:00:00Z",
    "revoked_at": None,
}
KEY_MADE: Json = {"id": "key_01kbc3f0m8v6w2x9y4z7a1b2c3", "role": "till", "key": "sk_shown-this-once"}
GEOFENCE: Json = {
    "place": "kalverstraat-102",
    "id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "role": "premises",
    "lat": 52.3702516,
    "lon": 4.8906199,
    "radius_m": 100.0,
    "dwell_s": 60,
}
PLACE: Json = {
    "id": "kalverstraat-102",
    "name": "Kalverstraat 102",
    "kind": "store",
    "lat": 52.3702516,
    "lon": 4.8906199,
    "time_zone": "Europe/Amsterdam",
    "address": "Kalverstraat 102, Amsterdam",
    "phone": "+31201234567",
    "opening_hours": "Mo-Sa 09:00-19:00; Su 11:00-18:00",
    "tags": ["centre"],
    "pickup": True,
    "paused": False,
    "geofences": [
        {
            "id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "role": "premises",
            "lat": 52.3702516,
            "lon": 4.8906199,
            "radius_m": 100.0,
            "dwell_s": 60,
        }
    ],
    **MADE,
}
CUSTOMER: Json = {
    "id": "sanne",
    "anonymous": False,
    "name": "Sanne de Vries",
    "phone": None,
    "language": "nl",
    "time_zone": "Europe/Amsterdam",
    "sizes": {"shoes": "38"},
    "attributes": {},
    "tags": ["sneakers"],
    "consents": {"location": True, "offers": True, "orders": True},
    **MADE,
}
CAMPAIGN: Json = {
    "id": "sneakers",
    "status": "draft",
    "version": 1,
    "name": "Sneakers, Kalverstraat",
    "trigger": {"on": "enter", "places": ["kalverstraat-102"], "tags": [], "role": "premises"},
    "audience": {"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "sneakers"}]},
    "schedule": {"only_when_open": False},
    "priority": 50,
    "cooldown": "P1D",
    "quiet_hours": "drop",
    "devices": "last_seen",
    "messages": {
        "nl": {
            "title": "Hoi {{ customer.first_name | default: 'daar' }}",
            "body": "Je bent vlak bij {{ place.name }}.",
        }
    },
    "variants": [],
    **MADE,
    "launched_at": None,
}
REHEARSED: Json = {
    "campaign": "sneakers",
    "version": 1,
    "days": 2,
    "since": "2026-11-29T12:30:00Z",
    "until": "2026-12-01T12:30:00Z",
    "complete": True,
    "moments": 3,
    "customers": 2,
    "outcomes": {**dict.fromkeys(OUTCOMES, 0), "campaign_cooldown": 1, "send": 2},
    "deferred": 0,
    "decided_again": 0,
    "by_day": [
        {"date": "2026-11-29", "moments": 0, "send": 0},
        {"date": "2026-11-30", "moments": 1, "send": 1},
        {"date": "2026-12-01", "moments": 2, "send": 1},
    ],
    "by_place": [{"place": "kalverstraat-102", "moments": 3, "send": 2}],
    "variants": {},
    "would_displace": {},
    "sample": [
        {
            "customer": "sanne",
            "place": "kalverstraat-102",
            "moment": "enter:vis_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "at": "2026-12-01T12:00:00Z",
            "outcome": "send",
            "variant": None,
            "facts": {"happened_at": "2026-12-01T12:00:00+00:00"},
        }
    ],
    "assumes": list(ASSUMES),
}
LIMITS: Json = {
    "frequency_cap": {"messages": 3, "window": "P1D"},
    "quiet_hours": {"from": "21:00", "until": "08:00"},
    "hold_out_percent": 0,
    "default_language": "en",
    "message_life": "PT15M",
    "abandoned_after": "PT1H",
    "uncollected_after": "P3D",
    "approach_reach_m": 2000,
    "delivery_rate": None,
}
PRODUCT: Json = {
    "sku": "SNEAK-1",
    "title": {"nl": "Sneaker, wit", "en": "Sneaker, white"},
    "image": "https://passerby.shop.example/sneak-1.jpg",
    "price": "89.95",
    "currency": "EUR",
    "category": "sneakers",
    "sizes": ["38", "39"],
    "stock": {"kalverstraat-102": {"38": 2, "39": 0}},
    **MADE,
}
PURCHASE: Json = {
    "purchase_id": "web-2026-1001",
    "customer": "sanne",
    "place": "kalverstraat-102",
    "channel": "store",
    "at": "2026-12-01T13:05:00Z",
    "total": "89.95",
    "currency": "EUR",
    "items": [{"sku": "SNEAK-1", "category": "sneakers", "size": "38", "quantity": 1, "price": "89.95"}],
    "coupon": None,
    "created_at": "2026-12-01T13:05:02Z",
}
OFFER: Json = {
    "id": "ten-percent",
    "name": "Ten percent off sneakers",
    "kind": "percentage",
    "value": 10,
    "currency": None,
    "budget": 500,
    "budget_per_place": 50,
    "codes": "generated",
    "code": None,
    "valid_for": "P7D",
    "valid_until": "2026-12-31T22:59:59Z",
    "text": {"nl": "10% op alle sneakers", "en": "10% off all sneakers"},
    "minimum_basket": {"nl": "vanaf € 50", "en": "from €50"},
    **MADE,
    "spent": 120,
    "left": 380,
    "redeemed": 31,
    "codes_left": None,
}
CODES_ADDED: Json = {"added": 2, "known": 0, "codes_left": 2}
COUPON: Json = {
    "id": "cpn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "offer": "ten-percent",
    "name": "Ten percent off sneakers",
    "kind": "percentage",
    "value": 10,
    "currency": None,
    "text": {"nl": "10% op alle sneakers", "en": "10% off all sneakers"},
    "minimum_basket": {"nl": "vanaf € 50", "en": "from €50"},
    "campaign": "sneakers",
    "state": "redeemed",
    "issued_at": "2026-12-01T12:00:01Z",
    "expires_at": "2026-12-08T12:00:01Z",
    "redeemed_at": "2026-12-01T12:20:00Z",
    "place": "kalverstraat-102",
    "purchase_id": "till-7-2026-1001",
}
TRANSITION: Json = {
    "id": "trn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "device_id": "dev_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "place": "kalverstraat-102",
    "geofence_id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "role": "premises",
    "kind": "enter",
    "at": "2026-12-01T12:00:00Z",
    "source": "server",
    "reason": None,
}
VISIT: Json = {
    "id": "vis_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "place": "kalverstraat-102",
    "entered_at": "2026-12-01T12:00:00Z",
    "left_at": None,
}
DECISION: Json = {
    "id": "dcs_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "campaign": "sneakers",
    "campaign_version": 1,
    "trigger": "enter",
    "place": "kalverstraat-102",
    "moment": "vis_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "at": "2026-12-01T12:00:00Z",
    "outcome": "send",
    "variant": None,
    "facts": {},
}
DELIVERY: Json = {
    "id": "dlv_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "sanne",
    "device_id": "dev_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "campaign": "sneakers",
    "order": None,
    "conversation": None,
    "kind": "offer",
    "variant": None,
    "moment": "vis_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "state": "sent",
    "reason": None,
    "missing": None,
    "language": "nl",
    "title": "Hoi Sanne",
    "body": "Je bent vlak bij Kalverstraat 102.",
    "url": None,
    "image": None,
    "coupon": None,
    "created_at": "2026-12-01T12:00:00Z",
    "sent_at": "2026-12-01T12:00:01Z",
    "expires_at": "2026-12-01T12:15:00Z",
    "received_at": None,
    "opened_at": None,
}
HAPPENED: Json = {"type": "visit", "at": "2026-12-01T12:00:00Z", "item": VISIT}
EXPORT: Json = {
    "customer": "sanne",
    "exported_at": "2026-12-02T09:00:00Z",
    "tables": {
        "consents": [
            {
                "id": "con_01kbc3f0m8v6w2x9y4z7a1b2c3",
                "customer_id": "sanne",
                "purpose": "location",
                "given": True,
                "at": "2026-12-01T09:00:00Z",
                "text_version": "3",
                "language": "nl",
                "source": "device",
            }
        ]
    },
}
WHY: Json = {"customer": "sanne", "campaign": "sneakers", "decisions": [DECISION], "never": None}
NEARBY: Json = {
    "items": [
        {
            "geofence_id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "place": "kalverstraat-102",
            "lat": 52.3702516,
            "lon": 4.8906199,
            "radius_m": 100.0,
            "dwell_s": 60,
        }
    ],
    "quiet_radius_m": 180.5,
    "watch_radius_m": 2410.3,
    "geofences_version": 41,
}
PINGS_TAKEN: Json = {
    "accepted": 2,
    "rejected": [{"index": 1, "reason": "null_island"}],
    "quiet_radius_m": 180.5,
    "watch_after_s": 900,
}
PINGS: Mapping[str, Any] = {
    "one": {"lat": 52.3702, "lon": 4.8906, "accuracy_m": 12, "at": "2026-12-01T13:00:00+01:00"},
    "several": [
        {"lat": 52.3702, "lon": 4.8906, "accuracy_m": 12, "at": "2026-12-01T13:00:00+01:00"},
        {"lat": 0, "lon": 0},
        {"lat": 52.3704, "lon": 4.8909, "accuracy_m": 9, "speed_mps": 1.3, "heading_deg": 40},
    ],
}


TRANSITIONS_TAKEN: Json = {"accepted": 1, "rejected": [], "quiet_radius_m": 0.0, "watch_after_s": 300}
TRANSITIONS: Mapping[str, Any] = {
    "one": {
        "geofence_id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
        "kind": "enter",
        "at": "2026-12-01T13:00:00+01:00",
        "accuracy_m": 20,
    },
    "several": [
        {"geofence_id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3", "kind": "enter", "at": "2026-12-01T13:00:00+01:00"},
        {
            "geofence_id": "gf_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "kind": "exit",
            "at": "2026-12-01T13:20:00+01:00",
            "accuracy_m": 15,
            "lat": 52.3719,
            "lon": 4.8906,
        },
    ],
}


def answers(example: Json, status: int = 200, *, idempotent: bool = False, words: str = "") -> Responses:
    """The good answer of a route, with its example. Problems are added for all routes by web/openapi.py."""
    words = words or {200: "Done", 202: "The lane has it"}.get(status, "Made")
    if idempotent:
        words += "; with an `Idempotency-Key` seen before, the first answer again"
    return {status: {"description": words, "content": {"application/json": {"example": example}}}}


def made_or_there(example: Json) -> Responses:
    return {
        201: {"description": "Made", "content": {"application/json": {"example": example}}},
        200: {"description": "The same is there already", "content": {"application/json": {"example": example}}},
    }


def created_or_replaced(example: Json) -> Responses:
    return {
        201: {"description": "Made", "content": {"application/json": {"example": example}}},
        200: {"description": "Replaced", "content": {"application/json": {"example": example}}},
    }


ETAG: Json = {"ETag": {"description": "Names what the answer says, for `If-Match`.", "schema": {"type": "string"}}}


def answers_with_etag(example: Json) -> Responses:
    return _with_etag(answers(example))


def edited_or_made(example: Json) -> Responses:
    return _with_etag(created_or_replaced(example))


def _with_etag(responses: Responses) -> Responses:
    return {status: {**one, "headers": ETAG} for status, one in responses.items()}


def answers_with_page(example: Json) -> Responses:
    return answers({"items": [example], "next_cursor": None})
