"""Examples of web shops and their events."""

from web.examples import MADE, Json

SHOP: Json = {
    "id": "web",
    "kind": "woocommerce",
    "name": "shop.example.nl",
    "origin": "shop.example.nl",
    "has_secret": True,
    "old_secret_until": None,
    "has_api_token": False,
    "statuses": {"ready-for-pickup": "ready", "completed": "collected"},
    "places": {"Kalverstraat": "kalverstraat-183"},
    "default_place": None,
    **MADE,
    "heard_at": "2026-12-01T12:00:00Z",
}
SHOP_MADE: Json = {
    **{name: value for name, value in SHOP.items() if name != "heard_at"},
    "kind": "standard",
    "origin": None,
    "secret": "whsec_shown-this-once",
}
EVENT: Json = {
    "id": "sev_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "shop": "web",
    "key": "0c1f0a2c3f7d5f0b7c7a0c1f0a2c3f7d",
    "topic": "order.updated",
    "happened_at": None,
    "received_at": "2026-12-01T12:00:00Z",
    "state": "failed",
    "reason": "unknown_place",
    "what": "Spui",
    "advice": "Add the shop's location that is named to `places`, or set `default_place`, and replay.",
    "order": None,
    "customer": None,
    "attempts": 0,
    "may_be_replayed": True,
}
WORKED: Json = {"event": "sev_01kbc3f0m8v6w2x9y4z7a1b2c3", "state": "applied", "reason": None}
