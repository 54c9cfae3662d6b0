"""What a form makes has the same id for the same form, and another for another."""

import re

from offers import users
from offers.errors import Conflict
from offers.once import id_of, new_number
from offers.records.database import Database
from offers.records.ids import new_id
from tests.at_once import at_once
from tests.conftest import NOON

SAID = [("name", "Dam 1"), ("tags", "")]


def test_the_same_form_names_the_same_thing() -> None:
    number = new_number()
    made = id_of("plc", number, SAID)
    assert made == id_of("plc", number, list(SAID))
    assert re.fullmatch(r"plc_[0-9a-hjkmnp-tv-z]{26}", made)
    assert new_id("plc")[:12] >= made[:12] >= "plc_0"
    assert made[4:14] == number[:10], "it sorts by when the form was shown"


def test_another_form_or_another_text_names_another_thing() -> None:
    number = new_number()
    shapes = [
        SAID,
        [("name", "Dam 2"), ("tags", "")],
        [("name", "Dam 1")],
        [("tags", ""), ("name", "Dam 1")],
        [("name", "Dam "), ("1tags", "")],
    ]
    made = {id_of("plc", number, one) for one in shapes} | {id_of("plc", new_number(), SAID)}
    assert len(made) == len(shapes) + 1


def test_what_is_no_number_of_ours_names_something_new_each_time() -> None:
    for number in ("", "x", "U" * 26, "0" * 25, "0" * 27, "0" * 25 + "\n", "../" + "0" * 23):
        assert id_of("plc", number, SAID) != id_of("plc", number, SAID), number


def test_of_two_at_once_one_makes_the_user(either_database: Database) -> None:
    user_id = id_of("usr", new_number(), SAID)

    def make() -> bool:
        try:
            with either_database.transaction() as session:
                users.create_user(session, "noor@shop.example", "viewer", now=NOON, user_id=user_id)
        except Conflict:
            return False
        return True

    assert sorted(at_once([make] * 3)) == [False, False, True]
    with either_database.reading() as session:
        assert [one["id"] for one in users.list_users(session)] == [user_id]
