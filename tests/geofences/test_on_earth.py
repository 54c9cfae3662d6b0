"""The traps of other engines, walked through in degrees: index, cells and the rule together. `walk.at(minutes, lat, lon)`."""

import itertools
import json
import random
from dataclasses import dataclass, field

import pytest

from geofences.cells import cell_of
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Plane
from geofences.ping import Refusal, read_ping
from geofences.presence import Presence, Sighting, Step, step
from geofences.shapes import Area, Circle, read_shape
from tests.geofences.story import NOON

OUTSIDE = [(52.37 + 0.0045, 4.89)] * 2
"""500 m north of the store, twice."""


@dataclass
class Way:
    """One device on its way; every ping goes through the whole of it, as in a lane."""

    index: FenceIndex
    presence: Presence | None = None
    told: list[str] = field(default_factory=list)

    def at(self, minutes: float, lat: float, lon: float, accuracy_m: float | None = 10) -> Step:
        at = NOON + 60 * minutes
        sighting = Sighting(at, accuracy_m, self.index.locate_one(lat, lon), cell_of(lat, lon))
        moved = step(self.presence, sighting, self.index, received_at=at)
        self.presence = Presence.from_bytes(moved.presence.to_bytes())
        self.told += [f"{minutes:g} {one.kind} {one.fence_id}" for one in moved.transitions]
        return moved

    def along(self, *spots: tuple[float, float], accuracy_m: float | None = 10) -> list[str]:
        """A spot a minute; what is told."""
        for minutes, spot in enumerate(spots):
            self.at(minutes, *spot, accuracy_m=accuracy_m)
        return self.told


def way(*shapes: Circle | Area, dwell_s: int | None = None) -> Way:
    names = ("store", "kiosk", "stall")
    return Way(FenceIndex([Fence(n, n, "premises", s, dwell_s) for n, s in zip(names, shapes, strict=False)], 1))


def square(lat: float, lon: float, metres: float) -> list[list[float]]:
    """A ring round a middle, counter-clockwise, (lon, lat) as GeoJSON has it."""
    corners = [(-metres, -metres), (metres, -metres), (metres, metres), (-metres, metres), (-metres, -metres)]
    spots = [Plane(lat, lon).lat_lon(*corner) for corner in corners]
    return [[lon, lat] for lat, lon in spots]


def test_a_circle_over_the_antimeridian_is_entered_from_both_sides() -> None:
    circle = Circle(0.0, 179.9995, 500)
    assert way(circle).along((0.0, 179.97), (0.0, 179.9990)) == ["1 enter store"]
    assert way(circle).along((0.0, -179.97), (0.0, -179.9995)) == ["1 enter store"]
    assert way(circle).along((0.0, 179.9990), (0.0, -179.9995), (0.0, 179.9985)) == ["0 enter store"]


def test_a_circle_at_the_pole_is_entered_on_its_other_side() -> None:
    circle = Circle(89.999, 0.0, 500)
    assert way(circle).along((89.98, 0.0), (89.999, 0.0)) == ["1 enter store"]
    assert way(circle).along((89.98, 180.0 - 360), (89.999, 180.0 - 360)) == ["1 enter store"]
    assert way(circle).along((89.999, 0.0), (89.999, -180.0), (89.9995, 90.0)) == ["0 enter store"]


@pytest.mark.parametrize(
    "raw",
    [
        '{"lat": 95, "lon": 4.89}',
        '{"lat": 52.37, "lon": 365}',
        '{"lat": NaN, "lon": 4.89}',
        '{"lat": 0, "lon": 0}',
        '{"lat": 4.89, "lon": 152.37e9}',
    ],
)
def test_a_position_that_is_none_is_refused_before_anybody_leaves_by_it(raw: str) -> None:
    assert isinstance(read_ping(json.loads(raw), received_at=NOON), Refusal)


def test_a_poor_fix_far_away_is_no_exit_and_no_enter() -> None:
    """Elsewhere a filter on accuracy takes such a fix for being outside."""
    one = way(Circle(52.37, 4.89, 100))
    one.at(0, 52.37, 4.89)
    assert one.at(1, *OUTSIDE[0], accuracy_m=1500).verdict == "inaccurate"
    assert one.at(2, 52.37, 4.89).verdict == "used"
    assert one.told == ["0 enter store"]


