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
    "code": None,
    "scan": None,
    "coupon": None,
    "payment": None,
    "attention": None,
    **NOBODY_COMING,
    **MADE,
}
