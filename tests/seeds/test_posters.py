"""A folder's posters: hung with the codes that they bring along, and safe to load twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from offers.errors import BadInput
from offers.posters import AskedPosters, list_posters
from offers.records.database import Database
from seeds.load import load_folder
from tests.offers.stories import NOON, Town

POSTER = {"id": "hall", "code": "K7M4-9XQT-2R", "name": "Hall", "lat": 52.3788, "lon": 4.9006, "campaign": "scanned"}


@pytest.fixture
def town(database: Database) -> Town:
    town = Town(database)
    town.campaign("scanned", "scan", live=False)
    return town


def load(town: Town, folder: Path, *posters: dict[str, Any]) -> list[tuple[str, str]]:
    (folder / "posters.json").write_text(json.dumps(posters))
    assert load_folder(town.database, folder, now=NOON).counts["posters"] == len(posters)
    items, _ = town.read(lambda session: list_posters(session, AskedPosters(), now=NOON))
    return [(one["id"], one["code"]) for one in items]


def test_a_poster_keeps_the_code_that_it_brought(town: Town, tmp_path: Path) -> None:
    assert load(town, tmp_path, POSTER) == [("hall", "K7M49XQT2R")]
    assert load(town, tmp_path, POSTER | {"name": "Great hall"}) == [("hall", "K7M49XQT2R")]
    assert load(town, tmp_path, POSTER | {"code": "AAAAAAAAAA"}) == [("hall", "K7M49XQT2R")], "it hangs already"


def test_one_without_a_code_gets_one(town: Town, tmp_path: Path) -> None:
    [(_, code)] = load(town, tmp_path, {name: value for name, value in POSTER.items() if name != "code"})
    assert len(code) == 10


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"code": "SHORT"}, "posters.json[0].code"),
        ({"code": 7}, "posters.json[0].code"),
        ({"campaign": "nowhere"}, "posters.json[0].campaign"),
        ({"lat": 91}, "posters.json[0].lat"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(town: Town, tmp_path: Path, wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(town, tmp_path, POSTER | wrong)
    assert [one.path for one in refused.value.faults] == [path]


def test_a_code_of_another_poster_is_refused(town: Town, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="can not be written so"):
        load(town, tmp_path, POSTER, POSTER | {"id": "other"})
