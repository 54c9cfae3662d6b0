from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from offers import users
from offers.deeds import list_deeds
from offers.errors import BadInput, Conflict, NotFound
from offers.records.tables import Deed, User, UserSession
from tests.offers.stories import NOON, Town

MARA = "mara@shop.example"


@pytest.fixture
def password(town: Town) -> str:
    return town.write(lambda session: users.create_user(session, MARA, "marketer", now=NOON))


def credential(town: Town) -> users.Credential:
    found = town.read(lambda session: users.credential_of(session, MARA))
    assert found is not None
    return found


def open_session(town: Town) -> str:
    secret = town.write(lambda session: users.open_session(session, credential(town), now=NOON))
    assert secret is not None
    return secret


def test_an_address_has_one_spelling(town: Town, password: str) -> None:
    assert [one["email"] for one in town.read(users.list_users)] == [MARA]
    with pytest.raises(Conflict):
        town.write(lambda session: users.create_user(session, " Mara@Shop.Example ", "viewer", now=NOON))
    found = town.read(lambda session: users.credential_of(session, "MARA@shop.example "))
    assert found is not None
    assert users.is_right(found, password)


@pytest.mark.parametrize("address", ["", "mara", "@shop.example", "a b@shop.example", "a@b,c@d", "<a@b>", "x" * 300])
def test_what_is_no_address_is_refused(town: Town, address: str) -> None:
    with pytest.raises(BadInput) as refused:
        town.write(lambda session: users.create_user(session, address, "viewer", now=NOON))
    assert refused.value.faults[0].path == "email"


def test_a_name_has_an_end_whoever_makes_the_user(town: Town) -> None:
    with pytest.raises(BadInput) as refused:
        town.write(lambda session: users.create_user(session, MARA, "viewer", now=NOON, name="n" * 101))
    assert refused.value.faults[0].path == "name"
    town.write(lambda session: users.create_user(session, MARA, "viewer", now=NOON, name="n" * 100))


def test_there_are_no_other_roles(town: Town) -> None:
    with pytest.raises(BadInput, match="marketer"):
        town.write(lambda session: users.create_user(session, MARA, "root", now=NOON))


def test_passwords_and_secrets_are_kept_as_hashes_only(town: Town, password: str) -> None:
    secret = open_session(town)

    def kept(session: Session) -> str:
        rows = [*session.query(User), *session.query(UserSession), *session.query(Deed)]
        return " ".join(repr(vars(row)) for row in rows)

    everything = town.read(kept)
    assert "$argon2id$" in everything
    assert password not in everything
    assert secret not in everything


def test_only_the_password_is_right(town: Town, password: str) -> None:
    assert users.is_right(credential(town), password)
    assert not users.is_right(credential(town), password + "x")
    assert not users.is_right(credential(town), "")
    assert not users.is_right(None, password)


def test_a_session_ends_when_idle_and_at_the_latest_after_a_week(town: Town, password: str) -> None:
    secret = open_session(town)

    def who(after: timedelta) -> users.SignedIn | None:
        return town.read(lambda session: users.signed_in(session, secret, now=NOON + after))

    fresh = who(timedelta(0))
    assert fresh is not None
    assert (fresh.email, fresh.role, fresh.password_is_first, fresh.stale) == (MARA, "marketer", True, False)
    used = who(users.IDLE - timedelta(seconds=1))
    assert used is not None
    assert used.stale
    assert who(users.IDLE) is None

    def see(hours: int) -> None:
        town.write(lambda session: users.see_session(session, secret, now=NOON + timedelta(hours=hours)))

    for hours in range(11, 7 * 24, 11):
        see(hours)
    assert who(users.LONGEST - timedelta(seconds=1)) is not None
    assert who(users.LONGEST) is None


def test_what_can_not_be_used_any_more_is_removed_at_the_next_sign_in(town: Town, password: str) -> None:
    open_session(town)
    later = NOON + users.IDLE
    town.write(lambda session: users.open_session(session, credential(town), now=later))
    [kept] = town.read(lambda session: list(session.query(UserSession)))
    assert kept.created_at == later


def test_a_new_session_ends_the_one_before_in_the_same_browser(town: Town, password: str) -> None:
    first = open_session(town)
    second = town.write(lambda session: users.open_session(session, credential(town), now=NOON, instead_of=first))
    assert town.read(lambda session: users.signed_in(session, first, now=NOON)) is None
    assert town.read(lambda session: users.signed_in(session, second or "", now=NOON)) is not None


