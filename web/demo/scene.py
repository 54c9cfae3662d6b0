"""What the demo's pages show at a moment, ready to read: phones with their pushes, the last "no", and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from offers import campaigns, customers, devices, history, pickups, places, posters
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.in_words import why_not
from offers.rules.page_links import page_path
from web.demo.words import WORDS

PUSHES_A_PHONE = 8
HAPPENED = 40
LOOK_BACK = 400
"""Rows of each list that are looked at; the demo shows what is new."""

BY_ROLE = {"other": "building", "approach": "reach"}
"""How a geofence is called that is not the place itself."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Ids to what people call it, in one language."""

    words: Mapping[str, str]
    language: str
    people: Mapping[str, str]
    places: Mapping[str, str]
    campaigns: Mapping[str, str]
    zone: ZoneInfo

    def clock(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%H:%M:%S")

    def place(self, place_id: str | None) -> str:
        return self.places.get(place_id or "", "")


def read_scene(database: Database, language: str, *, keys: CodeKeys, now: datetime) -> Item:
    """`{language, time_zone, places, posters, phones, happened}` as JSON has it; nothing in it is a position of a person."""
    with database.reading() as session:
        town = places.list_places(session)[0]
        people = customers.list_customers(session)[0]
        words = WORDS[language]
        names = Names(
            words=words,
            language=language,
            people={
                one["id"]: one["name"] or (words["visitor"] if _is_a_visitor(one) else one["id"]) for one in people
            },
            places={one["id"]: one["name"] for one in town},
            campaigns={one["id"]: one["name"] for one in campaigns.list_campaigns(session)[0]},
            zone=ZoneInfo(town[0]["time_zone"] if town else "Europe/Amsterdam"),
        )
        asked = history.Asked(limit=LOOK_BACK)
        hung = posters.list_posters(session, posters.AskedPosters(), now=now)[0]
        scans = posters.list_scans(session, posters.AskedScans(kind="human", limit=HAPPENED))
        decisions = history.list_decisions(session, asked).items
        deliveries = history.list_deliveries(session, asked).items
        transitions = history.list_transitions(session, history.Asked(limit=HAPPENED)).items
        registered = devices.list_devices(session, [one["id"] for one in people if not _is_a_visitor(one)])
        orders = {one["id"]: pickups.list_orders(session, one["id"], now=now) for one in people}
    pushes = [push_of(one, names) for one in deliveries if one["state"] in ("sent", "unknown") and one["title"]]
    noes = [no_of(one, names) for one in decisions if one["outcome"] != "send"]
    phones = [
        {
            **_phone(device, next(one for one in people if one["id"] == device["customer"]), names),
            "order": _order(orders[device["customer"]], names, keys),
            "pushes": [one for one in pushes if one["device"] == device["device_id"]][:PUSHES_A_PHONE],
            "no": next((one for one in noes if one["customer"] == device["customer"]), None),
        }
        for device in registered
    ]
    happened = [
        *(_crossed(one, names) for one in transitions),
        *(_scanned(one, names, {one["id"]: _called(one) for one in hung}) for one in scans[0]),
        *({**_told(one), "kind": "push", "what": one["title"]} for one in pushes),
        *({**_told(one), "kind": "no", "what": f"{one['why']} ({one['campaign']})"} for one in noes),
    ]
    happened.sort(key=lambda one: one["at"], reverse=True)
    return {
        "language": language,
        "time_zone": names.zone.key,
        "places": town,
        "posters": [_poster(one) for one in hung if one["state"] == "live"],
        "phones": phones,
        "happened": happened[:HAPPENED],
    }


def _is_a_visitor(customer: Item) -> bool:
    """Somebody who opened a poster's page, and whom nobody knows."""
    return bool(customer["anonymous"])


def push_of(row: Item, names: Names) -> Item:
    """A delivery as it stands on the phone."""
    at = row["sent_at"] or row["created_at"]
    return {
        "id": row["id"],
        "device": row["device_id"],
        "who": names.people.get(row["customer"], row["customer"]),
        "title": row["title"],
        "body": row["body"],
        "language": row["language"],
        "place": names.place(row["place"]),
        "at": at,
        "time": names.clock(at),
    }


def no_of(row: Item, names: Names) -> Item:
    """A decision that sent nothing, with its name and its reason in words."""
    return {
        "id": row["id"],
        "customer": row["customer"],
        "who": names.people.get(row["customer"], row["customer"]),
        "outcome": row["outcome"],
        "why": why_not(row["outcome"], row["facts"], names.language),
        "campaign": names.campaigns.get(row["campaign"], row["campaign"]),
        "place": names.place(row["place"]),
        "at": row["at"],
        "time": names.clock(row["at"]),
    }


def _crossed(row: Item, names: Names) -> Item:
    place = names.place(row["place"])
    what = names.words[BY_ROLE[row["role"]]].format(place=place) if row["role"] in BY_ROLE else place
    return {
        "id": row["id"],
        "kind": row["kind"],
        "at": row["at"],
        "time": names.clock(row["at"]),
        "who": names.people.get(row["customer"], row["customer"]),
        "what": what,
    }


def _scanned(row: Item, names: Names, posters_called: Mapping[str, str]) -> Item:
    customer = row["customer"]
    return {
        "id": row["id"],
        "kind": "scan",
        "at": row["at"],
        "time": names.clock(row["at"]),
        "who": names.people.get(customer, "") or names.words["visitor"],
        "what": posters_called.get(row["poster"], row["poster"]),
    }


def _poster(row: Item) -> Item:
    return {"id": row["id"], "name": _called(row), "path": f"/q/{row['code']}", "scans": row["scans"]["people"]}


def _called(row: Item) -> str:
    return str(row["name"] or row["id"])


def _told(one: Item) -> Item:
    return {name: one[name] for name in ("id", "at", "time", "who")}


def _phone(device: Item, owner: Item, names: Names) -> Item:
    return {
        "device": device["device_id"],
        "customer": owner["id"],
        "name": names.people[owner["id"]],
        "language": owner["language"] or device["locale"],
        "platform": device["platform"],
        "consents": owner["consents"],
    }


def _order(orders: list[Item], names: Names, keys: CodeKeys) -> Item | None:
    """The order that the customer may come to collect, in a sentence, and the way to its page: what is ready before what is not."""
    waiting = [one for one in orders if one["status"] not in ("collected", "cancelled")]
    if not waiting:
        return None
    row = max(waiting, key=lambda one: (one["status"] != "placed", one["updated_at"], one["id"]))
    said = names.words[f"order_{row['status']}"].format(order=row["id"], place=names.place(row["place"]))
    page = page_path(keys, "order", row["id"])
    return {"id": row["id"], "place": row["place"], "status": row["status"], "said": said, "page": page}
