"""An import of posters that breaks off half-way says what is in, that the file may be sent again, and stands among what was done."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from offers import posters
from offers.deeds import list_deeds
from offers.follows import Written
from offers.posters import put_posters
from offers.records.database import Database
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

IMPORT = "/console/posters/import"
ROWS = 1_200


@pytest.fixture(autouse=True)
def _desk(admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}})
    monkeypatch.setattr("web.importing.PATIENCE_S", (0.0,))


@pytest.fixture
def database_leaves(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of the batches that are tried, how many have been; from the third on the database does not answer."""
    tried: list[int] = []

    def write(session: Session, bodies: Mapping[str, Any], /, *, now: Any) -> Written:
        tried.append(len(bodies))
        if len(tried) > 2:
            raise OperationalError("INSERT", {}, Exception("the connection is lost"))
        return put_posters(session, bodies, now=now)

    monkeypatch.setattr(posters, "put_posters", write)
    return tried


def file() -> str:
    return "id,place,campaign\n" + "".join(f"p-{n},kalverstraat-102,scanned\n" for n in range(ROWS))


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one["noun"], one["subject"]) for one in list_deeds(session) if one["what"] == "imported"]


@pytest.mark.parametrize(
    ("language", "said", "again"),
    [
        ("en", "Rows that were read in before that: 1,000. 1,000 made", "Send the same file again"),
        ("nl", "Rijen die daarvoor zijn ingelezen: 1.000. 1.000 gemaakt", "Stuur hetzelfde bestand opnieuw"),
        ("de", "Zeilen, die davor eingelesen wurden: 1.000. 1.000 angelegt", "Senden Sie dieselbe Datei noch einmal"),
    ],
)
def test_what_is_in_is_told_and_written_down(  # noqa: PLR0917 - what it is put together from
    enter: Enter,
    admin: httpx.Client,
    database: Database,
    database_leaves: list[int],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
    again: str,
) -> None:
    person = enter("marketer", language=language)
    answer = person.fill(IMPORT, file=file())
    assert answer.status_code == 503
    page = PageText(answer.text)
    assert said in page.text
    assert again in page.text
    assert deeds(database) == [("posters", "1000")]
    monkeypatch.undo()
    assert person.fill(IMPORT, file=file()).status_code == 200
    assert deeds(database) == [("posters", "200"), ("posters", "1000")]


def test_all_or_nothing_is_nothing_and_is_no_deed(
    marketer: Person, admin: httpx.Client, database: Database, database_leaves: list[int]
) -> None:
    answer = marketer.fill(IMPORT, file=file(), atomic="1")
    assert answer.status_code == 503
    assert "which are in" not in answer.text
    assert "The import broke off" not in answer.text
    assert admin.get("/v1/posters").json()["items"] == []
    assert deeds(database) == []
