"""A file's preview remarks on shapes as the editor does: too small for phones, or over a neighbour's, in force or of the same file."""

import time

import httpx
import pytest

from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.test_place_import import PATH, csv, pressed, row, shown
from tests.web.console.test_place_remarks import fence
from web.console import place_import, place_remarks

FAR = "{id},Far {id},store,{lat},{lon},Europe/Amsterdam,{radius},"


def spread(number: int, *, lat: float = 40.0, radius: str = "120") -> str:
    return FAR.format(id=f"p-{number:04}", lat=lat + number // 40 / 50, lon=5 + number % 40 / 50, radius=radius)


def remarks(html: str, name: str) -> str:
    """What stands below the fate of the row of that name."""
    return html.partition(f">{name}</td>")[2].partition("</tr>")[0]


def test_small_and_shared_shapes_are_remarked_and_stop_nobody(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1", "geofences": [fence()]})
    admin.put("/v1/places/same", json=PLACE | {"name": "Same", "geofences": [fence(radius_m=150)]})
    text = csv(row("small", "Small", "40"), row("other", "Other", "110"), spread(0), row("bad", "Bad", "-4"))
    page = shown(marketer, text)
    small = remarks(page.html, "Small")
    assert "a radius of 40 m" in small
    assert [one in small for one in ("Dam 1", "Other", "Same", "Small", "Far")] == [True, True, True, False, False]
    assert "too small" not in remarks(page.html, "Other")
    assert "Worth" not in remarks(page.html, "Far p-0000")
    assert "shares ground" not in remarks(page.html, "Far p-0000")
    assert "shares ground" not in remarks(page.html, "Bad"), "what is refused shares no ground"
    assert "Places whose shapes are worth a look: 2." in page.text
    assert pressed(marketer, page).status_code == 200
    assert len(admin.get("/v1/places").json()["items"]) == 5, "a remark stops nobody"


def test_a_place_is_held_against_what_the_file_makes_of_its_neighbour(marketer: Person, admin: httpx.Client) -> None:
    """It is paused or moved away by the same file: nobody is at both."""
    admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1", "geofences": [fence()]})
    moved = shown(marketer, csv(row("new", "New"), FAR.format(id="dam-1", lat=40, lon=5, radius=120)))
    assert "shares ground" not in moved.text
    assert "shares ground" in shown(marketer, csv(row("new", "New"))).text
    assert "shares ground" not in shown(marketer, csv(row("dam-1", "Renamed"))).text, "not with itself"


def test_of_a_long_file_what_is_worth_a_look_is_shown_before_the_rest(
    marketer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_import, "SHOWN", 3)
    page = shown(marketer, csv(*(spread(n) for n in range(6)), spread(6, radius="30"), row("bad", "Bad", "-4")))
    assert page.html.index(">bad<") < page.html.index(">Far p-0006<") < page.html.index(">Far p-0000<")
    monkeypatch.setattr(place_remarks, "MOST_LOOKED", 4)
    page = shown(marketer, csv(*(spread(n) for n in range(6)), spread(6, radius="30")))
    assert "The shapes of the first 4 places were looked at." in page.text
    assert "too small" not in page.text


def test_a_thousand_rows_are_looked_at_soon_even_on_one_spot(marketer: Person) -> None:
    """A thousand that all share their ground would be a million drawings."""
    crowd = csv(*(row(f"p-{n}", f"P {n}") for n in range(1000)))
    began = time.monotonic()
    page = shown(marketer, crowd)
    took = time.monotonic() - began
    assert "shares ground" in page.text
    assert "and 10 more" in page.text
    assert "The shapes of the first 50 places were looked at." in page.text
    assert took < 20


@pytest.mark.parametrize("language", ["nl", "de"])
def test_it_is_said_in_each_language(enter: Enter, language: str) -> None:
    page = shown(enter("marketer", language=language), csv(row("small", "Small", "40")))
    assert {"nl": "te klein voor veel telefoons", "de": "zu klein für viele Telefone"}[language] in page.text
    assert page.lang == language
    assert PATH in {one.action for one in page.sheets}
