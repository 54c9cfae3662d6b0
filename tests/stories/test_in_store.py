"""Who stands in the brand's own store gets another offer than who passes by it."""

import pytest

from tests.stories.town_by_doors import STORES, TownByDoors

INSIDE = {"inside": "kalverstraat"}
RING = {"on": "enter", "places": ["kalverstraat"], "role": "approach"}
DOOR = {"on": "enter", "places": ["kalverstraat"], "role": "premises"}


@pytest.fixture(autouse=True)
def store(town: TownByDoors) -> None:
    """A store of 100 m with a ring of 400 m around it, and two campaigns that both wait at the ring and at the door."""
    lat, lon = STORES["kalverstraat"]
    circles = [
        {"role": role, "lat": lat, "lon": lon, "radius_m": radius}
        for role, radius in (("premises", 100), ("approach", 400))
    ]
    town.store(geofences=circles)
    for name, trigger in (("ring", RING), ("door", DOOR)):
        town.campaign(f"come-in-{name}", trigger=trigger, audience={"not": INSIDE})
        town.campaign(f"welcome-{name}", trigger=trigger, audience=INSIDE)


def test_passing_by_and_then_walking_in_are_two_offers(town: TownByDoors) -> None:
    sanne = town.somebody()
    lat, lon = STORES["kalverstraat"]
    assert town.ping(sanne, lat + 0.0025, lon).status_code == 202
    town.work()
    assert [one["campaign"] for one in town.deliveries()] == ["come-in-ring"]
    [kept_out] = town.decisions("sanne", "welcome-ring")
    assert kept_out["outcome"] == "not_in_audience"
    assert kept_out["facts"]["condition"] == INSIDE
    town.pass_minutes(5)
    town.walk_in(sanne)
    assert [one["campaign"] for one in town.deliveries()] == ["come-in-ring", "welcome-door"]
    [kept_out] = town.decisions("sanne", "come-in-door")
    assert (kept_out["outcome"], kept_out["facts"]["condition"]) == ("not_in_audience", {"not": INSIDE})
    assert town.why("sanne", "come-in-door")["decisions"] == [kept_out]


def test_who_is_first_seen_inside_is_not_asked_to_come_in(town: TownByDoors) -> None:
    """One ping crosses the ring and the door at once."""
    town.walk_in(town.somebody())
    assert town.outcomes(campaign="come-in-ring") == town.outcomes(campaign="come-in-door") == ["not_in_audience"]
    assert "welcome-door" in [one["campaign"] for one in town.deliveries()]


def test_who_has_left_passes_by_again(town: TownByDoors) -> None:
    sanne = town.somebody()
    town.walk_in(sanne)
    town.walk_out(sanne)
    lat, lon = STORES["kalverstraat"]
    for _ in range(2):
        town.pass_minutes(5)
        assert town.ping(sanne, lat + 0.01, lon).status_code == 202
        town.work()
    town.pass_minutes(5)
    assert town.ping(sanne, lat + 0.0025, lon).status_code == 202
    town.work()
    assert town.outcomes(campaign="come-in-ring") == ["not_in_audience", "send"]
