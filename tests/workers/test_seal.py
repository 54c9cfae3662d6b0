import pytest

from workers.seal import Seal, UnreadableError, hour_of, new_salt

SECRET = b"s" * 40


def sealed_world() -> tuple[Seal, dict[int, bytes]]:
    salts = {7: new_salt()}
    return Seal(SECRET, salts.get), salts


def test_what_was_closed_opens_again() -> None:
    seal, salts = sealed_world()
    seal.learn(7, salts[7])
    assert seal.open(7, 3, seal.close(7, 3, b"52.37")) == b"52.37"


def test_the_same_words_never_look_the_same() -> None:
    seal, salts = sealed_world()
    seal.learn(7, salts[7])
    assert seal.close(7, 3, b"here") != seal.close(7, 3, b"here")


@pytest.mark.parametrize(("hour", "lane"), [(7, 4), (8, 3)])
def test_it_is_bound_to_its_lane_and_hour(hour: int, lane: int) -> None:
    seal, salts = sealed_world()
    salts[8] = salts[7]
    seal.learn(7, salts[7])
    with pytest.raises(UnreadableError):
        seal.open(hour, lane, seal.close(7, 3, b"here"))


def test_without_its_salt_nobody_opens_it() -> None:
    seal, salts = sealed_world()
    seal.learn(7, salts.pop(7))
    shut = seal.close(7, 3, b"here")
    with pytest.raises(UnreadableError):
        Seal(SECRET, salts.get).open(7, 3, shut)


def test_another_secret_does_not_open_it() -> None:
    seal, salts = sealed_world()
    seal.learn(7, salts[7])
    with pytest.raises(UnreadableError):
        Seal(b"t" * 40, salts.get).open(7, 3, seal.close(7, 3, b"here"))


def test_a_salt_that_changed_is_fetched_anew() -> None:
    """Redis was emptied: the key that this process remembers is of the old salt."""
    seal, salts = sealed_world()
    seal.learn(7, new_salt())
    writer = Seal(SECRET)
    writer.learn(7, salts[7])
    assert seal.open(7, 3, writer.close(7, 3, b"here")) == b"here"


def test_a_bit_that_was_flipped_is_noticed() -> None:
    seal, salts = sealed_world()
    seal.learn(7, salts[7])
    shut = bytearray(seal.close(7, 3, b"here"))
    shut[-1] ^= 1
    with pytest.raises(UnreadableError):
        seal.open(7, 3, bytes(shut))


def test_hours_are_counted_from_1970() -> None:
    assert hour_of(3599.9) == 0
    assert hour_of(3600) == 1
