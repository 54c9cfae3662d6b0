"""`passerby import`: a file goes to a running server, and what was refused is named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands.line import Noun, app
from offers.rules.rows.kinds import kinds
from tests.web.conftest import Served
from web import files


@pytest.fixture
def sent(served: Served, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> "type[Sent]":
    monkeypatch.setenv("PASSERBY_KEY", keys["admin"])
    monkeypatch.setenv("COLUMNS", "200")
    Sent.to = served.url
    return Sent


class Sent:
    """What the command said."""

    to = ""

    def __init__(self, noun: str, file: Path, *more: str) -> None:
        self.result: Result = CliRunner().invoke(app, ["import", noun, str(file), "--to", self.to, *more])
        self.words = " ".join(self.result.output.split())


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_whatever_has_a_door_for_files_can_be_imported() -> None:
    assert {one.value for one in Noun} == set(kinds())


def test_a_file_goes_in_and_again_changes_nothing(sent: type[Sent], tmp_path: Path) -> None:
    file = written(tmp_path, "stores.csv", files.CSV["places"])
    first = sent("places", file)
    assert first.result.exit_code == 0, first.words
    assert "1 of 1 places" in first.words
    assert "1 rows: 1 created, 0 changed, 0 unchanged, 0 refused" in first.words
    again = sent("places", file, "--atomic")
    assert again.result.exit_code == 0
    assert "0 created, 0 changed, 1 unchanged, 0 refused" in again.words


def test_what_is_refused_is_named_by_line_and_field(sent: type[Sent], tmp_path: Path) -> None:
    text = "id,name,phone\na,Anna,\nb,Bea,06[red]\n" + "".join(f"x{i},,1\n" for i in range(30))
    file = written(tmp_path, "people.csv", text)
    one = sent("customers", file)
    assert one.result.exit_code == 1
    assert "3 │ b │ phone │ is not a phone number" in one.words
    assert "The first 20 of 31 refused rows are shown." in one.words
    assert "32 rows: 1 created, 0 changed, 0 unchanged, 31 refused" in one.words
    nothing = sent("customers", written(tmp_path, "others.csv", text.replace("a,Anna", "c,Cleo")), "--atomic")
    assert nothing.result.exit_code == 1
    assert "line 3: phone" in nothing.words
    assert "31 of 32 rows are refused, so nothing was written." in nothing.words


def test_where_there_is_no_bar_each_tenth_has_a_line(sent: type[Sent], tmp_path: Path) -> None:
    file = written(tmp_path, "people.jsonl", "".join(f'{{"id": "c{i}"}}\n' for i in range(7_000)))
    one = sent("customers", file)
    assert one.result.exit_code == 0
    lines = [line for line in one.result.output.splitlines() if line.endswith("of 7,000 customers")]
    assert [line.split()[0] for line in lines] == ["1,000", "2,000", "3,000", "4,000", "5,000", "6,000", "7,000"]


def test_a_file_that_is_none_and_a_key_that_may_not(
    sent: type[Sent], keys: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "stores.geojson", '{"type": "FeatureCollection", "features": [}')
    broken = sent("places", file)
    assert broken.result.exit_code == 1
    assert "line 1, column 44" in broken.words
    assert sent("places", written(tmp_path, "stores.xlsx", "")).result.exit_code == 1
    assert sent("places", tmp_path / "not there.csv").result.exit_code == 2
    monkeypatch.setenv("PASSERBY_KEY", keys["till"])
    refused = sent("customers", written(tmp_path, "people.csv", "id\na\n"))
    assert refused.result.exit_code == 1
    assert "till may not do this" in refused.words
    monkeypatch.delenv("PASSERBY_KEY")
    assert sent("customers", tmp_path / "people.csv").result.exit_code == 1


def test_a_server_that_is_not_there(sent: type[Sent], tmp_path: Path) -> None:
    gone = sent("customers", written(tmp_path, "people.csv", "id\na\n"), "--to", "http://127.0.0.1:1")
    assert gone.result.exit_code == 1
    assert "http://127.0.0.1:1" in str(gone.result.exception)