def test_who_is_disabled_is_out_and_stays_out(town: Town, password: str) -> None:
    secret, before = open_session(town), credential(town)
    town.write(lambda session: users.disable_user(session, MARA, now=NOON))
    assert town.read(lambda session: users.signed_in(session, secret, now=NOON)) is None
    assert town.read(lambda session: users.credential_of(session, MARA)) is None
    assert town.write(lambda session: users.open_session(session, before, now=NOON)) is None


def test_a_new_password_from_the_command_line_ends_every_session_and_lets_back_in(town: Town, password: str) -> None:
    secret, before = open_session(town), credential(town)
    town.write(lambda session: users.disable_user(session, MARA, now=NOON))
    new = town.write(lambda session: users.reset_password(session, MARA, now=NOON))
    assert town.read(lambda session: users.signed_in(session, secret, now=NOON)) is None
    assert town.write(lambda session: users.open_session(session, before, now=NOON)) is None
    assert users.is_right(credential(town), new)
    assert not users.is_right(credential(town), password)


def test_ones_own_password_takes_the_place_of_the_first(town: Town, password: str) -> None:
    first = open_session(town)
    chosen = users.new_password("a horse and a battery", "a horse and a battery", MARA)
    secret = town.write(lambda session: users.change_password(session, credential(town), chosen, now=NOON))
    assert town.read(lambda session: users.signed_in(session, first, now=NOON)) is None
    now = town.read(lambda session: users.signed_in(session, secret, now=NOON))
    assert now is not None
    assert not now.password_is_first
    assert users.is_right(credential(town), "a horse and a battery")


@pytest.mark.parametrize(
    ("new", "again", "path"),
    [
        ("short", "short", "password"),
        ("x" * 201, "x" * 201, "password"),
        (MARA, MARA, "password"),
        ("a" * 12, "b" * 12, "again"),
    ],
)
def test_a_password_that_will_not_do_is_refused(new: str, again: str, path: str) -> None:
    with pytest.raises(BadInput) as refused:
        users.new_password(new, again, MARA)
    assert [fault.path for fault in refused.value.faults] == [path]


def test_who_did_what_is_kept_and_outlives_them(town: Town, password: str) -> None:
    open_session(town)
    assert [(one["by"], one["what"]) for one in town.read(list_deeds)] == [(MARA, "signed_in"), (None, "created")]

    def remove(session: Session) -> None:
        session.delete(session.query(User).one())

    town.write(remove)
    assert [(one["by"], one["what"]) for one in town.read(list_deeds)] == [(None, "signed_in"), (None, "created")]


def test_nobody_is_disabled_by_a_wrong_address(town: Town) -> None:
    with pytest.raises(NotFound):
        town.write(lambda session: users.disable_user(session, MARA, now=NOON))


def test_a_role_is_changed_and_noted_once(town: Town, password: str) -> None:
    def change(role: str) -> bool:
        return town.write(lambda session: users.change_role(session, MARA, role, now=NOON))

    assert [change("viewer"), change("viewer"), change("admin")] == [True, False, True]
    assert [one["what"] for one in town.read(list_deeds)] == ["role_admin", "role_viewer", "created"]
    with pytest.raises(BadInput, match="role"):
        change("queen")
    with pytest.raises(NotFound):
        town.write(lambda session: users.change_role(session, "nobody@shop.example", "admin", now=NOON))


def test_the_last_admin_who_may_sign_in_stays_one(town: Town, password: str) -> None:
    other = "noor@shop.example"

    def change(email: str, role: str) -> bool:
        return town.write(lambda session: users.change_role(session, email, role, now=NOON))

    change(MARA, "admin")
    town.write(lambda session: users.create_user(session, other, "admin", now=NOON))
    assert change(MARA, "viewer"), "the other one is left"
    with pytest.raises(Conflict, match="last admin"):
        change(other, "marketer")
    change(MARA, "admin")
    town.write(lambda session: users.disable_user(session, MARA, now=NOON))
    with pytest.raises(Conflict, match="last admin"):
        change(other, "staff")
    assert change(MARA, "viewer"), "who may not sign in anyway is not counted"
