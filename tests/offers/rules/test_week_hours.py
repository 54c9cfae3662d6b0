"""A week as a table and as an expression: what is written is read back, and what no table can say is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.opening import check_hours
from offers.rules.week_hours import DAY, Week, read_week, write_week

NINE, SIX, TWO = 9 * 60, 18 * 60, DAY + 120
DAILY = ((NINE, SIX),)


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (Week((DAILY,) * 7), "Mo-Su 09:00-18:00"),
        (Week((DAILY,) * 5 + ((), ())), "Mo-Fr 09:00-18:00"),
        (
            Week((DAILY,) * 5 + (((600, 720), (780, 1020)), ()), True),
            "Mo-Fr 09:00-18:00; Sa 10:00-12:00,13:00-17:00; PH off",
        ),
        (Week(((), DAILY, (), DAILY, DAILY, (), ())), "Tu,Th,Fr 09:00-18:00"),
        (Week((DAILY,) * 4 + (((SIX, TWO),), DAILY, ())), "Mo-Th 09:00-18:00, Fr 18:00-02:00, Sa 09:00-18:00"),
        (Week((((0, DAY),),) * 7), "Mo-Su 00:00-24:00"),
        (Week(((),) * 7), "off"),
    ],
)
def test_a_week_is_said_shortly_and_read_back(week: Week, said: str) -> None:
    assert write_week(week) == said
    assert check_hours(said) == said
    assert read_week(said) == week


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("24/7", Week((((0, DAY),),) * 7)),
        ("09:00-18:00", Week((DAILY,) * 7)),
        ("Mo-Su 09:00-18:00; We off", Week((DAILY, DAILY, (), *(DAILY,) * 4))),
        ("Sa-Mo 09:00-18:00", Week((DAILY, (), (), (), (), DAILY, DAILY))),
        ("Mo-Fr 9:00-18:00", Week((DAILY,) * 5 + ((), ()))),
    ],
)
def test_other_ways_to_say_a_week(said: str, means: Week) -> None:
    assert read_week(said) == means


@pytest.mark.parametrize(
    "said",
    [
        None,
        "whenever",
        "Mo-Fr sunrise-sunset",
        "Jun-Aug Mo-Fr 09:00-18:00",
        "PH off; Mo-Fr 09:00-18:00",
        "Mo-Fr 09:00-18:00; PH 10:00-12:00",
        "Mo 09:00-10:00,11:00-12:00,13:00-14:00",
        "Fr 18:00-02:00; Sa off",
        'Mo-Fr 09:00-18:00 "by appointment"',
        "Mo[1] 09:00-18:00",
    ],
)
def test_what_no_table_can_say_is_no_week(said: str | None) -> None:
    assert read_week(said) is None


@st.composite
def _weeks(draw: st.DrawFn) -> Week:
    days = []
    for _ in range(7):
        edges = draw(st.lists(st.integers(0, 95), max_size=4, unique=True).filter(lambda one: len(one) % 2 == 0))
        quarters = sorted(edges)
        days.append(tuple((a * 15, b * 15) for a, b in zip(quarters[::2], quarters[1::2], strict=True)))
    return Week(tuple(days), draw(st.booleans()))


@given(_weeks())
def test_every_week_that_is_written_is_read_back(week: Week) -> None:
    assert read_week(write_week(week)) == week
