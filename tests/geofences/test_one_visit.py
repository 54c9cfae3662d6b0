"""One visit, seen by the server's pings and told by the phone: one enter, whoever is first and however late the other."""

import random
from typing import Literal

from hypothesis import example, given
from hypothesis import strategies as st

from geofences.hearing import Heard, hear
from geofences.presence import Presence, Sighting, Step, step, tick
from tests.geofences.story import FAR, NOON, Walk, index

# one visit, seen by both


def test_server_first_then_the_phone() -> None:
    walk = Walk()
    walk.ping(0, -60)
    assert walk.told_by_phone(1, "enter").verdict == "known"
    walk.ping(10, 60)
    walk.ping(11, 60)
    assert walk.told_by_phone(12, "exit").verdict == "known"
    assert walk.told == ["0 enter store", "11 exit store"]


def test_phone_first_then_the_server() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    for minutes, metres in ((1, -60), (9, -60)):
        walk.ping(minutes, metres)
    walk.told_by_phone(10, "exit")
    for minutes in (11, 12, 13):
        walk.ping(minutes, 200)
    assert walk.told == ["0 enter store device", "10 exit store device"]


def test_pings_that_are_still_inside_after_the_phones_exit_go_on_with_the_stay() -> None:
    walk = Walk(index("store", dwell_s=120))
    walk.ping(0, -60)
    walk.ping(3, -60)
    walk.told_by_phone(4, "exit")
    walk.ping(5, -60)
    walk.ping(8, 200)
    walk.ping(9, 200)
    assert walk.told == ["0 enter store", "3 dwell store", "4 exit store device", "5 reopen store", "9 exit store"]


def test_two_pings_outside_make_the_phones_exit_final() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.told_by_phone(4, "exit")
    walk.ping(5, 200)
    walk.ping(6, 200)
    walk.ping(7, -60)
    assert walk.told[-1] == "7 enter store"


def test_one_ping_outside_does_not() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.told_by_phone(4, "exit")
    walk.ping(5, 60)
    walk.ping(6, -60)
    assert walk.told[-1] == "6 reopen store"


def test_a_quarter_of_an_hour_makes_it_final_too() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.told_by_phone(4, "exit")
    walk.ping(19.1, -60)
    assert walk.told[-1] == "19.1 enter store"


def test_who_was_seen_elsewhere_after_silence_comes_anew() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.wait(15)
    walk.ping(20, FAR)
    walk.ping(40, -60)
    assert walk.told == ["0 enter store", "0 exit store inferred", "40 enter store"]


def test_the_phones_late_enter_after_pings_saw_it_leave_begins_no_second_visit() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(5, FAR)
    assert walk.told_by_phone(6, "enter").verdict == "unsure"
    assert walk.told_by_phone(7, "enter", 10, accuracy_m=20).verdict == "unsure"
    assert walk.told == ["0 enter store", "5 exit store"]


def test_who_really_comes_back_is_seen() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(5, FAR)
    assert walk.told_by_phone(7, "enter", -10, accuracy_m=20).verdict == "used"
    later = Walk()
    later.ping(0, -60)
    later.ping(5, FAR)
    assert later.told_by_phone(10.1, "enter").verdict == "used"
    assert walk.told[-1] == "7 enter store device"


# for any order


Pings = list[tuple[float, float, float]]
Word = tuple[float, Literal["enter", "dwell", "exit"]]


def heard_anyhow(
    pings: Pings,
    words: list[Word],
    order: list[int],
    *,
    dwell_s: int | None = 120,
) -> list[str]:
    """The transitions that follow when pings (second, metres, accuracy) and words come in this order, each at its place in it."""
    fences = index("store", dwell_s=dwell_s)
    presence: Presence | None = None
    told: list[str] = []

    def take(moved: Step) -> None:
        nonlocal presence
        presence = Presence.from_bytes(moved.presence.to_bytes())
        told.extend(one.kind for one in moved.transitions)

    newest = 0.0
    for number in order:
        at = pings[number][0] if number < len(pings) else words[number - len(pings)][0]
        newest = max(newest, at)
        received_at = NOON + newest
        if presence is not None:
            take(tick(presence, fences, now=received_at))
        if number < len(pings):
            _, metres, accuracy_m = pings[number]
            take(step(presence, Sighting(NOON + at, accuracy_m, {"store": metres}), fences, received_at=received_at))
        else:
            word = Heard("store", words[number - len(pings)][1], NOON + at)
            take(hear(presence, word, fences, received_at=received_at))
    assert presence is not None
    take(tick(presence, fences, now=NOON + newest + 4000))
    return told


