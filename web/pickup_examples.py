"""What is measured of pickup, as the OpenAPI document shows it."""

from web.examples import Json

_TOLD: Json = {"n": 212, "median_s": 3, "p90_s": 9}
_HANDED: Json = {"n": 171, "median_s": 96, "p90_s": 240}
TIMES: Json = {
    "since": "2026-12-01T09:00:00Z",
    "until": "2026-12-08T09:00:00Z",
    "least": 5,
    "truncated": False,
    "places": [
        {
            "place": "kalverstraat-183",
            "name": "Kalverstraat 183",
            "time_zone": "Europe/Amsterdam",
            "orders": {
                "ready": 240,
                "told": 224,
                "waited_for_morning": 12,
                "not_told": {
                    "waiting": 1,
                    "no_consent": 9,
                    "no_device": 4,
                    "failed": 1,
                    "expired": 1,
                    "unknown": 0,
                },
                "collected": 198,
                "unannounced": 27,
                "not_collected": 33,
                "cancelled": 9,
            },
            "ready_to_told": {**_TOLD, "hours": [{"hour": 17, **_TOLD}]},
            "arrived_to_handed_over": {**_HANDED, "hours": [{"hour": 18, **_HANDED}]},
        }
    ],
}
