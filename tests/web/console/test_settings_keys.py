"""Keys at the console: shown once, replaced with a grace by the clock, revoked; and when they were used."""

import re
from datetime import timedelta

import httpx
import pytest

from offers import keys
from offers.records.database import Database
from offers.rules.desk_lists import AskedKeys
from offers.rules.leafing import Turn
from tests.conftest import NOON
from tests.web.conftest import Clock, bearer
from tests.web.console.conftest import Enter, Person

WHERE = "/console/settings/keys"
SECRET = re.compile(r"[sp]k_[A-Za-z0-9_-]{32}")
ROLES_WITHOUT = ("viewer", "staff", "marketer")


def made(answer: httpx.Response) -> str:
    """The key that a page shows, once on it."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    [secret] = SECRET.findall(answer.text)
    return str(secret)


def rows(database: Database) -> list[dict[str, object]]:
    with database.reading() as session:
        return keys.leaf_keys(session, AskedKeys(), Turn(), now=NOON).items


@pytest.mark.parametrize("role", keys.ROLES)
def test_a_key_is_shown_once_and_never_again(enter: Enter, http: httpx.Client, database: Database, role: str) -> None:
    boss = enter("admin")
    answer = boss.fill(WHERE, name="Till in the Kalverstraat", role=role)
    secret = made(answer)
    assert secret not in str(answer.url)
    [row] = rows(database)
    assert (row["name"], row["role"], row["used_at"]) == ("Till in the Kalverstraat", role, None)
    for path in (WHERE, f"{WHERE}/{row['id']}/rotate", f"{WHERE}/{row['id']}/revoke", "/console/settings/deeds"):
        page = boss.look(path)
        assert secret[3:] not in page.html, path
        assert "Till in the Kalverstraat" in page.text, path
    assert "admin@shop.example created key Till in the Kalverstraat" in boss.look("/console/settings/deeds").text
    if role in ("admin", "read"):
        assert http.get("/v1/customers", headers=bearer(secret)).status_code == 200


def test_the_same_form_twice_makes_one_key(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    sheet = boss.look(WHERE).sheet(WHERE)
    secret = made(boss.send(sheet, name="Reports", role="read"))
    again = boss.send(sheet, name="Reports", role="read")
    assert again.status_code == 409
    assert not SECRET.search(again.text)
    assert secret not in again.text
    assert len(rows(database)) == 1


def test_what_is_wrong_is_said_and_what_was_typed_stays(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    for values, field in (
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "role": "root"}, "role"),
    ):
        answer = boss.fill(WHERE, **values)
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
        assert f'value="{values["name"]}"' in answer.text
    assert rows(database) == []


@pytest.mark.parametrize("hours", [0, 1, 24, 168])
def test_the_one_before_goes_on_for_its_grace_by_the_clock(
    enter: Enter, http: httpx.Client, database: Database, clock: Clock, hours: int
) -> None:
    boss = enter("admin")
    old = made(boss.fill(WHERE, name="Reports", role="read"))
    [row] = rows(database)
    new = made(boss.fill(f"{WHERE}/{row['id']}/rotate", grace=str(hours)))
    assert new != old

    def opens(secret: str) -> bool:
        return http.get("/v1/customers", headers=bearer(secret)).status_code == 200

    assert opens(new)
    assert opens(old) is (hours > 0)
    if hours:
        clock.at += hours * 3600 - 1
        assert opens(old)
        clock.at += 1
        assert not opens(old)
        assert opens(new)
    assert [(one["name"], one["role"]) for one in rows(database)] == [("Reports", "read")] * 2


def test_a_key_is_replaced_once(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    made(boss.fill(WHERE, name="Reports", role="read"))
    [row] = rows(database)
    path = f"{WHERE}/{row['id']}/rotate"
    sheet = boss.look(path).sheet(path)
    made(boss.send(sheet, grace="24"))
    again = boss.send(sheet, grace="0")
    assert again.status_code == 409
    assert not SECRET.search(again.text)
    assert [one["revoked_at"] for one in rows(database)] == [None, NOON + timedelta(hours=24)]
    assert boss.http.get(path).status_code == 409
    assert "goes on until" in boss.look(WHERE).text


def test_a_grace_is_one_of_four(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    made(boss.fill(WHERE, name="Reports", role="read"))
    [row] = rows(database)
    for typed in ("", "-1", "9999", "x"):
        answer = boss.fill(f"{WHERE}/{row['id']}/rotate", grace=typed)
        assert (answer.status_code, "f-grace-error" in answer.text) == (422, True)
    assert len(rows(database)) == 1


def test_revoked_once_asked(enter: Enter, http: httpx.Client, database: Database) -> None:
    boss = enter("admin")
    secret = made(boss.fill(WHERE, name="Till 1", role="till"))
    [row] = rows(database)
    path = f"{WHERE}/{row['id']}/revoke"
    assert "can not redeem codes any more" in boss.look(path).text
    sheet = boss.look(path).sheet(path)
    for _ in range(2):  # twice is once
        assert boss.send(sheet).headers["location"] == f"{WHERE}?done=set_key_revoked"
    assert http.post("/v1/coupons/A/redeem", json={}, headers=bearer(secret)).status_code == 401
    assert "revoked 23 Nov 2026" in boss.look(WHERE).text
    assert boss.http.get(path).status_code == 409
    assert boss.look("/console/settings/deeds").text.count("revoked key Till 1") == 1


def test_one_in_its_grace_can_be_ended_now(enter: Enter, http: httpx.Client, database: Database) -> None:
    boss = enter("admin")
    old = made(boss.fill(WHERE, name="Reports", role="read"))
    [row] = rows(database)
    made(boss.fill(f"{WHERE}/{row['id']}/rotate", grace="168"))
    boss.fill(f"{WHERE}/{row['id']}/revoke")
    assert http.get("/v1/customers", headers=bearer(old)).status_code == 401


def test_use_is_written_once_an_hour(
    admin: httpx.Client, http: httpx.Client, database: Database, clock: Clock, keys: dict[str, str]
) -> None:
    def used() -> dict[str, object]:
        return {str(one["role"]): one["used_at"] for one in rows(database)}

    look = bearer(keys["read"])
    assert set(used().values()) == {None}
    assert http.get("/v1/customers", headers=look).status_code == 200
    assert used() == dict.fromkeys(keys) | {"read": NOON}
    clock.at += 3599
    http.get("/v1/customers", headers=look)
    assert used()["read"] == NOON
    clock.at += 1
    http.get("/v1/customers", headers=look)
    assert used()["read"] == NOON + timedelta(hours=1)


def test_pings_ask_no_key(register: object, admin: httpx.Client, database: Database, served: object) -> None:
    """What is sent most writes down no use: a phone's token is no key."""
    device = register("sanne")  # type: ignore[operator]
    before = rows(database)
    ping = {"lat": 52.37, "lon": 4.89, "accuracy_m": 8}
    assert admin.post("/v1/pings", json=ping, headers=bearer(device["token"])).status_code == 202
    assert rows(database) == before


