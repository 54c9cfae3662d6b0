"""Each table of matching and of deciding comes out at small sizes, with what it is to compare in it."""

from importlib import import_module

import pytest
from rich.console import Console

from benchmarks.figures import Spent, Work, alternate, enough, filling, goal, goal_of, short, table
from commands.bench import BENCHMARKS, listing, run_benchmarks
from offers.errors import BadInput

SAID = {
    "decisions": ("50, spread over the places", "≤ 2x", "a query per decision", "50, all wait for every moment"),
    "deliveries": ("Passerby's port", "send_each", "≥ 1x", "≥ 0.8x", "threads ≤ 4", "resident, MB"),
    "containing": ("Shapely STRtree, bulk", "1,000 mixed", "Tile38 is not in it"),
    "growth": ("1,000", "≤ 2x"),
    "stateful": ("presence, with its bytes", "500 clustered"),
    "stream": ("Passerby's matching", "Tile38 is not in it"),
    "scalar": ("containing_one", "locate_one", "≤ 3 µs"),
    "building": ("resident, MB", "≤ 50 ms", "longest ms"),
    "nearby": ("nearest 19", "nobody", "≥ 10k/s"),
    "console": ("The slowest 10 of", "≤ 200 ms", "/console/"),
}


@pytest.mark.parametrize("name", SAID)
def test_a_table_comes_out(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILE38", raising=False)
    monkeypatch.delenv("PASSERBY_TEST_POSTGRES_URL", raising=False)
    import_module(BENCHMARKS[name].module).main(quick=True)
    said = capsys.readouterr()
    for words in (*SAID[name], "numpy", "Python 3"):
        assert words in said.out
    assert said.err, "long work says how far it is"


def test_a_rows_name_stays_whole_beside_wide_figures() -> None:
    """On a slow machine a goal is missed twofold and said in two ways: what wraps is the goal, never the name of the row."""
    console = Console(record=True, width=170)
    columns = ("live campaigns", *(f"a column with a long name, {number}" for number in range(5)), "goal")
    wide = table("slow", columns)
    missed = "≥ 3000/s: missed, 10 times that by the clock, missed by 75 % by the CPU"
    wide.add_row("50, all wait for every moment", *["416 (372 to 432)"] * 5, missed)
    console.print(wide)
    assert "50, all wait for every moment" in console.export_text()


def test_without_a_name_it_is_said_which_there_are() -> None:
    console = Console(record=True, width=120)
    run_benchmarks([], console)
    said = console.export_text()
    for name, benchmark in BENCHMARKS.items():
        assert f" {name} " in said
        assert benchmark.about in said
    assert listing().row_count == len(BENCHMARKS) + 1


def test_those_of_one_size_run_as_they_are_when_small_ones_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert not BENCHMARKS["passes"].sized
    run_benchmarks(["growth", "passes"], Console(), quick=True)
    said = capsys.readouterr().out
    assert "4,000 points" in said
    assert "78 true passes" in said


def test_a_name_that_is_none_is_refused_before_anything_runs() -> None:
    with pytest.raises(BadInput, match="is not a benchmark"):
        run_benchmarks(["containing", "nothing"], Console())


def test_works_take_turns_and_are_warmed_first() -> None:
    ran: list[str] = []
    spent = alternate({name: Work(lambda name=name: ran.append(name), 10) for name in "ab"}, rounds=3)  # type: ignore[misc]
    assert "".join(ran) == "ababbaab"
    assert len(spent["a"].wall_s) == len(spent["b"].cpu_s) == 3


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    mine, other = Spent([1.0, 2.0, 4.0], [1.0, 1.0, 1.0]), Spent([3.0, 8.0, 8.0], [2.0, 0.0, 2.0])
    assert mine.times_faster_than(other) == 3.0
    assert mine.times_cheaper_than(other) is None
    assert mine.rate == 0.5


def test_a_slow_engine_gets_fewer_units() -> None:
    asked: list[int] = []
    assert enough(asked.append, 100, 60.0) == 100
    assert enough(lambda units: sum(range(units * 2_000)), 10**9, 0.01) < 10**6


def test_a_fast_one_does_all_of_them_more_than_once() -> None:
    asked: list[int] = []
    work = filling(asked.append, 100, 0.01)
    asked.clear()
    work.run()
    assert set(asked) == {100}
    assert len(asked) == work.units / 100 > 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (goal(6.0, least=6.0, unit="x"), "≥ 6x: met"),
        (goal(3.0, least=6.0, unit="x"), "≥ 6x: missed by 50 %"),
        (goal(60.0, most=50.0, unit=" ms"), "≤ 50 ms: missed by 20 %"),
        (goal(500.0, most=50.0, unit=" ms"), "≤ 50 ms: missed, 10 times that"),
        (goal_of(6.0, 7.0, least=6.0, unit="x"), "≥ 6x: met"),
        (goal_of(3.0, 7.0, least=6.0, unit="x"), "≥ 6x: missed by 50 % by the clock, met by the CPU"),
        (goal_of(3.0, None, least=6.0, unit="x"), "≥ 6x: missed by 50 %"),
        (goal(0.0, most=0), "≤ 0: met"),
        (goal(2.0, most=0), "≤ 0: missed, 2 times that"),
    ],
)
def test_a_goal_is_said_with_the_figure(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(16_912_345, "16.9M"), (93_400, "93.4k"), (999_999, "1M"), (999.6, "1k"), (0.6612, "0.661"), (0.0, "0")],
)
def test_three_digits_and_a_letter(number: float, expected: str) -> None:
    assert short(number) == expected
