import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict
from offers.keys import ROLES, MadeKey, create_key, make_key, revoke_key, role_of_key
from offers.records.tables import ServerKey
from tests.offers.stories import NOON, Town


@pytest.mark.parametrize("role", ROLES)
def test_a_key_opens_what_its_role_opens(town: Town, role: str) -> None:
    key = town.write(lambda session: create_key(session, role, now=NOON))
    assert key.startswith("pk_" if role == "publishable" else "sk_")
    assert town.read(lambda session: role_of_key(session, key, now=NOON)) == role
    assert town.read(lambda session: role_of_key(session, key + "x", now=NOON)) is None
    assert town.read(lambda session: role_of_key(session, "", now=NOON)) is None


def test_a_key_is_kept_as_its_hash_only(town: Town) -> None:
    key = town.write(lambda session: create_key(session, "admin", now=NOON))
    [row] = town.read(lambda session: list(session.query(ServerKey)))
    assert row.hash == hashlib.sha256(key.encode()).hexdigest()
    assert key[3:] not in repr(vars(row))


def test_a_revoked_key_opens_nothing(town: Town) -> None:
    key = town.write(lambda session: create_key(session, "admin", now=NOON))

    def revoke(session: Session) -> None:
        session.query(ServerKey).one().revoked_at = NOON

    town.write(revoke)
    assert town.read(lambda session: role_of_key(session, key, now=NOON)) is None


def test_there_are_no_other_roles(town: Town) -> None:
    with pytest.raises(BadInput, match="admin"):
        town.write(lambda session: create_key(session, "root", now=NOON))


def test_no_two_keys_are_the_same(town: Town) -> None:
    keys = {town.write(lambda session: create_key(session, "read", now=NOON)) for _ in range(20)}
    assert len(keys) == 20


def test_of_two_admins_that_revoke_themselves_at_once_one_stays(town: Town) -> None:
    for _ in range(5):
        made = [town.write(lambda session: make_key(session, "admin", now=NOON)) for _ in range(2)]
        start = threading.Barrier(2)

        def revoke(key: MadeKey, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                town.write(lambda session: revoke_key(session, key.id, now=NOON, by=key.id))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(revoke, made)) == [False, True]
        [left] = [key for key in made if _is_good(town, key)]
        _revoke(town, left)


def _is_good(town: Town, key: MadeKey) -> bool:
    return town.read(lambda session: role_of_key(session, key.secret, now=NOON)) is not None


def _revoke(town: Town, key: MadeKey) -> None:
    town.write(lambda session: revoke_key(session, key.id, now=NOON))