@pytest.mark.parametrize("role", ROLES_WITHOUT)
def test_keys_are_for_admins_alone(enter: Enter, database: Database, role: str) -> None:
    boss, other = enter("admin"), enter(role)
    made(boss.fill(WHERE, name="Reports", role="read"))
    [row] = rows(database)
    token = other.token()
    for deed in ("rotate", "revoke"):
        path = f"{WHERE}/{row['id']}/{deed}"
        assert other.http.get(path).status_code == 403
        assert other.post(path, {"token": token, "grace": "0"}).status_code == 403
        assert boss.post(path, {"token": token, "grace": "0"}).status_code == 403, "somebody else's form"
    assert rows(database)[0]["revoked_at"] is None


def test_a_key_that_is_not_there(enter: Enter) -> None:
    boss: Person = enter("admin")
    for deed in ("rotate", "revoke"):
        assert "Not there" in boss.look(f"{WHERE}/key_nothing/{deed}", 404).text


def test_many_keys_come_a_page_at_a_time(enter: Enter, database: Database) -> None:
    with database.transaction() as session:
        for number in range(51):
            keys.make_key(session, "read", now=NOON, name=f"Key {number:02}")
    boss = enter("admin")
    page = boss.look(WHERE)
    assert "Key 50" in page.text
    assert "Key 00" not in page.text
    older = boss.look(page.links["Next page"])
    assert "Key 00" in older.text
    assert "Key 01" not in older.text
