"""Places from a file: each row's fate before anything is written, then one button."""

import json
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from web.console import place_import
from web.console.progress import Progress

PATH = place_import.PATH
HEAD = "id,name,kind,lat,lon,time_zone,radius_m,opening_hours"
ROW = "{id},{name},store,52.3702516,4.8906199,Europe/Amsterdam,{radius},{hours}"
RING = [[4.89, 52.37], [4.892, 52.37], [4.892, 52.371], [4.89, 52.371], [4.89, 52.37]]


def row(place_id: str, name: str = "Kalverstraat 102", radius: str = "100", hours: str = "Mo-Sa 09:00-18:00") -> str:
    return ROW.format(id=place_id, name=name, radius=radius, hours=hours)


def csv(*rows: str) -> str:
    return "\n".join((HEAD, *rows)) + "\n"


def feature(place_id: str | None, geometry: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"name": "Dam 1", "kind": "store", "time_zone": "Europe/Amsterdam", **more}
    return {"type": "Feature", "geometry": geometry, "properties": said | ({"id": place_id} if place_id else {})}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def shown(person: Person, text: str, status: int = 200) -> PageText:
    answer = person.fill(PATH, file=text)
    assert answer.status_code == status, answer.text
    return PageText(answer.text)


def pressed(person: Person, page: PageText) -> httpx.Response:
    """The button of a preview; its form comes first."""
    return person.send(page.sheet(PATH), do="write")


def ids(admin: httpx.Client) -> list[str]:
    return [one["id"] for one in admin.get("/v1/places").json()["items"]]


def test_each_rows_fate_is_told_before_anything_is_written(marketer: Person, admin: httpx.Client) -> None:
    old = PLACE | {"name": "Kalverstraat 102", "opening_hours": "Mo-Sa 09:00-18:00", "geofences": [CIRCLE]}
    for place_id in ("same", "other"):
        admin.put(f"/v1/places/{place_id}", json=old | {"pickup": False})
    page = shown(
        marketer,
        csv(
            row("same"),
            row("other", name="Dam 1", radius="250"),
            row("fresh"),
            row("bad", radius="-4"),
            row("worse", hours="whenever"),
        ),
    )
    assert "refused 2 new 1 changed 1 unchanged 1" in page.text
    assert "3 other Dam 1 changed Name, Geofences" in page.text
    assert "2 same Kalverstraat 102 unchanged" in page.text
    assert "4 fresh Kalverstraat 102 new" in page.text
    assert "radius_m From 1 to 50000." in page.text
    assert "opening_hours These hours can not be read." in page.text
    assert ids(admin) == ["other", "same"], "nothing is written by looking"
    assert admin.get("/v1/places/other").json()["name"] == "Kalverstraat 102"

    answer = pressed(marketer, page)
    assert answer.status_code == 200
    assert "Written" in PageText(answer.text).text
    assert ids(admin) == ["fresh", "other", "same"]
    assert admin.get("/v1/places/other").json()["geofences"][0]["radius_m"] == 250