def test_who_stands_before_a_small_store_with_a_poor_fix_is_seldom_inside() -> None:
    """An hour 5 to 60 m outside a circle of 50 m, accuracy 80 m. A point test lets nearly everybody in."""
    dice, people, false, raw = random.Random(7), 60, 0, 0
    for _ in range(people):
        one, metres = way(Circle(52.37, 4.89, 50)), 50 + dice.uniform(5, 60)
        east, north = dice.gauss(0, 53), dice.gauss(0, 53)
        seen = False
        for minutes in range(60):
            east, north = (0.5 * error + 0.87 * dice.gauss(0, 53) for error in (east, north))
            spot = Plane(52.37, 4.89).lat_lon(metres + east, north)
            seen |= one.index.locate_one(*spot).get("store", 1.0) <= 0
            one.at(minutes, *spot, accuracy_m=80)
        false += any("enter" in told for told in one.told)
        raw += seen
    assert raw > 0.9 * people
    assert false < 0.2 * people


def test_a_provider_that_lies_about_its_accuracy_lets_nobody_out_by_one_fix() -> None:
    one = way(Circle(52.37, 4.89, 100))
    one.at(0, 52.37, 4.89)
    for minutes in range(1, 20, 2):
        one.at(minutes, *Plane(52.37, 4.89).lat_lon(300.0, 0.0), accuracy_m=1.9)
        one.at(minutes + 1, 52.37, 4.89, accuracy_m=1.9)
    assert one.told == ["0 enter store"]


def test_a_walk_into_a_hole_is_an_exit_and_out_of_it_an_enter() -> None:
    shape = read_shape(
        {"geometry": {"type": "Polygon", "coordinates": [square(52.37, 4.89, 300), square(52.37, 4.89, 150)[::-1]]}}
    )
    ring = Plane(52.37, 4.89).lat_lon(225.0, 0.0)
    assert way(shape).along(ring, (52.37, 4.89), (52.37, 4.89), ring) == [
        "0 enter store",
        "2 exit store",
        "3 enter store",
    ]


def test_from_part_to_part_nothing_happens() -> None:
    parts = [[square(52.37, 4.89, 60)], [square(52.37, 4.892, 60)]]  # 136 m from middle to middle
    shape = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": parts}})
    assert way(shape).along((52.37, 4.89), (52.37, 4.891), (52.37, 4.892), (52.37, 4.89)) == ["0 enter store"]


def test_a_hole_or_a_gap_that_phones_can_not_tell_is_none() -> None:
    """A courtyard of 40 m: who stands in it has not left."""
    shape = read_shape(
        {"geometry": {"type": "Polygon", "coordinates": [square(52.37, 4.89, 100), square(52.37, 4.89, 20)[::-1]]}}
    )
    one = way(shape)
    one.at(0, *Plane(52.37, 4.89).lat_lon(60.0, 0.0))
    for minutes in range(1, 10):
        assert one.at(minutes, 52.37, 4.89).verdict == "unsure"
    assert one.told == ["0 enter store"]


def test_whoever_passes_between_two_pings_has_not_been_there() -> None:
    """Nothing is made of the line between them, however near it comes."""
    assert way(Circle(52.37, 4.89, 100)).along((52.368, 4.89), (52.372, 4.89), (52.374, 4.89)) == []


def test_geofences_that_overlap_tell_in_one_order_whatever_order_they_are_kept_in() -> None:
    shapes = {"b": Circle(52.37, 4.89, 100), "a": Circle(52.3702, 4.89, 120), "c": Circle(52.37, 4.8902, 90)}
    for names in itertools.permutations(shapes):
        one = Way(FenceIndex([Fence(n, n, "premises", shapes[n], 60) for n in names], 1))
        one.along((52.37, 4.89), (52.37, 4.89), *OUTSIDE)
        assert one.told == [
            f"{minute} {kind} {name}" for minute, kind in enumerate(("enter", "dwell", "exit")) for name in "abc"
        ]


def test_out_of_one_and_into_the_next_leaves_first() -> None:
    there = Plane(52.37, 4.89).lat_lon(400.0, 0.0)
    one = way(Circle(52.37, 4.89, 60), Circle(*there, 60))
    assert one.along((52.37, 4.89), there) == ["0 enter store", "1 exit store", "1 enter kiosk"]


def test_a_restart_between_any_two_pings_repeats_nothing() -> None:
    """What is kept goes through its bytes after each ping anyway; here the index is made anew as well."""
    spots = [(52.37, 4.89)] * 3 + OUTSIDE + [(52.37, 4.89)]
    whole = way(Circle(52.37, 4.89, 100), dwell_s=60).along(*spots)
    for cut in range(1, len(spots)):
        first = way(Circle(52.37, 4.89, 100), dwell_s=60)
        first.along(*spots[:cut])
        again = way(Circle(52.37, 4.89, 100), dwell_s=60)
        again.presence = Presence.from_bytes(first.presence.to_bytes()) if first.presence else None
        for minutes in range(cut, len(spots)):
            again.at(minutes, *spots[minutes])
        assert first.told + again.told == whole
