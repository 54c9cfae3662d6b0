"""Answers about campaigns as the OpenAPI document shows them: what a launch would say, previews, counts."""

from web.examples import CAMPAIGN, Json

_WARNING: Json = {
    "name": "missing_facts",
    "path": "messages.nl.title",
    "message": "{{ customer.first_name }} has no default, and 12 of 100 customers lack it: it is the default text for them",
}
LAUNCHED: Json = {**CAMPAIGN, "status": "live", "launched_at": "2026-12-01T10:00:00Z", "warnings": [_WARNING]}
CHECKS: Json = {
    "refusals": [{"name": "empty_budget", "path": "offer", "message": "its budget of 500 is spent"}],
    "warnings": [_WARNING],
}
VERSION: Json = {
    "version": 1,
    "at": "2026-12-01T09:00:00Z",
    **{
        name: value
        for name, value in CAMPAIGN.items()
        if name not in ("id", "status", "version", "created_at", "updated_at", "launched_at")
    },
}
AUDIENCE_COUNTED: Json = {
    "size": 1204,
    "reachable": 911,
    "consenting": 803,
    "reachable_and_consenting": 640,
    "sample": [{"customer": "sanne", "name": "Sanne de Vries", "language": "nl"}],
}
_COUNTS: Json = {
    "decisions": {"not_in_audience": 311, "send": 120},
    "deliveries": {"expired": 2, "sent": 118},
    "receipts": {"opened": 41, "received": 103},
    "coupons": {"issued": 87, "redeemed": 31, "released": 2},
}
REPORT: Json = {
    "campaign": "sneakers",
    "since": "2026-12-01T00:00:00Z",
    **_COUNTS,
    "scans": {"first": 412, "in_store": 31, "known": 96, "repeat": 57},
    "orders": {"bought": 9, "cancelled": 2, "reserved": 23},
    "reminders": {"no_consent": 12, "send": 18},
    "by_version": [{"version": 1, "variant": None, **_COUNTS}],
}
PREVIEW: Json = {
    "customer": "sanne",
    "place": "kalverstraat-102",
    "language": "nl",
    "variant": None,
    "shown_on": "push",
    "texts": {
        "nl": {
            "title": "Hoi Sanne",
            "body": "Je bent vlak bij Kalverstraat 102.",
            "url": None,
            "bytes": 43,
            "missing": [],
            "warnings": [],
        },
        "en": {
            "title": "Kalverstraat 102",
            "body": "There is something for you at Kalverstraat 102.",
            "url": None,
            "bytes": 63,
            "missing": ["purchase.title"],
            "warnings": [],
        },
    },
    "refusals": [
        {"path": "messages.en.body", "name": "missing_fact", "message": "names purchase.title, which is not known"}
    ],
}
