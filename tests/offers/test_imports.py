"""A file's rows become batches, and a batch a number of statements that does not grow with it."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest

from offers.customers import put_customers
from offers.imports import Batch, Line, Write, batches, take_in
from offers.places import put_places
from offers.products import put_products
from offers.purchases import record_purchases
from offers.rules.rows.json_rows import json_rows
from offers.rules.rows.kinds import kinds
from offers.rules.rows.row import FileRefused
from tests.offers.stories import LAT, LON, NOON, Town, circle, enter

WRITES: Mapping[str, Write] = {
    "places": put_places,
    "customers": put_customers,
    "products": put_products,
    "purchases": record_purchases,
}
Row = dict[str, Any]


def _place(i: int, again: bool) -> Row:
    more = {"address": "Dam 1"} if i % 3 else {}
    zone = {"kind": "landmark", "time_zone": "Europe/Amsterdam", "tags": ["b" if again else "a"] * (i % 2)}
    return {"id": f"p{i}", "name": f"P{i}", "lat": LAT, "lon": LON, "radius_m": 50 + i % 4 + 9 * again, **zone, **more}


def _customer(i: int, again: bool) -> Row:
    consents = [{}, {"offers": not again}, {"location": {"given": not again, "text_version": "3"}, "orders": True}][
        i % 3
    ]
    return {
        "id": f"c{i}",
        "name": f"C{i}",
        "consents": consents,
        "tags": ["t"] * (i % 2),
        "sizes": {"shoes": 38 + again},
    }


def _product(i: int, again: bool) -> Row:
    money = {"price": f"{i}.{again:d}", "currency": "EUR"} if i % 3 else {}
    return {"sku": f"s{i}", "title": {"nl": f"S{i}"}, "stock": {"kalverstraat": i + again} if i % 2 else {}, **money}


def _purchase(i: int, again: bool) -> Row:
    item = [{"sku": "a"}, {"sku": "b", "size": "38"}, {"sku": "c", "price": 5, "category": "shoes"}]
    who: Row = [{}, {"customer": "sanne"}, {"place": "kalverstraat"}, {"customer": "nobody"}][i % 4]
    when = {"channel": "store", "at": NOON.isoformat(), "currency": "EUR", "total": 5 + again}
    return {"purchase_id": f"b{i}", **when, "items": item[: i % 4], **who}


ROWS: Mapping[str, Callable[[int, bool], Row]] = {
    "places": _place,
    "customers": _customer,
    "products": _product,
    "purchases": _purchase,
}
each_noun = pytest.mark.parametrize("noun", ROWS)


def read(noun: str, *rows: Row | str, size: int = 500) -> list[Batch]:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return list(batches(kinds()[noun], json_rows(BytesIO(text.encode())), size))


def write(town: Town, noun: str, batch: Batch) -> list[Line]:
    return town.write(lambda session: take_in(session, batch, WRITES[noun], now=NOON)).lines


def written(town: Town, noun: str, number: int, again: bool) -> list[str]:
    """The statements of one batch, whose rows leave out different fields."""
    [batch] = read(noun, *(ROWS[noun](i, again) for i in range(number)))
    with town.statements() as seen:
        lines = write(town, noun, batch)
    assert len(lines) == number
    return seen


@each_noun
@pytest.mark.parametrize("again", [False, True], ids=["new", "changed"])
def test_statements_do_not_grow_with_the_batch(town: Town, noun: str, again: bool) -> None:
    town.place()
    town.customer()
    counted = []
    for number in (50, 500):
        written(town, noun, number if again else 10, False)  # so that in both some are there
        counted.append(len(written(town, noun, number, again)))
    assert 0 < counted[0] == counted[1] <= 20


@pytest.mark.parametrize("noun", ["customers", "places"])
def test_nor_with_the_people_whose_stays_it_ends(town: Town, noun: str) -> None:
    """Customers who withdraw, and places that are moved from around them."""
    counted = []
    for number in (10, 60):
        write(town, "places", *read("places", *(_place(i, False) for i in range(number))))
        fences = [town.fences(f"p{i}")["premises"] for i in range(number)]
        phones = [town.phone(f"c{i}") for i in range(number)]
        town.cross(*(enter(phone, fence, i) for i, (phone, fence) in enumerate(zip(phones, fences, strict=True))))
        away: list[Row] = [{"id": f"c{i}", "consents": {"location": False}} for i in range(number)]
        [batch] = read(noun, *(away if noun == "customers" else (_place(i, True) for i in range(number))))
        with town.statements() as seen:
            lines = write(town, noun, batch)
        assert [line.outcome for line in lines] == ["changed"] * number
        assert [one[0] for one in town.transitions()].count("exit") >= number
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 25


@each_noun
def test_a_batch_again_changes_nothing_and_another_is_told(town: Town, noun: str) -> None:
    town.place()
    town.customer()
    outcomes = []
    for again in (False, False, True):
        [batch] = read(noun, *(ROWS[noun](i, again) for i in range(8)))
        outcomes.append([line.outcome for line in write(town, noun, batch)])
    refused = [line == "refused" for line in outcomes[0]]
    assert refused == [noun == "purchases" and i % 4 == 3 for i in range(8)]
    assert {line for line, bad in zip(outcomes[0], refused, strict=True) if not bad} == {"created"}
    assert {line for line, bad in zip(outcomes[1], refused, strict=True) if not bad} == {"unchanged"}
    assert ("refused" if noun == "purchases" else "changed") in outcomes[2]
    assert "created" not in outcomes[2]


def test_an_id_that_comes_again(town: Town) -> None:
    """Saying the same it is no change; saying something else it is refused, in the same batch and in a later one."""
    anna, bea = {"id": "a", "name": "Anna"}, {"id": "a", "name": "Bea"}
    lines = [
        line
        for batch in read("customers", anna, anna, bea, anna, bea, size=3)
        for line in write(town, "customers", batch)
    ]
    assert [line.outcome for line in lines] == ["created", "unchanged", "refused", "unchanged", "refused"]
    assert lines[4].errors[0].message == "'a' stands in line 1 already, with something else"
    other_order = '{"name": "Anna", "id": "a"}'
    assert write(town, "customers", read("customers", anna, other_order)[0])[1].outcome == "unchanged"


def test_a_row_under_the_id_of_one_that_was_refused(town: Town) -> None:
    """In the same batch it shares its fate; in a later one it is tried for itself."""
    town.customer()
    bad, good = _purchase(3, False), _purchase(3, False) | {"customer": "sanne"}
    first, second, third = read("purchases", bad, bad, "not JSON", good, good, bad, size=2)
    assert [line.outcome for line in write(town, "purchases", first)] == ["refused", "refused"]
    assert [line.outcome for line in write(town, "purchases", second)] == ["refused", "refused"]
    assert third.checked


def test_bad_rows_have_no_part_in_what_is_written(town: Town) -> None:
    [batch] = read("places", {"id": "x"}, "[]", '{"id": ', circle(), {"id": "-", "name": "N"})
    assert batch.bodies == {}
    with town.statements() as seen:
        lines = write(town, "places", batch)
    assert [one for one in seen if not one.startswith("BEGIN")] == []
    assert [(line.line, line.id, line.outcome) for line in lines] == [
        (1, "x", "refused"), (2, None, "refused"), (3, None, "refused"), (4, None, "refused"), (5, "-", "refused"),
    ]  # fmt: skip


def test_faults_of_one_row_are_told_up_to_a_number(town: Town) -> None:
    [batch] = read("customers", {"id": "x", **{f"f{i}": 1 for i in range(100)}})
    [line] = write(town, "customers", batch)
    assert len(line.errors) == 21
    assert line.errors[-1].message == "and 80 more"


def test_a_file_has_its_most_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offers.imports.MOST_ROWS", 3)
    assert len(read("customers", *({"id": f"c{i}"} for i in range(3)))[0].checked) == 3
    with pytest.raises(FileRefused, match="line 4: the file has more than 3 rows"):
        read("customers", *({"id": f"c{i}"} for i in range(4)))


def test_a_batch_of_heavy_rows_has_few_of_them() -> None:
    """500 rows of 1 MB in one would take gigabytes of memory."""
    tags = ["t" * 100] * 200
    made = read("customers", *({"id": f"c{number}", "tags": tags, "name": "n"} for number in range(600)))
    assert sum(len(batch.checked) for batch in made) == 600
    assert [len(batch.checked) < 500 for batch in made] == [True] * len(made)
    assert max(batch.weight for batch in made) < 5_000_000
