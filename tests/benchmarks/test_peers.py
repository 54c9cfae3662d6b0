"""The peers that run here say what we say; the others say why they are not there."""

import importlib.util
from contextlib import ExitStack

import pytest

from benchmarks.figures import QUICK
from benchmarks.matching.containing import BUILDERS, race
from benchmarks.matching.peers import AbsentError, Tree
from benchmarks.matching.postgis import POSTGRESQL, postgis
from benchmarks.matching.workload import Kind, geofences, positions_near
from tests.postgres import Server


def test_postgis_says_what_we_say_circles_included_or_why_not(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(POSTGRESQL, postgresql_server.new_database())
    fences = geofences(300, "mixed", "clustered")
    raced, absent = race(fences, positions_near(fences, 2_000), {"PostGIS": postgis}, QUICK)
    if absent:
        assert "the server has no PostGIS" in absent[0]
    else:
        assert raced[1].engine.version.startswith("PostGIS ")
        assert int(raced[1].compared.split(" of ")[0].rstrip("k").replace(".", "")) > 0


def test_without_a_server_postgis_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(POSTGRESQL, raising=False)
    with pytest.raises(AbsentError, match=POSTGRESQL), postgis(geofences(1, "circles")):
        pass
    monkeypatch.setenv(POSTGRESQL, "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(AbsentError, match="does not answer"), postgis(geofences(1, "circles")):
        pass


@pytest.mark.parametrize("kind", ["circles", "polygons", "mixed"])
def test_one_point_a_call_of_the_tree_is_the_same_as_all_at_once(kind: Kind) -> None:
    fences = geofences(200, kind, "clustered")
    tree = Tree(fences)
    lat, lon = positions_near(fences, 300)
    held: list[list[int]] = [[] for _ in lat]
    for row, fence in zip(*(part.tolist() for part in tree.containing(lat, lon)), strict=True):
        held[row].append(fence)
    assert sum(map(len, held)) > 30
    one_by_one = [tree.containing_one(*at) for at in zip(lat.tolist(), lon.tolist(), strict=True)]
    assert one_by_one == [tuple(sorted(found)) for found in held]


@pytest.mark.parametrize("name", ["geopandas", "H3"])
def test_a_peer_without_true_circles_races_with_polygons_only(name: str) -> None:
    package = name.lower()
    with ExitStack() as stack:
        if importlib.util.find_spec(package) is None:
            with pytest.raises(AbsentError, match=f"{package} is not installed"):
                stack.enter_context(BUILDERS[name](geofences(3, "polygons")))
        else:
            with pytest.raises(AbsentError, match="true circles"):
                stack.enter_context(BUILDERS[name](geofences(3, "mixed")))
            fences = geofences(100, "polygons", "clustered")
            raced, _ = race(fences, positions_near(fences, 500), {name: BUILDERS[name]}, QUICK)
            assert len(raced) == 2
