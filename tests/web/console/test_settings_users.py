"""Users at the console: made with a password that is shown once, changed, shut out; the last admin stays; and who did what."""

import re
from datetime import timedelta

import httpx
import pytest

from offers import deeds, users
from offers.records.database import Database
from offers.rules.deeds import Deeds
from offers.rules.leafing import Turn
from tests.conftest import NOON
from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter, Person

WHERE = "/console/users"
SHOWN = re.compile(r'id="secret" readonly value="([^"]+)"')


def id_of(database: Database, email: str) -> str:
    with database.reading() as session:
        return str(next(one["id"] for one in users.list_users(session) if one["email"] == email))


def can_sign_in(person: Person, email: str, password: str) -> bool:
    return person.fill("/console/sign-in", email=email, password=password).status_code == 303


def test_a_user_is_made_and_the_password_is_shown_once(enter: Enter, browser: object, database: Database) -> None:
    boss = enter("admin")
    answer = boss.fill(WHERE, email="Noor@shop.example", name="Noor", role="marketer", language="nl")
    assert answer.headers["cache-control"] == "no-store"
    [password] = SHOWN.findall(answer.text)
    page = boss.look(WHERE)
    assert password not in page.html
    assert "admin@shop.example created user noor@shop.example" in page.text
    assert can_sign_in(browser(), "noor@shop.example", password)  # type: ignore[operator]
    again = boss.fill(WHERE, email="noor@shop.example", role="viewer")
    assert again.status_code == 409
    assert "already" in again.text
    assert not SHOWN.search(again.text)


