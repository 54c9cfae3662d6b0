"""A FeatureCollection is read one Feature at a time; where its text breaks off is said by line and column."""

import json
from io import BytesIO
from typing import Any

import pytest

from offers.rules.rows.feature_rows import feature_rows
from offers.rules.rows.row import BrokenJson, FileRefused, Row

POINT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [4.9, 52.4]}, "properties": {"name": 'é "[{'}}


def rows(content: str | bytes) -> list[Row]:
    return list(feature_rows(BytesIO(content.encode() if isinstance(content, str) else content)))


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": list(features)}


@pytest.mark.parametrize("indent", [None, 2])
def test_each_feature_has_its_number_and_its_line(indent: int | None) -> None:
    text = json.dumps(collection(POINT, 5, POINT | {"type": "Point"}, POINT, name="x", crs={"a": [1]}), indent=indent)
    found = rows("\ufeff" + text)
    assert [row.feature for row in found] == [0, 1, 2, 3]
    assert [row.value for row in found] == [POINT, None, None, POINT]
    assert {row.refused for row in found if row.value is None} == {"is no GeoJSON Feature"}
    begins = [number for number, line in enumerate(text.splitlines(), 1) if line in ("    {", "    {,", "    5,")]
    assert [row.line for row in found] == (begins if indent else [1] * 4)


def test_the_order_of_names_does_not_matter() -> None:
    assert len(rows(json.dumps({"features": [POINT], "name": "x", "type": "FeatureCollection"}))) == 1
    assert rows(json.dumps(collection())) == []


def test_a_large_file_is_read_in_pieces() -> None:
    """Six megabytes, with signs of several bytes on the borders between pieces."""
    many = [POINT | {"id": i, "properties": {"name": "é€😀" * 300}} for i in range(2000)]
    text = json.dumps(collection(*many), ensure_ascii=False, indent=1).encode()
    assert len(text) > 5_000_000

    class Pieces(BytesIO):
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= 1 << 20
            Pieces.most += 1
            return super().read(size)

    found = list(feature_rows(Pieces(text)))
    assert [row.value for row in found] == many
    assert Pieces.most > 5
    lines = text.decode().splitlines()
    assert all(lines[row.line - 1] == "  {" for row in found)


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ("{", "line 1, column 2"),
        ('{"type": "FeatureCollection",\n "features": [\n  {"type": }]}', "line 3, column 12"),
        ('{"type": "FeatureCollection", "features": [1 2]}', "line 1, column 46"),
        ('{"type": "FeatureCollection", "features": [1]}\n}', "line 2, column 1"),
        ('{"type" "FeatureCollection"}', "line 1, column 9"),
        ("{1: 2}", "line 1, column 3"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "line 1, column 44"),
        ('{"type": "FeatureCollection", "features": [' + "[" * 100_000, "line 1, column 44"),
        ('{"type": "FeatureCollection", "features": [' + "1" * 5000, "line 1, column 44"),
    ],
    ids=lambda one: one[:50],
)
def test_text_that_breaks_off_is_named_by_line_and_column(content: str, at: str) -> None:
    with pytest.raises(BrokenJson) as broken:
        rows(content)
    assert broken.value.at == at


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "hello",
        "{}",
        json.dumps(POINT),
        '{"type": "FeatureCollection"}',
        '{"features": []}',
        '{"type": "FeatureCollection", "features": {}}',
        '{"type": ["FeatureCollection"], "features": []}',
        json.dumps(collection(POINT)).encode("utf-16"),
    ],
)
def test_json_that_is_no_feature_collection(content: str | bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        rows(content)
    assert not isinstance(refused.value, BrokenJson)


@pytest.mark.parametrize("size", [1_000_001, 1_900_000, 9_000_000])
def test_a_feature_is_no_larger_than_a_body_may_be(size: int) -> None:
    text = json.dumps(collection(POINT, POINT | {"id": "x" * size}, POINT, *[POINT] * 40_000))
    with pytest.raises(FileRefused, match="longer than 1,000,000"):
        rows(text)
    numbers = json.dumps(collection(POINT, POINT | {"bbox": [1] * (size // 3)}, *[POINT] * 40_000))
    with pytest.raises(FileRefused, match="longer than 1,000,000"):
        rows(numbers)


def test_what_is_no_utf_8_stays_within_its_feature() -> None:
    first, second = rows(
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "\xff"}, {"type": "Feature"}]}'
    )
    assert first.value == {"type": "Feature", "id": "\udcff"}
    assert second.value == {"type": "Feature"}
