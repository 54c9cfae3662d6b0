"""Posters and scans as the description shows them."""

from web.examples import MADE, Json

POSTER: Json = {
    "id": "centraal-hall",
    "code": "K7M49XQT2R",
    "url": "https://passerby.shop.example/q/K7M49XQT2R",
    "name": "Amsterdam Centraal, hall",
    "place": None,
    "lat": 52.3788148,
    "lon": 4.9006278,
    "inside": False,
    "campaign": "sneakers-scan",
    "in_store": None,
    "again": None,
    "then": {"campaign": "sneakers-sold", "after_scans": 500, "at": None},
    "from": "2026-11-30T23:00:00Z",
    "until": "2026-12-31T22:59:59Z",
    "digital_link": "01/09506000134352",
    "retired_at": None,
    **MADE,
    "state": "live",
    "scans": {
        "people": 214,
        "previews": 12,
        "bots": 3,
        "first_at": "2026-12-01T06:12:44Z",
        "last_at": "2026-12-01T12:00:00Z",
    },
}
SCAN: Json = {
    "id": "scn_01kbc3f0m8v6w2x9y4z7a1b2c3",
    "poster": "centraal-hall",
    "campaign": "sneakers-scan",
    "customer": None,
    "device_id": None,
    "at": "2026-12-01T12:00:00Z",
    "source": "web",
    "kind": "human",
    "device_class": "phone",
    "os": "ios",
    "language": "nl",
    "repeat": False,
    "in_store": False,
    "finished_at": "2026-12-01T12:03:10Z",
    "finished_by": "reserved",
}
