"""What is left of an offer, counted down by one batch."""

from offers.rules.budget import Left, Unit


def _taken(left: Left, *places: str) -> list[Unit]:
    return [left.take(place) for place in places if left.why_none(place) is None]


def test_without_budgets_there_is_always_one() -> None:
    left = Left("ten", "generated", None, 10_000)
    assert len(_taken(left, *["a"] * 100)) == 100


def test_the_budget_is_for_all_places_together() -> None:
    left = Left("ten", "none", 5, 2)
    assert _taken(left, "a", "b", "c", "a", "b") == [Unit("ten", "a"), Unit("ten", "b"), Unit("ten", "c")]
    assert left.why_none("d") == {"offer": "ten", "budget": 5}


def test_each_place_has_its_share() -> None:
    left = Left("ten", "none", 9, 3, 2, {"a": 1, "b": 2})
    assert [unit.place_id for unit in _taken(left, "a", "a", "b", "c", "c", "c")] == ["a", "c", "c"]
    assert left.why_none("a") == {"offer": "ten", "budget_per_place": 2}
    assert left.why_none("d") is None


def test_each_code_is_handed_out_once() -> None:
    left = Left("ten", "imported", None, 0, codes=["m1", "m2"])
    assert {unit.code_mark for unit in _taken(left, "a", "a", "a")} == {"m1", "m2"}
    assert left.why_none("a") == {"offer": "ten", "codes_left": 0}


def test_a_budget_of_nothing_gives_nothing() -> None:
    assert Left("ten", "none", 0, 0).why_none("a") is not None
    assert Left("ten", "none", None, 0, 0).why_none("a") is not None
