from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from offers.rules.values import (
    Duration,
    Moment,
    Strict,
    Window,
    language_chain,
    read_duration,
    read_language,
    read_zone,
    write_duration,
    zone_or_none,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("P1D", timedelta(days=1)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0S", timedelta(0)),
    ],
)
def test_a_duration_is_iso_8601(text: str, value: timedelta) -> None:
    assert read_duration(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "1D", "P1M", "P1Y", "P1.5D", "-P1D", "P-1D", "PT1H1D", "P1D ", "P1D\n", "15", 15, None, ["P1D"], "P9" + "9" * 400 + "D"],
    ids=lambda text: repr(text)[:12],
)  # fmt: skip
def test_what_has_no_fixed_length_or_is_no_duration_is_refused(text: Any) -> None:
    with pytest.raises(ValueError):
        read_duration(text)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3660)))
def test_a_duration_comes_back_as_it_was_written_to_the_second(value: timedelta) -> None:
    whole = timedelta(seconds=int(value.total_seconds()))
    assert read_duration(write_duration(whole)) == whole


@pytest.mark.parametrize("text", ["PT0S", "P3661D", "P900000000D"])
def test_a_limits_duration_is_longer_than_nothing_and_no_longer_than_ten_years(text: str) -> None:
    """Longer ones would run out of the calendar where a time is added to them."""
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(text)
    assert TypeAdapter(Duration).validate_python("P3660D") == timedelta(days=3660)


@pytest.mark.parametrize("zone", ["", "Amsterdam", "europe/amsterdam", "../etc/passwd", "/etc/localtime", "UTC+1"])
def test_only_zones_of_the_iana_database_are_zones(zone: str) -> None:
    assert zone_or_none(zone) is None
    with pytest.raises(ValueError, match="Europe/Amsterdam"):
        read_zone(zone)


def test_a_zone_that_is_known_is_taken() -> None:
    assert read_zone("Europe/Amsterdam") == "Europe/Amsterdam"
    zone = zone_or_none("Europe/Amsterdam")
    assert zone is not None
    assert zone.key == "Europe/Amsterdam"
    assert zone_or_none(None) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [("nl", "nl"), ("NL", "nl"), ("de-at", "de-AT"), ("de_AT", "de-AT"), ("zh-Hant-tw", "zh-Hant-TW")],
)
def test_a_language_is_a_bcp_47_tag_with_the_usual_case(written: str, read: str) -> None:
    assert read_language(written) == read


@pytest.mark.parametrize("tag", ["", "n", "dutch", "nl-", "nl-N", "n1", "nl nl", "../nl", "nl-" + "a" * 9])
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="language tag"):
        read_language(tag)


@pytest.mark.parametrize(
    ("wanted", "defaults", "chain"),
    [
        ("de-AT", ["nl"], ["de-AT", "de", "nl"]),
        ("nl", ["nl"], ["nl"]),
        (None, ["nl-BE"], ["nl-BE", "nl"]),
        ("en-GB", ["en"], ["en-GB", "en"]),
        ("zh-Hant-TW", [None, "en"], ["zh-Hant-TW", "zh-Hant", "zh", "en"]),
        ("de-AT", ["fr-BE", "nl"], ["de-AT", "de", "fr-BE", "fr", "nl"]),
        (None, [None], []),
    ],
)
def test_a_language_falls_back_to_its_root_and_then_to_each_default(
    wanted: str | None, defaults: list[str | None], chain: list[str]
) -> None:
    assert language_chain(wanted, *defaults) == chain


def _window(start: str, end: str) -> Window:
    return Window.model_validate({"from": start, "until": end})


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_a_window_runs_over_midnight_with_its_start_and_without_its_end(clock: str, quiet: bool) -> None:
    assert _window("21:00", "08:00").covers(time.fromisoformat(clock)) is quiet


@pytest.mark.parametrize(("clock", "quiet"), [("12:59", False), ("13:00", True), ("14:29", True), ("14:30", False)])
def test_a_window_within_the_day(clock: str, quiet: bool) -> None:
    assert _window("13:00", "14:30").covers(time.fromisoformat(clock)) is quiet


@given(st.times(), st.times(), st.times())
def test_a_window_and_its_reverse_share_no_moment_and_leave_none_out(start: time, end: time, clock: time) -> None:
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    if start != end:
        there, back = (Window.model_validate({"from": a, "until": b}) for a, b in ((start, end), (end, start)))
        assert there.covers(clock) is not back.covers(clock)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("21:00", "21:00"),
        ("21:00+01:00", "08:00"),
        ("21:00:10", "21:00:50"),
        ("25:00", "08:00"),
        ("21:00", "08:00:00.5"),
    ],
)
def test_a_window_that_is_none_is_refused(start: str, end: str) -> None:
    """Seconds too: they are not written back, and a window that was written as 21:00 to 21:00 could not be read again."""
    with pytest.raises(ValidationError):
        _window(start, end)


def test_a_window_comes_back_as_it_was_written() -> None:
    written = _window("21:00", "08:00").model_dump(mode="json")
    assert written == {"from": "21:00", "until": "08:00"}
    assert Window.model_validate(written) == _window("21:00", "08:00")


class Note(Strict):
    text: str = ""
    more: Any = None
    number: float = 0


@pytest.mark.parametrize("field", ["text", "more"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["nul", "half a surrogate pair"])
def test_characters_that_no_database_keeps_are_refused_where_they_stand(field: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Note.model_validate({field: text})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("more", [{"a": ["\x00"]}, {"\x00": 1}, [float("nan")], {"a": float("inf")}], ids=repr)
def test_they_are_found_in_the_depth_too(more: Any) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({"more": more})


def test_numbers_are_finite() -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({"number": float("inf")})


def test_a_value_as_deep_as_json_allows_is_read() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert Note.model_validate({"more": deep}).more == deep


def test_an_unknown_field_is_refused_and_named() -> None:
    assert issubclass(Strict, BaseModel)
    with pytest.raises(ValidationError) as refused:
        Note.model_validate({"txt": "typo"})
    assert [error["loc"] for error in refused.value.errors()] == [("txt",)]


class Kinds(Strict):
    number: float = 0
    whole: int | None = None
    told: bool = False
    either: bool | Window | None = None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": True}, "number"),
        ({"whole": False}, "whole"),
        ({"told": 1}, "told"),
        ({"told": "yes"}, "told"),
        ({"told": 0.0}, "told"),
        ({"either": 0}, "either"),
        ({"either": "off"}, "either"),
    ],
)
def test_true_is_no_number_and_no_number_or_word_is_true(body: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Kinds.model_validate(body)
    assert {one["loc"] for one in refused.value.errors()} == {(field,)}


def test_what_is_of_its_kind_is_taken() -> None:
    assert Kinds.model_validate({"number": "52.5", "whole": 3.0, "told": True, "either": False}).number == 52.5
    assert Kinds.model_validate({"either": {"from": "21:00", "until": "08:00"}, "whole": None}).whole is None


@pytest.mark.parametrize(
    "value", [1764590400, 1764590400.5, "1764590400", "1764590400000", True, "20261201T000000Z", "now"]
)
def test_a_number_is_no_moment(value: object) -> None:
    """Pydantic alone reads it as seconds, or from some size on as milliseconds."""
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)


@pytest.mark.parametrize("value", [75_600, "75600", 75_600.0, False, "9 pm", "21"])
def test_a_number_is_no_time_of_day(value: object) -> None:
    with pytest.raises(ValidationError):
        Window.model_validate({"from": value, "until": "08:00"})
