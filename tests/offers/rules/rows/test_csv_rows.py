"""Tables: each column fills its field, each row has its line, and what is no table says where."""

from io import BytesIO
from typing import Any

import pytest

from offers.rules.profile import ConsentReceipt, CustomerBody
from offers.rules.rows.checking import check
from offers.rules.rows.csv_rows import Columns, csv_rows, flag, geojson, pieces, plain, several, text
from offers.rules.rows.kinds import kinds
from offers.rules.rows.row import FileRefused, Row

PEOPLE = Columns(
    "id", {"name": text, "tags": several}, {"sizes": text, "consents": text}, deep={"consents": {"given": flag}}
)
BASKETS = Columns("no", {"total": text}, items={"sku": text, "price": text})


def rows(content: str | bytes, columns: Columns = PEOPLE) -> list[Row]:
    return list(csv_rows(BytesIO(content.encode() if isinstance(content, str) else content), columns))


def values(content: str, columns: Columns = PEOPLE) -> list[tuple[int, Any]]:
    return [(row.line, row.value) for row in rows(content, columns)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_fill_their_fields(delimiter: str, end: str) -> None:
    lines = [
        "\ufeffid,name , tags,sizes.shoes,consents.offers.at",
        "a, Anna ,x|y,38,2026",
        "b,,,,",
        ",,,,",
        "c,Cé,,007,",
    ]
    content = end.join(line.replace(",", delimiter) for line in lines)
    assert values(content) == [
        (2, {"id": "a", "name": "Anna", "tags": ["x", "y"], "sizes": {"shoes": "38"}, "consents": {"offers": {"at": "2026"}}}),
        (3, {"id": "b"}),
        (5, {"id": "c", "name": "Cé", "sizes": {"shoes": "007"}}),
    ]  # fmt: skip


def test_a_cell_that_goes_on_over_lines_belongs_to_its_first() -> None:
    assert values('id,name\na,"Anna\nde ""Boer""\n"\n\nb,Bea\n') == [
        (2, {"id": "a", "name": 'Anna\nde "Boer"'}),
        (6, {"id": "b", "name": "Bea"}),
    ]


def test_a_row_of_another_width_is_refused_alone() -> None:
    first, second = rows("id,name\na,Anna,x\nb,Bea\n")
    assert (first.line, first.value) == (2, None)
    assert first.refused == "has 3 cells where the heading has 2"
    assert second.value == {"id": "b", "name": "Bea"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("name\nx\n", "line 1: the column 'id' is missing"),
        ("id,id\n", "line 1: the column 'id' comes twice"),
        ("id,colour\n", "line 1: there is no column 'colour'"),
        ("id,sizes\n", "line 1: there is no column 'sizes'"),
        ("id,name.first\n", "line 1: there is no column 'name.first'"),
        ("id,consents.offers,consents.offers.at\n", "line 1: the column 'consents.offers' comes whole and in parts"),
        ('id,name\na,"Anna"x\n', "line 2"),
        ('id,name\na,b\nc,"Anna\n', "line 3"),
        ("id,name\na," + "x" * 1_000_000 + "\n", "line 2: is longer than 1,000,000 bytes"),
    ],
    ids=lambda one: one[:30],
)
def test_a_table_that_is_none(content: str, says: str) -> None:
    with pytest.raises(FileRefused) as refused:
        rows(content)
    assert says in str(refused.value)


def test_rows_under_one_key_are_one_with_items() -> None:
    first, second, third = rows("no,total,sku,price\n1,10,a,4\n1,,b,6\n\n2,5,,\n1,10,a,4\n", BASKETS)
    assert first.value == {"no": "1", "total": "10", "items": [{"sku": "a", "price": "4"}, {"sku": "b", "price": "6"}]}
    assert [first.line_of(path) for path in ("total", "items[0].sku", "items[1].sku", "items[9].sku")] == [2, 2, 3, 2]
    assert (second.line, second.value) == (5, {"no": "2", "total": "5", "items": []})
    assert third.line == 6


