"""Examples of what is a customer's own."""

from web.examples import MADE, Json
from web.push_examples import NOBODY_COMING

PAGE_LINK: Json = {
    "url": "https://passerby.shop.example/t/Jc1-shown-once-and-good-once?scan=scn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "expires_at": "2026-12-01T09:05:00Z",
}
MY_OFFER: Json = {
    "id": "cpn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "offer": "ten-percent",
    "name": "Ten percent off sneakers",
    "kind": "percentage",
    "value": 10,
    "currency": None,
    "text": {"nl": "10% op alle sneakers", "en": "10% off all sneakers"},
    "minimum_basket": {},
    "campaign": "sneakers-at-the-station",
    "place": "kalverstraat-102",
    "code": "K7M4-9XQT-2RVB",
    "state": "issued",
    "issued_at": "2026-12-01T09:00:00Z",
    "expires_at": "2026-12-08T09:00:00Z",
    "redeemed_at": None,
    "redeemed_place": None,
}
MY_ORDER: Json = {
    "place": "kalverstraat-183",
    "id": "o-2026-1182",
    "status": "ready",
    "history": [{"status": "ready", "at": "2026-12-01T12:00:00+00:00", "source": "server"}],
    "items": [{"sku": "SNEAK-1", "size": "38", "quantity": 1, "price": "89.95"}],
    "total": "89.95",
    "currency": "EUR",
    "code": "7GQX",
    "number": "1182",
    "part": None,
    "parts": None,
    "ready_at": "2026-12-01T12:00:00Z",
    "coming_minutes": None,
    "coming_since": None,
    "store": {
        "name": "Kalverstraat",
        "address": "Kalverstraat 183, Amsterdam",
        "phone": "+31 20 555 0183",
        "open": True,
        "opens_at": None,
        "closes_at": "2026-12-01T20:00:00Z",
    },
    "url": "https://passerby.shop.example/o/o-2026-1182/Jc1-of-this-order",
    **NOBODY_COMING,
    **MADE,
}
MY_ORDER_COMING: Json = {
    **MY_ORDER,
    "status": "on_the_way",
    "history": [
        *MY_ORDER["history"],
        {"status": "on_the_way", "at": "2026-12-01T13:00:00+00:00", "source": "device", "minutes": 10},
    ],
    "coming_minutes": 10,
    "coming_since": "2026-12-01T13:00:00Z",
    "minutes_away": 10,
    "minutes_away_range": [10, 10],
    "minutes_away_by": "said",
}
MY_ORDER_HERE: Json = {
    **MY_ORDER_COMING,
    **NOBODY_COMING,
    "status": "arrived",
    "history": [
        *MY_ORDER_COMING["history"],
        {"status": "arrived", "at": "2026-12-01T13:09:00+00:00", "source": "device"},
    ],
}