CIRCLE = {"role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100}


def test_the_same_file_again_changes_nothing(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    text = csv(row("one"), row("two"))
    pressed(marketer, shown(marketer, text))
    before = [admin.get(f"/v1/places/{one}").headers["etag"] for one in ("one", "two")]
    again = shown(marketer, text)
    assert "unchanged 2" in again.text
    assert "There is nothing to write." in again.text
    assert len([one for one in again.sheets if one.action == PATH]) == 1, "no button where there is nothing to do"
    assert [admin.get(f"/v1/places/{one}").headers["etag"] for one in ("one", "two")] == before
    deeds = enter("admin").look("/console/users").text
    assert deeds.count("read in places 2") == 1


def test_geojson_points_areas_and_one_feature_alone(marketer: Person, admin: httpx.Client) -> None:
    point = feature("point", {"type": "Point", "coordinates": [4.89, 52.37]}, radius_m=150)
    area = feature("area", {"type": "Polygon", "coordinates": [RING]})
    further = [[[lon + 0.01, lat] for lon, lat in RING]]
    many = feature("many", {"type": "MultiPolygon", "coordinates": [[RING], further]})
    bad = feature("bad", {"type": "Polygon", "coordinates": [RING[:2]]})
    nameless = feature(None, {"type": "Point", "coordinates": [4.89, 52.37]}, radius_m=150)
    page = shown(marketer, collection(point, area, many, bad, nameless))
    assert "refused 2 new 3" in page.text
    assert "features[3].geometry.coordinates" in page.text
    assert "features[4].id Fill this in." in page.text or "features[4].properties.id Fill this in." in page.text
    pressed(marketer, page)
    assert ids(admin) == ["area", "many", "point"]
    assert admin.get("/v1/places/point").json()["geofences"][0]["radius_m"] == 150
    assert admin.get("/v1/places/many").json()["geofences"][0]["geometry"]["type"] == "MultiPolygon"
    alone = json.dumps(feature("alone", {"type": "Polygon", "coordinates": [RING]}))
    pressed(marketer, shown(marketer, alone))
    assert "alone" in ids(admin)


def test_what_changed_meanwhile_is_not_written_over(marketer: Person, admin: httpx.Client) -> None:
    page = shown(marketer, csv(row("one", name="Mine")))
    admin.put("/v1/places/one", json=PLACE | {"name": "Theirs"})
    answer = pressed(marketer, page)
    assert answer.status_code == 409
    told = PageText(answer.text)
    assert "Somebody changed a place meanwhile" in told.text
    assert admin.get("/v1/places/one").json()["name"] == "Theirs"
    assert pressed(marketer, told).status_code == 200
    assert admin.get("/v1/places/one").json()["name"] == "Mine"


def test_an_import_is_in_force_for_the_next_ping(marketer: Person, register: Any, http: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {register()['token']}"}
    pressed(marketer, shown(marketer, csv(row("one"))))
    ping = {"lat": 52.3702516, "lon": 4.8906199, "accuracy_m": 8}
    assert http.post("/v1/pings", json=ping, headers=headers).json()["quiet_radius_m"] < 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file."),
        ("   \n", "Choose a file."),
        ("id,name\ufffd\n", "UTF-8"),
        ("id,colour\n1,red\n", "there is no column 'colour'"),
        ("name,kind\nx,store\n", "the column 'id' is missing"),
        ('{"type": "FeatureCollection", "features": [', "is not JSON"),
        ('{"type": "Topology"}', "is no FeatureCollection"),
        (csv(*(row(f"p{number}") for number in range(5001))), "more than 5000 rows"),
        (csv(row("a", name="x" * 4_000_000)), "at most 4 MB"),
    ],
)
def test_a_file_that_can_not_be_taken_is_said_at_its_field(
    marketer: Person, admin: httpx.Client, text: str, said: str
) -> None:
    page = shown(marketer, text, 422)
    assert page.invalid == ["file"]
    assert said in page.text
    assert set(page.described) <= set(page.ids)
    assert ids(admin) == []


def test_a_long_file_is_counted_whole_and_shown_in_part(marketer: Person) -> None:
    rows = [row(f"p{number:04}") for number in range(300)] + [row("bad", radius="-4")]
    page = shown(marketer, csv(*rows))
    assert "refused 1 new 300" in page.text
    assert "200 of 301 rows are shown" in page.text
    assert page.text.index(" bad ") < page.text.index("p0000"), "what is refused comes first"
    assert page.html.count("<tr>") == 201


def test_a_broken_button_writes_nothing(marketer: Person, admin: httpx.Client) -> None:
    """A content that was tampered with is read like any file, and its print does not fit."""
    page = shown(marketer, csv(row("one")))
    answer = marketer.send(page.sheet(PATH), do="write", content=csv(row("two")))
    assert answer.status_code == 409
    assert ids(admin) == []


def test_a_file_as_a_browser_sends_it(marketer: Person, admin: httpx.Client) -> None:
    """In parts, with line ends of two characters, and the preview's own form likewise."""
    token = marketer.token()
    text = csv(row("one")).replace("\n", "\r\n")
    answer = marketer.http.post(PATH, data={"token": token}, files={"file": ("places.csv", text.encode(), "text/csv")})
    sheet = PageText(answer.text).sheet(PATH)
    sent = {name: (None, value.replace("\n", "\r\n")) for name, value in sheet.fields} | {"do": (None, "write")}
    assert marketer.http.post(PATH, files=sent).status_code == 200
    assert ids(admin) == ["one"]


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_it_speaks_each_language(enter: Enter, admin: httpx.Client, language: str) -> None:
    person = enter("marketer", language=language)
    for text, status in (("", 422), (csv(row("one"), row("bad", radius="-4")), 200)):
        page = shown(person, text, status)
        assert page.lang == language
        assert set(page.controls) <= page.labelled
        assert len(page.ids) == len(set(page.ids))
        assert page.styled == 0
    said = {"en": "new 1", "nl": "nieuw 1", "de": "neu 1"}[language]
    assert said in page.text
    pressed(person, page)
    assert ids(admin) == ["one"]


def test_the_way_there(marketer: Person, enter: Enter, database: Database) -> None:
    assert marketer.look("/console/places").links["Places from a file"] == PATH
    assert PATH not in enter("viewer").look("/console/places").links.values()
    taken = marketer.fill("/console/places/new", id="import", name="x")
    assert "This id is taken." in taken.text


@pytest.mark.parametrize("way", ["look", "write"])
def test_who_waits_for_a_file_is_told_how_far_it_is(
    marketer: Person, enter: Enter, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Each time it is told, the user is told it, and nobody else."""
    other, heard = enter("admin"), list[tuple[float, object, object]]()
    tell = Progress.tell

    def tell_and_ask(self: Progress, share: float) -> None:
        self._told_at = 0.0
        tell(self, share)
        heard.append((share, far(marketer), far(other)))

    def far(person: Person) -> object:
        return person.http.get(f"{PATH}/far").json()["share"]

    text = csv(*(row(f"p-{number}") for number in range(1100)))
    page = shown(marketer, text) if way == "write" else None
    monkeypatch.setattr(Progress, "tell", tell_and_ask)
    answer = pressed(marketer, page) if page else marketer.fill(PATH, file=text)
    assert answer.status_code == 200
    shares = [share for share, _, _ in heard]
    assert len(shares) > 3
    assert shares == sorted(set(shares)), "it only goes on"
    assert 0 < shares[0] < shares[-1] <= 1
    assert all(mine == pytest.approx(share, abs=0.001) and others is None for share, mine, others in heard)
    assert far(marketer) is None, "it is over"
    assert f'data-far="{PATH}/far"' in answer.text


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("marketer", 200), ("admin", 200), ("staff", 403)])
@pytest.mark.parametrize("path", [PATH, "/console/posters/import"])
def test_who_may_import_may_ask_how_far_it_is(enter: Enter, path: str, role: str, status: int) -> None:
    person = enter(role)
    assert person.http.get(f"{path}/far").status_code == status
    person.http.cookies.clear()
    assert person.http.get(f"{path}/far").headers["location"].startswith("/console/sign-in")
