"""The demo town: every file says what the doors take, and what it says is true of the real walks in it."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import liquid
import pytest
from geographiclib.geodesic import Geodesic
from shapely.geometry import LineString, Point, box, shape

from geofences.fence_index import FenceIndex
from geofences.layer import Fence
from geofences.presence import Sighting, step
from geofences.shapes import Circle
from offers.errors import BadInput
from offers.pickups import get_order, put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from seeds.load import load_folder
from seeds.pickup_story import ORDER, WALK, WHO
from tests.offers.stories import KEYS

FOLDER = Path(__file__).parents[2] / "seeds" / "amsterdam"
STORES = ("kalverstraat-102", "kalverstraat-183", "leidseplein-31", "jodenbreestraat-25")
OFF_ROUTE = ("leidseplein-31", "jodenbreestraat-25")


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def places() -> dict[str, Any]:
    return {place["id"]: place for place in read("places.json")}


def walks() -> list[dict[str, str]]:
    with (FOLDER / "walks_transplanted.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    return float(Geodesic.WGS84.Inverse(lat, lon, other_lat, other_lon)["s12"])


@pytest.mark.parametrize(
    "name",
    ["places.json", "products.json", "offers.json", "customers.json", "campaigns.json", "orders.json", "posters.json"],
)
def test_ids_are_there_and_unique(name: str) -> None:
    ids = [body["id"] for body in read(name)]
    assert ids
    assert len(set(ids)) == len(ids)


def test_the_town_is_the_landmark_and_four_stores() -> None:
    kinds = {place_id: place["kind"] for place_id, place in places().items()}
    assert kinds == {"centraal": "landmark"} | dict.fromkeys(STORES, "store")


def test_polygons_are_valid_and_hold_their_place() -> None:
    for place in places().values():
        outlines = [shape(fence["geometry"]) for fence in place["geofences"] if "geometry" in fence]
        assert len(outlines) == 1, place["id"]
        assert outlines[0].is_valid, place["id"]
        assert outlines[0].contains(Point(place["lon"], place["lat"])), place["id"]


def test_the_courtyard_of_kalverstraat_102_is_still_a_hole() -> None:
    building = next(fence for fence in places()["kalverstraat-102"]["geofences"] if fence["role"] == "other")
    assert len(shape(building["geometry"]).interiors) == 1


def test_every_store_has_a_hundred_metres_of_premises_and_is_open_round_the_clock() -> None:
    for place_id in STORES:
        store = places()[place_id]
        circle = next(fence for fence in store["geofences"] if fence["role"] == "premises")
        assert circle == {
            "role": "premises",
            "lat": store["lat"],
            "lon": store["lon"],
            "radius_m": 100,
            "dwell_s": 60,
        }
        assert (store["opening_hours"], store["time_zone"], store["pickup"]) == ("24/7", "Europe/Amsterdam", True)


def test_the_walks_begin_in_the_station_and_pass_the_kalverstraat() -> None:
    station = shape(places()["centraal"]["geofences"][0]["geometry"])
    rows = walks()
    assert len({row["trace"] for row in rows}) == 44
    assert any(station.contains(Point(float(row["true_lon"]), float(row["true_lat"]))) for row in rows)
    for place_id in ("kalverstraat-102", "kalverstraat-183"):
        store = places()[place_id]
        nearest = min(metres(store["lat"], store["lon"], float(r["true_lat"]), float(r["true_lon"])) for r in rows)
        assert nearest < 100, place_id


def test_nobody_ever_is_near_the_stores_off_the_route() -> None:
    for place_id in OFF_ROUTE:
        store = places()[place_id]
        for row in walks():
            assert metres(store["lat"], store["lon"], float(row["true_lat"]), float(row["true_lon"])) >= 350, place_id


def test_no_usable_fix_falls_on_the_premises_off_the_route() -> None:
    for place_id in OFF_ROUTE:
        store = places()[place_id]
        for row in walks():
            if float(row["accuracy_m"]) <= 100:
                assert metres(store["lat"], store["lon"], float(row["lat"]), float(row["lon"])) > 200, place_id


def test_customers_speak_three_languages_and_two_hold_something_back() -> None:
    customers = read("customers.json")
    languages = [customer["language"] for customer in customers]
    assert {language: languages.count(language) for language in set(languages)} == {"nl": 5, "de": 3, "en": 4}
    assert [c["id"] for c in customers if not c["consents"]["offers"]] == ["bram"]
    assert [c["id"] for c in customers if not c["consents"]["location"]] == ["priya"]
    assert all(customer["sizes"]["shoes"] for customer in customers)


def test_campaigns_and_orders_name_what_exists() -> None:
    for campaign in read("campaigns.json"):
        assert set(campaign["trigger"]["places"]) <= set(places()), campaign["id"]
        assert set(campaign["messages"]) == {"nl", "de", "en"}
    for order in read("orders.json"):
        assert places()[order["place"]]["pickup"]
        assert order["customer"] in {customer["id"] for customer in read("customers.json")}
        priced = sum(item["price"] * item["quantity"] for item in order["items"])
        assert order["total"] == pytest.approx(priced)


def test_posters_lead_to_a_campaign_whose_product_several_stores_have() -> None:
    campaigns = {one["id"]: one for one in read("campaigns.json")}
    products = {one["id"]: one for one in read("products.json")}
    posters = read("posters.json")
    assert len({one["code"] for one in posters}) == len(posters) == 3
    for poster in posters:
        campaign = campaigns[poster["campaign"]]
        assert campaign["trigger"]["on"] == "scan"
        assert campaign["offer"] in {one["id"] for one in read("offers.json")}
        stock = products[campaign["product"]]["stock"]
        assert set(stock) <= set(STORES)
        for size in products[campaign["product"]]["sizes"]:
            assert any(pieces.get(size) for pieces in stock.values()), size


def test_phone_numbers_are_of_ranges_that_are_kept_for_fiction() -> None:
    phones = [one["phone"] for one in read("customers.json") if "phone" in one]
    assert len(set(phones)) == len(phones) == 5
    assert all(one.startswith(("+447700900", "+4917139200", "+120255501")) for one in phones)
    assert not any("phone" in one for one in read("places.json"))


def filled_messages() -> Iterator[tuple[str, str, str, str]]:
    """Language, place, title and body of every message, for every customer it may reach and for one who is unknown."""
    profiles = [
        {"first_name": c["name"].split()[0], "size": c["sizes"], "language": c["language"]}
        for c in read("customers.json")
    ]
    for campaign in read("campaigns.json"):
        for language, message in campaign["messages"].items():
            for profile in [p for p in profiles if p["language"] == language] + [{}]:
                for place_id in campaign["trigger"]["places"]:
                    name = places()[place_id]["name"]
                    facts = {"customer": profile, "place": {"name": name}}
                    title, body = (liquid.Template(message[part]).render(**facts) for part in ("title", "body"))
                    yield language, name, title, body


def test_messages_fit_a_lock_screen_and_name_the_place() -> None:
    messages = list(filled_messages())
    assert len(messages) > 36
    for _, place, title, body in messages:
        assert 0 < len(title) <= 40, title
        assert 0 < len(body) <= 110, body
        assert place in body, body
        assert "!" not in title + body
        assert "  " not in title + body
        assert "{" not in title + body


def test_dutch_says_je_and_german_says_sie() -> None:
    for language, _, title, body in filled_messages():
        words = (title + " " + body).replace(",", " ").replace(".", " ").split()
        if language == "nl":
            assert {"je", "Je"} & set(words), body
            assert not {"u", "uw", "U", "Uw"} & set(words), body
        if language == "de":
            assert "Sie" in words, body
            assert not {"du", "Du", "dir", "dein"} & set(words), body


def test_settings_are_for_a_demo_at_any_hour() -> None:
    assert read("settings.json") == {
        "quiet_hours": None,
        "frequency_cap": {"messages": 30, "window": "PT1H"},
        "default_language": "en",
        "abandoned_after": "PT5M",
    }


def test_the_map_is_light_valid_and_within_its_box() -> None:
    assert (FOLDER / "streets.geojson").stat().st_size < 60_000
    features = read("streets.geojson")["features"]
    assert {feature["properties"]["kind"] for feature in features} == {"route", "neighbourhood", "building"}
    frame = box(4.875, 52.362, 4.910, 52.383)
    for feature in features:
        outline = shape(feature["geometry"])
        assert outline.is_valid, feature["properties"]["name"]
        assert frame.covers(outline), feature["properties"]["name"]


def test_the_route_on_the_map_is_the_route_of_the_walks() -> None:
    drawn = next(f for f in read("streets.geojson")["features"] if f["properties"]["kind"] == "route")
    route = shape(read("route.geojson")["features"][0]["geometry"])
    assert isinstance(route, LineString)
    assert route.equals(shape(drawn["geometry"]))
    for row in walks():
        assert route.distance(Point(float(row["true_lon"]), float(row["true_lat"]))) < 1e-4


def test_every_file_has_its_licence() -> None:
    for folder in (FOLDER, Path(__file__).parent / "data"):
        licences = (folder / "LICENCES.md").read_text(encoding="utf-8")
        files = [path for path in folder.rglob("*") if path.is_file() and path.name != "LICENCES.md"]
        assert files
        for path in files:
            assert f"| `{path.relative_to(folder).as_posix()}` |" in licences, path.name
    assert "Copyright (c) 2019, e-mission" in (FOLDER / "LICENCES.md").read_text(encoding="utf-8")


def test_sannes_walk_is_from_the_station_to_the_store_that_holds_her_order() -> None:
    """As her phone says it, and as it is: the first of it within the station, the last of it on the premises, the ring between. And presence believes it:
    a walk whose phone was too unsure at the door would leave the board dark.
    """
    [order] = [one for one in read("orders.json") if one["id"] == ORDER]
    [sanne] = [one for one in read("customers.json") if one["id"] == order["customer"] == WHO]
    assert sanne["consents"]["orders"]
    store, station = places()[order["place"]], shape(places()["centraal"]["geofences"][0]["geometry"])
    rings = {one["role"]: one["radius_m"] for one in store["geofences"] if "radius_m" in one}
    assert rings == {"premises": 100, "approach": 500}
    rows = [one for one in walks() if one["trace"] == WALK]
    for lat, lon in (("lat", "lon"), ("true_lat", "true_lon")):
        spots = [(float(one[lat]), float(one[lon])) for one in rows]
        away = [metres(store["lat"], store["lon"], *spot) for spot in spots]
        assert [station.contains(Point(spot[1], spot[0])) for spot in (spots[0], spots[-1])] == [True, False]
        assert away[0] > rings["approach"]
        assert sum(one < rings["premises"] for one in away[-20:]) >= 10
    assert away[-1] < rings["premises"]
    premises = Fence("store", "store", "premises", Circle(store["lat"], store["lon"], rings["premises"]))
    index, presence, entered = FenceIndex([premises], 1), None, []
    for one in rows:
        at, metres_away = float(one["ts"]), metres(store["lat"], store["lon"], float(one["lat"]), float(one["lon"]))
        seen = Sighting(at, float(one["accuracy_m"]), {"store": metres_away - rings["premises"]})
        moved = step(presence, seen, index, received_at=at)
        presence = moved.presence
        entered += [each.kind for each in moved.transitions]
    assert entered == ["enter"]


def test_the_board_has_something_in_each_state(database: Database) -> None:
    """And says the same however often the town is loaded; what was collected meanwhile stays so."""
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    for _ in range(2):
        load_folder(database, FOLDER, now=now)
        with database.reading() as session:
            orders = {one["id"]: get_order(session, one["id"]) for one in read("orders.json")}
        assert {name: one["status"] for name, one in orders.items()} == {
            "S-10482": "ready",
            "S-10479": "ready",
            "S-10480": "on_the_way",
            "S-10481": "placed",
        }
        history = [(one["status"], one["at"]) for one in orders["S-10479"]["history"]]
        assert history[-1] == ("ready", (now - timedelta(days=4)).isoformat())
        assert len(history) == 2
    hers = {name: value for name, value in read("orders.json")[0].items() if name != "id"}
    body = OrderBody.model_validate({**hers, "status": "collected"})
    with database.transaction() as session:
        put_order(session, ORDER, body, keys=KEYS, now=now)
    load_folder(database, FOLDER, now=now)
    with database.reading() as session:
        assert get_order(session, ORDER)["status"] == "collected"


def test_a_time_that_is_none_is_named(database: Database, tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text(json.dumps([{"id": "A-1", "ago": "yesterday"}]))
    with pytest.raises(BadInput) as refused:
        load_folder(database, tmp_path, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert refused.value.faults[0].path == "orders.json[0].ago"
