"""Examples of conversations between customers and stores."""

from web.examples import Json

CONVERSATION: Json = {
    "id": "cnv_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "customer": "anon_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "place": "kalverstraat-102",
    "scan": "scn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "order": None,
    "topic": "stock",
    "sku": "SNEAK-1",
    "size": "38",
    "language": "nl",
    "state": "answered",
    "waiting_since": None,
    "first_answered_at": "2026-12-01T12:04:00Z",
    "created_at": "2026-12-01T12:00:00Z",
    "updated_at": "2026-12-01T12:04:00Z",
    "read_at": "2026-12-01T12:04:02Z",
    "closed_at": None,
}
CONVERSATION_WITH_WORDS: Json = CONVERSATION | {
    "messages": [
        {
            "id": "cms_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "sender": "customer",
            "user": None,
            "said": "Is maat 38 van Sneaker, wit op voorraad bij Kalverstraat 102?",
            "at": "2026-12-01T12:00:00Z",
        },
        {
            "id": "cms_01kbc3f7a2b4c6d8e0f2g4h6j8",
            "sender": "staff",
            "user": "usr_01kbc3f0m8v6w2x9y4z7a1b2c3",
            "said": "Ja, nog twee paar.",
            "at": "2026-12-01T12:04:00Z",
        },
    ]
}
CONVERSATION_COUNT: Json = {
    "place": "kalverstraat-102",
    "day": "2026-12-01",
    "conversations": 12,
    "answered": 11,
    "median_wait_s": 240,
    "bought_after": 3,
}
