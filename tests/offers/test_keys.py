import hashlib

import pytest
from sqlalchemy.orm import Session

from offers.errors import BadInput
from offers.keys import ROLES, create_key, role_of_key
from offers.records.tables import ServerKey
from tests.offers.stories import NOON, Town


@pytest.mark.parametrize("role", ROLES)
def test_a_key_opens_what_its_role_opens(town: Town, role: str) -> None:
    key = town.write(lambda session: create_key(session, role, now=NOON))
    assert key.startswith("pk_" if role == "publishable" else "sk_")
    assert town.read(lambda session: role_of_key(session, key)) == role
    assert town.read(lambda session: role_of_key(session, key + "x")) is None
    assert town.read(lambda session: role_of_key(session, "")) is None


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
    assert town.read(lambda session: role_of_key(session, key)) is None


def test_there_are_no_other_roles(town: Town) -> None:
    with pytest.raises(BadInput, match="admin"):
        town.write(lambda session: create_key(session, "root", now=NOON))


def test_no_two_keys_are_the_same(town: Town) -> None:
    keys = {town.write(lambda session: create_key(session, "read", now=NOON)) for _ in range(20)}
    assert len(keys) == 20
