import msgspec
import pytest

from workers.letters import ForgetLetter, Letter, PingLetter, TickLetter, TransitionLetter, pack, size_of, unpack

PINGS = PingLetter("d", 10.0, [(52.37, 4.89, 9.0, 12.0), (52.38, 4.89, 9.5, None)], 7)
TOLD = TransitionLetter(
    "d", 10.0, [("gf_1", "enter", 9.0, None, None, None), ("gf_1", "exit", 9.5, 5.0, 52.37, 4.89)], 7
)


def test_every_kind_of_letter_comes_back_from_its_bytes() -> None:
    letters: list[Letter] = [PINGS, TOLD, TickLetter(["d"]), ForgetLetter(["d", "e"])]
    assert unpack(pack(letters)) == letters


def test_a_transition_of_an_unknown_kind_is_no_letter() -> None:
    raw = msgspec.msgpack.encode([["x", "d", 10.0, [["gf_1", "cross", 9.0, None, None, None]], 7]])
    with pytest.raises(msgspec.DecodeError):
        unpack(raw)


def test_a_letter_is_as_large_as_what_the_device_said() -> None:
    assert (size_of(PINGS), size_of(TOLD)) == (2, 2)