def test_a_row_that_says_something_else_of_the_whole_is_named() -> None:
    [row] = rows("no,total,sku\n1,10,a\n1,11,b\n1,12,\n", BASKETS)
    assert row.wrong == [("items[1].total", "differs from line 2"), ("items[2].total", "differs from line 2")]
    assert [row.line_of(path) for path, _ in row.wrong] == [3, 4]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("true", True), ("True", "True"), ("7", 7), ("-1.50", -1.5), ("007", "007"), ("1e3", "1e3"), ("9" * 17, "9" * 17), ("x", "x")],
)  # fmt: skip
def test_plain_cells(cell: str, value: object) -> None:
    assert plain(cell) == value
    assert type(plain(cell)) is type(value)


def test_other_cells() -> None:
    assert pieces("3") == 3
    assert pieces("38=2| 39 = many") == {"38": 2, "39": "many"}
    assert geojson('{"type": "Polygon"}') == {"type": "Polygon"}
    assert geojson("POLYGON ((") == "POLYGON (("
    assert several(" a || b ") == ["a", "b"]


@pytest.mark.parametrize(
    ("columns", "heading", "says"),
    [
        (BASKETS, "sku," * 200_000 + "no", "the column 'sku' comes twice"),
        (PEOPLE, ",".join(f"sizes.{number}" for number in range(80_000)), "the column 'id' is missing"),
        (PEOPLE, "id,name," + "x" * 100_000, "there is no column '" + "x" * 100 + "'"),
    ],
    ids=["twice", "many", "long"],
)
def test_a_heading_of_one_megabyte_is_read_in_the_time_it_takes_to_read_it(
    columns: Columns, heading: str, says: str
) -> None:
    """Holding each column against each would take ten minutes: this test would be ended before."""
    with pytest.raises(FileRefused, match=says) as refused:
        rows(f"{heading}\n", columns)
    assert len(str(refused.value)) < 200


def test_thousands_of_columns_fill_their_fields() -> None:
    names = [f"s{number}" for number in range(20_000)]
    [row] = rows(f"id,{','.join(f'sizes.{name}' for name in names)}\na,{','.join(names)}\n")
    assert row.value == {"id": "a", "sizes": dict(zip(names, names, strict=True))}


def test_lines_without_end_under_one_key_are_read_into_no_row_without_end() -> None:
    """A file of 200 MB may be one purchase: it is refused, and not kept in memory to say so."""
    [row] = rows("no,total,sku\n" + "".join(f"1,{number},a\n" for number in range(5000)), BASKETS)
    assert row.value is not None
    assert len(row.value["items"]) == len(row.item_lines) == 1000
    assert len(row.wrong) == 1000
    assert row.wrong[0] == ("items[1].total", "differs from line 2")


def test_other_peoples_digits_are_text() -> None:
    assert [plain(cell) for cell in ("1٢", "-1٢", "1.٢")] == ["1٢", "-1٢", "1.٢"]


def test_true_and_false_are_words_in_a_table_and_no_other_word_is() -> None:
    kind = kinds()["customers"]
    lines = "id,consents.location,consents.offers.given,consents.offers.text_version,consents.orders\na,true,false,true,\nb,yes,,,\n"
    good, bad = (check(kind, row) for row in rows(lines, kind.columns))
    assert isinstance(good.body, CustomerBody)
    said = good.body.consents
    assert (said.location, said.orders) == (True, None)
    assert said.offers == ConsentReceipt(given=False, text_version="true")
    assert [(one.path, one.message) for one in bad.wrong] == [("consents.location", "must be true or false")]
    place = {"id": "a", "name": "A", "kind": "landmark", "lat": "52", "lon": "4", "time_zone": "Europe/Amsterdam"}
    table = f"{','.join(place)},pickup\n{','.join(place.values())},true\n"
    [store] = (check(kinds()["places"], row) for row in rows(table, kinds()["places"].columns))
    assert store.wrong == ()
