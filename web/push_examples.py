"""Examples of what is sent without a decision, and of what it is about."""

from web.examples import MADE, Json

TEST_SENT: Json = {"delivery_id": "dlv_01kbc3f0m8v6w2x9y4z7a1b2c3"}
NOBODY_COMING: Json = {"minutes_away": None, "minutes_away_range": None, "minutes_away_by": None}
ORDER: Json = {
    "id": "o-2026-1182",
    "customer": "sanne",
    "place": "kalverstraat-183",
    "status": "ready",
    "history": [{"status": "ready", "at": "2026-12-01T12:00:00+00:00", "source": "server"}],
    "items": [{"sku": "SNEAK-1", "size": "38", "quantity": 1, "price": "89.95"}],
    "total": "89.95",
    "currency": "EUR",
    "source": "server",
    "number": "1001",
    "part": None,
    "parts": None,
    "code": "CF7K",
    "scan": None,
    "coupon": None,
    "payment": None,
    "attention": None,
    "ready_at": "2026-12-01T12:00:00+00:00",
    "arrived_at": None,
    "closed_at": None,
    "url": "https://passerby.shop.example/o/o-2026-1182/aB3dE5fG7hJ9kL1m",
    **NOBODY_COMING,
    **MADE,
}
