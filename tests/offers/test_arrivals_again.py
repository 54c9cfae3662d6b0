"""The same crossings told once more, by a lane's entry that came twice or by phone and server; and how much a batch asks."""

import pytest

from tests.offers.stories import Town, at, come_back, crossing, dwell, enter, fall_silent, leave


@pytest.fixture
def store(town: Town) -> str:
    """The premises of a store with a live campaign for whoever enters."""
    fence = town.place()
    town.campaign()
    return fence


@pytest.mark.parametrize(
    "minutes_and_kinds",
    [
        [(5, "enter")],
        [(5, "enter"), (25, "exit")],
        [(5, "enter"), (7, "dwell"), (25, "exit")],
        [(5, "enter"), (25, "exit"), (60, "enter")],
        [(5, "enter"), (25, "exit"), (60, "enter"), (80, "exit")],
        [(5, "enter"), (25, "silent")],
        [(5, "enter"), (25, "silent"), (45, "reopen")],
        [(5, "enter"), (25, "silent"), (45, "reopen"), (60, "exit")],
        [(5, "enter"), (25, "silent"), (45, "reopen"), (60, "silent")],
        [(5, "enter"), (25, "silent"), (45, "reopen"), (60, "silent"), (70, "reopen")],
        [(5, "enter"), (25, "jumped"), (30, "reopen"), (35, "jumped"), (40, "reopen"), (60, "exit")],
        [(5, "enter"), (25, "told")],
        [(5, "enter"), (25, "told"), (30, "reopen")],
        [(5, "enter"), (25, "told"), (30, "reopen"), (40, "told"), (42, "reopen"), (60, "exit")],
        [(5, "enter"), (25, "silent"), (45, "reopen"), (45, "told")],
    ],
    ids=lambda story: "-".join(kind for _, kind in story),
)
def test_the_same_entry_once_more_after_the_commit_changes_nothing(
    town: Town, store: str, minutes_and_kinds: list[tuple[float, str]]
) -> None:
    town.campaign("bye", "exit")
    town.campaign("stay-a-while", "dwell")
    phone = town.phone()
    batch = [
        crossing("exit", phone, store, minute, source="inferred" if kind == "silent" else "device")
        if kind in ("silent", "told")
        else leave(phone, store, minute, "jumped")
        if kind == "jumped"
        else crossing(kind, phone, store, minute)
        for minute, kind in minutes_and_kinds
    ]
    first = town.cross(*batch)
    before = town.everything()
    again = town.cross(*batch, now=at(90))
    assert town.everything() == before
    assert again.memberships == first.memberships
    assert again.deliveries == []
    assert again.happened == []


def test_a_batch_that_grew_after_a_crash_records_only_what_is_new(town: Town, store: str) -> None:
    """The commit was made and the script was not: the same entries come again, with those that arrived since."""
    phone = town.phone()
    story = [
        enter(phone, store, 5),
        fall_silent(phone, store, 25),
        come_back(phone, store, 45),
        leave(phone, store, 60),
    ]
    for length in range(1, len(story) + 1):
        town.cross(*story[:length])
    assert town.transitions() == [("enter", at(5)), ("exit", at(25)), ("exit", at(60))]
    assert town.visits() == [(at(5), at(60))]
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_a_phone_and_the_server_that_see_one_crossing_make_one_stay(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(crossing("enter", phone, store, 5, source="device"))
    town.cross(enter(phone, store, 6))
    town.cross(crossing("exit", phone, store, 25, source="device"))
    town.cross(leave(phone, store, 27))
    assert town.visits() == [(at(5), at(25))]
    assert len(town.stays()) == 1


def test_what_only_the_phone_saw_the_end_of_may_go_on_and_what_pings_saw_may_not(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5), crossing("exit", phone, store, 25, source="device"))
    town.cross(come_back(phone, store, 30))
    assert town.visits() == [(at(5), None)]
    town.cross(leave(phone, store, 40))
    town.cross(come_back(phone, store, 45))
    assert town.visits() == [(at(5), at(40)), (at(45), None)]
    assert len(town.outcomes()) == 2


def test_the_servers_late_view_of_a_stay_that_is_over_opens_no_second_one(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(crossing("enter", phone, store, 5, source="device"), crossing("exit", phone, store, 25, source="device"))
    arrived = town.cross(enter(phone, store, 6), now=at(26))
    assert arrived.memberships == {phone: {}}
    assert len(town.visits()) == 1


def test_two_phones_in_one_batch_are_one_moment(town: Town, store: str) -> None:
    town.campaign("stay-a-while", "dwell")
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5), enter(tablet, store, 5), dwell(phone, store, 7), dwell(tablet, store, 7))
    assert town.outcomes() == [("sneakers", "enter", "send"), ("stay-a-while", "dwell", "send")]


def test_silence_return_and_leaving_in_one_batch_is_one_exit_moment(town: Town, store: str) -> None:
    town.campaign("bye", "exit", life="PT2H")
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    town.cross(fall_silent(phone, store, 25), come_back(phone, store, 45), leave(phone, store, 60))
    assert town.outcomes() == [("bye", "exit", "send"), ("sneakers", "enter", "send")]


def _statements(town: Town, people: int, kinds: list[str]) -> list[str]:
    """The SQL of one batch: each kind of crossing for each of `people` customers, who have two phones each."""
    fence = town.fences("kalverstraat")["premises"]
    phones = []
    for number in range(people):
        phones += [town.phone(f"{len(kinds)}-of-{people}-{number}"), town.device(f"{len(kinds)}-of-{people}-{number}")]
    crossings = [crossing(kind, phone, fence, minute) for minute, kind in enumerate(kinds) for phone in phones]
    with town.statements() as seen:
        town.cross(*crossings)
    return seen


@pytest.mark.parametrize(
    ("kinds", "people"), [(["enter"], (5, 50)), (["enter", "dwell", "exit"], (2, 17))], ids=["enter", "all"]
)
def test_the_number_of_queries_does_not_grow_with_the_batch(
    town: Town, store: str, kinds: list[str], people: tuple[int, int]
) -> None:
    town.campaign("stay-a-while", "dwell")
    town.campaign("bye", "exit")
    few, many = (_statements(town, number, kinds) for number in people)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) < 30


def test_the_number_of_queries_does_not_grow_with_exits_of_earlier_stays(town: Town, store: str) -> None:
    counts = []
    for people in (3, 30):
        phones = [town.phone(f"{number}-of-{people}") for number in range(people)]
        town.cross(*(enter(phone, store, 5) for phone in phones))
        with town.statements() as seen:
            town.cross(*(dwell(phone, store, 7) for phone in phones), *(leave(phone, store, 9) for phone in phones))
        counts.append(len(seen))
    assert counts[0] == counts[1]
