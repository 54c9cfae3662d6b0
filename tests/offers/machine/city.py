"""Where the machine plays: three places, three people, and what campaigns, offers and limits may be like.

Each is said once as the model reads it; here it is written out as the desk would.
"""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from tests.offers.machine.whereabouts import Row
from tests.offers.stories import NOON, circle

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

PLACES: dict[str, Row] = {
    "kalver": {"kind": "store", "zone": "Europe/Amsterdam", "hours": (0, 5, 9, 18), "tags": ["centre"]},
    "soho": {"kind": "store", "zone": "America/New_York", "hours": None, "tags": ["abroad"]},
    "chowk": {"kind": "landmark", "zone": "Asia/Kolkata", "hours": (0, 6, 6, 22), "tags": ["centre", "abroad"]},
}
ROLES = {"kalver": ("premises", "approach"), "soho": ("premises",), "chowk": ("premises",)}
PEOPLE: dict[str, Row] = {
    "anna": {"language": "nl", "tags": ["sneakers"], "zone": "Europe/Amsterdam"},
    "bob": {"language": "en", "tags": ["vip"], "zone": "America/New_York"},
    "cleo": {"language": "nl-BE", "tags": [], "zone": None},
}
PHONES = {"anna": 2, "bob": 1, "cleo": 1}
OFFERS: dict[str, Row] = {
    "bag": {"codes": "none", "budget": None, "per_place": 1, "valid_for": None, "until": None},
    "card": {"codes": "imported", "budget": None, "per_place": None, "valid_for": 2 * DAY, "until": None},
    "sale": {"codes": "shared", "budget": 6, "per_place": 4, "valid_for": 6 * HOUR, "until": None},
    "ten": {"codes": "generated", "budget": 4, "per_place": 3, "valid_for": DAY, "until": None},
}
OFFER_CHANGES: dict[str, tuple[Any, ...]] = {
    "budget": (None, 2, 4, 8),
    "per_place": (None, 0, 1, 3),
    "valid_for": (None, HOUR, DAY),
    "until": (None, NOON + 2 * HOUR, NOON + 2 * DAY, NOON + 60 * DAY),
}
CARDS = ("CARD-0001", "CARD-0002", "CARD-0003")
LIMITS: Row = {"cap": (3, DAY), "quiet": (21, 8), "hold_out": 0, "life": timedelta(minutes=15)}
LIMIT_CHANGES: dict[str, tuple[Any, ...]] = {
    "cap": ((3, DAY), (1, HOUR), (2, 7 * DAY), (2, HOUR), None),
    "quiet": ((21, 8), None, (12, 15), (0, 6)),
    "hold_out": (0, 100, 30),
    "life": (timedelta(minutes=15), timedelta(minutes=1), 4 * HOUR),
}
AUDIENCES: dict[str | None, Any] = {
    None: None,
    "dutch": {"fact": "language", "is": "nl"},
    "sneakers": {"all": [{"fact": "tags", "has": "sneakers"}]},
    "not dutch": {"not": {"fact": "language", "in": ["nl", "nl-BE"]}},
    "dutch or vip": {"any": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "vip"}]},
}


def often(usual: Any, *others: Any, share: int = 2) -> st.SearchStrategy[Any]:
    """The usual one `share` times for each of the others: a town in which every limit is set sends nothing."""
    return st.sampled_from([usual] * (share * len(others)) + list(others))


CAMPAIGN = st.fixed_dictionaries(
    {
        "on": often("enter", "dwell", "exit"),
        "where": often(([], []), (["kalver"], []), ([], ["centre"]), (["soho"], ["centre"])),
        "role": often("premises", "approach", share=6),
        "audience": often(*AUDIENCES),
        "dates": often(
            (None, None), (NOON + DAY, None), (None, NOON + 20 * DAY), (NOON + HOUR, NOON + 200 * DAY), share=8
        ),
        "weekly": often(None, (0, 4, 9, 17), (2, 6, 12, 20), share=8),
        "only_when_open": often(False, True, share=5),
        "offer": st.sampled_from([None, None, *OFFERS]),
        "priority": st.sampled_from([50, 10, 90]),
        "cooldown": often(None, 2 * HOUR, DAY, 9 * DAY, share=1),
        "life": often(None, timedelta(minutes=5), 2 * HOUR, 2 * DAY, share=1),
        "hold_out": often(None, 0, 50, 100, share=2),
        "quiet": st.sampled_from(["drop", "defer"]),
        "devices": often("last_seen", "all"),
        "variants": often([], [("a", 1), ("b", 1)], [("a", 0), ("b", 3), ("c", 1)], share=1),
    }
)


def campaign(spec: Row) -> Row:
    """As the model keeps it."""
    places, tags = spec["where"]
    return {**spec, "places": places, "tags": tags}


def _weekly(hours: tuple[int, int, int, int] | None) -> str | None:
    return hours and f"{DAYS[hours[0]]}-{DAYS[hours[1]]} {hours[2]:02}:00-{hours[3]:02}:00"


def campaign_body(one: Row) -> CampaignBody:
    schedule = {"from": one["dates"][0], "until": one["dates"][1]}
    schedule |= {"weekly": _weekly(one["weekly"]), "only_when_open": one["only_when_open"]}
    written = {name: one[name] for name in ("offer", "priority", "cooldown", "life")}
    trigger = {"on": one["on"], "places": one["places"], "tags": one["tags"], "role": one["role"]}
    return CampaignBody.model_validate(
        {
            **written,
            "name": "Of the machine",
            "trigger": trigger,
            "audience": AUDIENCES[one["audience"]],
            "schedule": schedule,
            "hold_out_percent": one["hold_out"],
            "quiet_hours": one["quiet"],
            "devices": one["devices"],
            "variants": [{"name": name, "weight": weight} for name, weight in one["variants"]],
            "messages": {"en": {"title": "For you", "body": "At {{ place.name }}"}},
        }
    )


def place_body(name: str, *, paused: bool = False) -> PlaceBody:
    one = PLACES[name]
    return PlaceBody.model_validate(
        {
            "name": name,
            "kind": one["kind"],
            "lat": 52.37,
            "lon": 4.89,
            "time_zone": one["zone"],
            "opening_hours": _weekly(one["hours"]),
            "tags": one["tags"],
            "paused": paused,
            "geofences": [circle(100 + 300 * number, role) for number, role in enumerate(ROLES[name])],
        }
    )


def offer_body(name: str, one: Row) -> OfferBody:
    written = {"budget": one["budget"], "budget_per_place": one["per_place"], "valid_for": one["valid_for"]}
    written["valid_until"] = one["until"]
    code = {"code": f"{name}-2026"} if one["codes"] == "shared" else {}
    return OfferBody.model_validate({"name": name, "kind": "text", "codes": one["codes"], **written, **code})


def limits_json(name: str, value: Any) -> Row:
    """A change of the settings as the desk sends it."""
    if name == "cap":
        return {"frequency_cap": value and {"messages": value[0], "window": value[1]}}
    if name == "quiet":
        return {"quiet_hours": value and {"from": f"{value[0]:02}:00", "until": f"{value[1]:02}:00"}}
    return {{"hold_out": "hold_out_percent", "life": "message_life"}[name]: value}
