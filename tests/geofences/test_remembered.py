import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.remembered import Inside, Left, Pending, Presence, Spot

TIMES = st.floats(0, 4e9)
IDS = st.text(min_size=1, max_size=8)
SPOTS = st.none() | st.builds(Spot, TIMES, st.integers(0, 2**30))
PRESENCES = st.builds(
    Presence,
    TIMES,
    TIMES,
    st.integers(0, 2**40),
    st.dictionaries(IDS, st.builds(Inside, TIMES, st.booleans(), st.integers(0, 2), st.none() | st.integers(0, 9))),
    st.dictionaries(IDS, st.builds(Pending, st.integers(0, 9), st.floats(0, 9), st.booleans())),
    st.dictionaries(
        IDS,
        st.builds(
            Left,
            TIMES,
            st.sampled_from(["server", "device", "inferred"]),
            st.none() | TIMES,
            st.booleans(),
            st.integers(0, 2),
        ),
    ),
    st.integers(0, 2**40),
    st.none() | TIMES,
    SPOTS,
    SPOTS,
)


def test_a_cell_takes_a_dozen_bytes_more() -> None:
    seen = Presence(1772366400.0, 1772366400.5, 7, reconciled=7, seen=Spot(1772366400.0, 512_345_678))
    assert seen.to_bytes() == b'{"l":1772366400.0,"h":1772366400.5,"v":7,"c":[512345678]}'


@given(PRESENCES)
def test_presence_comes_back_from_its_bytes_as_it_was(presence: Presence) -> None:
    assert Presence.from_bytes(presence.to_bytes()) == presence


def test_bytes_from_before_exits_said_by_whom_are_read() -> None:
    """An upgrade meets a Redis that lives: written by the first release, an hour after the device fell silent."""
    raw = b'{"l":100.0,"h":101.0,"v":7,"r":8,"p":{"c":[1,0.5,0]},"x":{"a":90.0,"b":95.5},"s":{"a":[10.0,1]}}'
    assert Presence.from_bytes(raw) == Presence(
        100.0,
        101.0,
        7,
        pending={"c": Pending(1, 0.5)},
        left={"a": Left(90.0, "inferred", 10.0, dwelled=True), "b": Left(95.5, "inferred", None)},
        reconciled=8,
    )


def test_a_device_that_was_near_nothing_takes_few_bytes() -> None:
    assert (
        Presence(1772366400.0, 1772366400.5, 7, reconciled=7).to_bytes() == b'{"l":1772366400.0,"h":1772366400.5,"v":7}'
    )


@pytest.mark.parametrize(
    "raw",
    [
        b'{"l":1,"h":1,"v":1,"c":[]}',
        b"",
        b"[]",
        b"{}",
        b"nothing",
        b'{"l":1,"h":1,"v":1,"i":{"a":[1]}}',
        b'{"l":1,"h":1,"v":1,"i":3}',
    ],
)
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        Presence.from_bytes(raw)


def test_the_memberships_of_the_truth_take_the_place_of_ours() -> None:
    ours = Presence(
        100.0,
        100.0,
        3,
        inside={"stays": Inside(10.0, out_count=1, version=2), "goes": Inside(20.0)},
        pending={"comes": Pending(1, 0.5), "waits": Pending(1, 0.5)},
        left={"comes": Left(50.0, "inferred", 5.0), "gone": Left(60.0, "device", 6.0)},
    )
    truth = ours.with_inside({"stays": Inside(11.0, dwelled=True), "comes": Inside(90.0)})
    assert truth.inside == {"stays": Inside(11.0, dwelled=True, out_count=1, version=2), "comes": Inside(90.0)}
    assert truth.pending == {"waits": Pending(1, 0.5)}
    assert truth.left == {"gone": Left(60.0, "device", 6.0)}
    assert (truth.last_at, truth.heard_at, truth.version) == (100.0, 100.0, 3)


def test_an_empty_presence_was_never_heard() -> None:
    assert Presence.empty() is Presence.EMPTY
    assert (Presence.EMPTY.inside, Presence.EMPTY.pending, Presence.EMPTY.heard_at) == ({}, {}, 0.0)