@st.composite
def visits(
    draw: st.DrawFn,
) -> tuple[Pings, list[Word]]:
    """One visit: pings of somebody who comes, stays and goes, and what their phone told of it, late and wrong as phones are.

    The phone's enter is stamped up to four minutes late, its exit up to a minute early or five late.
    """
    comes, stays = draw(st.floats(60, 600)), draw(st.floats(60, 1800))
    goes, ends = comes + stays, comes + stays + draw(st.floats(60, 900))
    pings, at = [], draw(st.floats(0, 60))
    while at < ends:
        deep = min(80.0, min(at - comes, goes - at) * 1.4)  # metres, at a walker's pace
        noise = draw(st.floats(-8, 8))
        pings.append((at, max(-250.0, -deep if comes <= at <= goes else -max(-240.0, deep)) + noise, 12.0))
        at += draw(st.floats(5, 290))
    left = goes + draw(st.floats(-min(60, stays / 2), 300))
    words: list[Word] = [(min(comes + draw(st.floats(0, 240)), left - 1), "enter"), (left, "exit")]
    if stays > 400:
        words.append((comes + 240 + 120, "dwell"))
    return pings, sorted(words)


@given(visits(), st.randoms(use_true_random=False), st.booleans())
def test_one_visit_seen_by_server_and_phone_is_one_enter_in_any_interleaving(
    visit: tuple[Pings, list[Word]],
    dice: random.Random,
    twice: bool,
) -> None:
    """Pings among themselves and transitions among themselves come in order, each up to some minutes later than the others; some twice."""
    pings, words = visit
    late = dice.choice([0, 30, 200]), dice.choice([0, 30, 200])
    moments = [(at + late[0], number) for number, (at, _, _) in enumerate(pings)]
    moments += [(at + late[1], len(pings) + number) for number, (at, _) in enumerate(words)]
    order = [number for _, number in sorted(moments)]
    if twice:
        order = [number for number in order for _ in range(dice.choice([1, 2]))]
    told = heard_anyhow(pings, words, order)
    by_pings_alone = heard_anyhow(pings, [], list(range(len(pings)))).count("enter")
    assert by_pings_alone <= told.count("enter") <= 1, told
    if late[1] <= late[0]:  # the phone's word was not older than what pings had shown already
        assert told.count("enter") == 1, told
    assert told.count("dwell") <= 1
    assert [kind for kind in told if kind != "dwell"][-1:] in ([], ["exit"])


@given(visits(), st.randoms(use_true_random=False))
def test_and_never_two_however_it_is_shuffled(
    visit: tuple[Pings, list[Word]],
    dice: random.Random,
) -> None:
    pings, words = visit
    order = list(range(len(pings) + len(words))) * 2
    dice.shuffle(order)
    told = heard_anyhow(pings, words, order)
    assert told.count("enter") <= 1, told
    assert told.count("dwell") <= 1


KINDS = st.sampled_from(["enter", "dwell", "exit"])
EVENTS = st.lists(
    st.tuples(st.integers(0, 4000), st.none() | st.floats(-100, 320), KINDS, st.booleans(), st.integers(0, 900)),
    max_size=40,
)


@given(EVENTS)
@example([(100, None, "exit", True, 0), (50, None, "enter", True, 0)])
def test_nobody_enters_twice_without_leaving_whoever_tells(
    events: list[tuple[int, float | None, Literal["enter", "dwell", "exit"], bool, int]],
) -> None:
    """Pings and transitions of any kind in any order and with any delay."""
    fences, presence, inside, now = index("store", dwell_s=200), None, False, 0
    for second, metres, kind, is_word, delay in events:
        now = max(now, second + delay)
        at, received_at = NOON + second, NOON + now
        moved: Step
        if is_word:
            moved = hear(presence, Heard("store", kind, at, distance_m=metres), fences, received_at=received_at)
        else:
            distances = {} if metres is None or metres > 300 else {"store": metres}
            moved = step(presence, Sighting(at, 12.0, distances), fences, received_at=received_at)
        if moved.presence is not Presence.EMPTY:
            presence = Presence.from_bytes(moved.presence.to_bytes())
            assert presence == moved.presence
        for one in moved.transitions:
            assert inside == (one.kind in ("exit", "dwell")), (one, events)
            inside = one.kind != "exit"
        if presence is not None:
            assert bool(presence.inside) == inside
            assert not set(presence.inside) & (set(presence.pending) | set(presence.left))