def test_what_is_wrong_is_said_at_its_field(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    for values, field in (({"email": "nobody"}, "email"), ({"email": "a@b.example", "role": "king"}, "role")):
        answer = boss.fill(WHERE, **values)
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
        assert f'value="{values["email"]}"' in answer.text
    with database.reading() as session:
        assert len(users.list_users(session)) == 1


def test_a_role_and_a_name_are_changed_and_two_editors_are_told(enter: Enter, database: Database) -> None:
    boss, other = enter("admin"), enter("admin", "other@shop.example")
    enter("marketer")
    path = f"{WHERE}/{id_of(database, 'marketer@shop.example')}"
    late = other.look(path).sheet(path)
    assert boss.fill(path, name="Kim", role="staff").headers["location"] == f"{WHERE}?done=set_user_saved"
    answer = other.send(late, name="Kimberley", role="viewer")
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert 'value="Kimberley"' in answer.text
    with database.reading() as session:
        now = users.get_user(session, path.rpartition("/")[2])
    assert (now["name"], now["role"]) == ("Kim", "staff")
    text = boss.look("/console/settings/deeds").text
    assert "admin@shop.example made store staff of user marketer@shop.example" in text
    assert "admin@shop.example renamed user marketer@shop.example" in text
    assert "other@shop.example renamed" not in text


def test_stores_are_ticked(enter: Enter, database: Database, admin: object) -> None:
    from tests.web.conftest import PLACE

    assert admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1"}).status_code == 201  # type: ignore[attr-defined]
    boss = enter("admin")
    enter("staff")
    path = f"{WHERE}/{id_of(database, 'staff@shop.example')}"
    assert boss.fill(path, places=["dam-1"]).status_code == 303
    with database.reading() as session:
        assert users.get_user(session, path.rpartition("/")[2])["places"] == ["dam-1"]
    gone = boss.fill(path, places=["dam-1", "nowhere"])
    assert (gone.status_code, 'id="f-places-error"' in gone.text) == (422, True)
    assert boss.fill(path, places=None).status_code == 303
    with database.reading() as session:
        assert users.get_user(session, path.rpartition("/")[2])["places"] == []


def test_the_last_admin_stays(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    path = f"{WHERE}/{id_of(database, 'admin@shop.example')}"
    answer = boss.fill(path, role="viewer")
    assert answer.status_code == 409
    assert "last admin" in answer.text
    assert boss.fill(f"{path}/disable").status_code == 409
    assert boss.http.get(WHERE).status_code == 200
    enter("admin", "second@shop.example")
    assert boss.fill(f"{path}/disable").status_code == 303
    assert boss.http.get(WHERE).status_code == 303, "signed out"


def test_a_new_password_ends_the_old_and_lets_in_again(enter: Enter, browser: object, database: Database) -> None:
    boss, kim = enter("admin"), enter("staff")
    path = f"{WHERE}/{id_of(database, 'staff@shop.example')}"
    assert boss.fill(f"{path}/disable").status_code == 303
    assert kim.http.get("/console/pickup").status_code == 303
    [password] = SHOWN.findall(boss.fill(f"{path}/password").text)
    assert can_sign_in(browser(), "staff@shop.example", password)  # type: ignore[operator]
    assert password not in boss.look(path).html


@pytest.mark.parametrize("role", ["viewer", "staff", "marketer"])
def test_users_are_for_admins_alone(enter: Enter, database: Database, role: str) -> None:
    enter("admin")
    other = enter(role)
    token, whom = other.token(), id_of(database, "admin@shop.example")
    for path in (f"{WHERE}/{whom}", f"{WHERE}/{whom}/password", f"{WHERE}/{whom}/disable"):
        assert other.http.get(path).status_code == 403
        assert other.post(path, {"token": token, "role": "viewer", "name": "x"}).status_code == 403
    with database.reading() as session:
        assert users.get_user(session, whom)["role"] == "admin"


def test_deeds_are_filtered_and_paged(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    mine = id_of(database, "admin@shop.example")
    with database.transaction() as session:
        for number in range(60):
            users.note(session, mine, "launched", "campaign", f"c-{number:02}", now=NOON - timedelta(minutes=number))
    first = boss.look(f"/console/settings/deeds?by={mine}&what=launched")
    second = boss.look(first.links["Next page"])
    seen = [re.findall(r"c-\d\d", page.text) for page in (first, second)]
    assert [len(one) for one in seen] == [50, 10]
    assert [*seen[0], *seen[1]] == [f"c-{number:02}" for number in range(60)]
    around = boss.look("/console/settings/deeds?what=launched&since=2026-11-23T10:30&until=2026-11-23T10:40")
    assert re.findall(r"c-\d\d", around.text) == [f"c-{number:02}" for number in range(21, 31)]
    assert "c-00" not in boss.look("/console/settings/deeds?by=command").text
    assert "Nothing fits" in boss.look("/console/settings/deeds?what=paused").text
    assert boss.http.get("/console/settings/deeds?since=yesterday").status_code == 422


def test_deeds_of_one_moment_are_neither_skipped_nor_repeated(either_database: Database) -> None:
    with either_database.transaction() as session:
        for number in range(7):
            users.note(session, None, "created", "place", f"p-{number}", now=NOON)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        with either_database.reading() as session:
            leaf = deeds.leaf_deeds(session, Deeds(by="", what="created"), Turn(cursor=cursor, limit=3))
        seen += [one["subject"] for one in leaf.items]
        cursor = leaf.next
    assert seen == [f"p-{number}" for number in range(6, -1, -1)]


def test_a_store_that_is_gone_does_not_become_every_store(
    enter: Enter, database: Database, admin: httpx.Client
) -> None:
    boss = enter("admin")
    for one in ("dam", "kalver"):
        assert admin.put(f"/v1/places/{one}", json=PLACE).status_code == 201
    enter("staff", places=["dam"])
    path = f"{WHERE}/{id_of(database, 'staff@shop.example')}"
    assert admin.delete("/v1/places/dam").status_code == 204
    page = boss.look(path)
    assert "dam: removed" in page.text
    assert boss.send(page.sheet(path), name="Kim", role="staff").status_code == 303
    with database.reading() as session:
        assert users.get_user(session, path.rpartition("/")[2])["places"] == ["dam"]
