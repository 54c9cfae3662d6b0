"""Recordings of every kind become the same values; garbage is named with its file and line."""

import gzip
import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic

from seeds.recordings import Fix, Recording, RecordingError, read_recordings

HERE = Path(__file__).parent / "data"
AMSTERDAM = Path(__file__).parents[2] / "seeds" / "amsterdam"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def gpx(points: str, name: str = "", kind: str = "trk") -> str:
    inner = f"<trkseg>{points}</trkseg>" if kind == "trk" else points
    return (
        f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><{kind}>{name}{inner}</{kind}></gpx>'
    )


def test_the_transplanted_walks_are_44_recordings_with_their_truth() -> None:
    recordings = read_recordings(AMSTERDAM / "walks_transplanted.csv")
    assert len(recordings) == 44
    assert sum(len(recording.fixes) for recording in recordings) == 2342
    first = recordings[0]
    assert first.name == "ucb-sdb-android-2|inner_suburb_downtown_walk_6"
    assert first.fixes[0] == Fix(1781351967.587, 52.5334568, 4.5988967, 1117, 0, 52.3788148, 4.9006278)
    assert any(fix.speed_mps is None for recording in recordings for fix in recording.fixes)
    for recording in recordings:
        assert all(one.at <= other.at for one, other in pairwise(recording.fixes))


def test_the_gzipped_fixes_are_told_apart_by_phone_run_and_leg() -> None:
    recordings = read_recordings(AMSTERDAM / "walks" / "locations.csv.gz")
    assert len(recordings) == 82
    assert sum(len(recording.fixes) for recording in recordings) == 5096
    assert recordings[0].name.count("|") == 2
    assert recordings[0].fixes[0].true_lat is None


def test_csv_unknowns_are_none_and_rows_are_sorted_by_time(tmp_path: Path) -> None:
    path = written(tmp_path, "two.csv", "ts,lat,lon,accuracy_m,speed_mps\n20,52.1,4.9,0,-1\n10,52,4.8,,1.5\n")
    assert read_recordings(path) == [
        Recording("two", (Fix(10, 52, 4.8, None, 1.5), Fix(20, 52.1, 4.9, None, None))),
    ]


def test_fixes_of_one_moment_keep_the_order_in_which_they_were_recorded(tmp_path: Path) -> None:
    path = written(tmp_path, "same.csv", "ts,lat,lon\n5,3,0\n5,1,0\n5,2,0\n")
    assert [fix.lat for fix in read_recordings(path)[0].fixes] == [3, 1, 2]


def test_owntracks_positions_are_read_and_everything_else_is_passed_over(tmp_path: Path) -> None:
    said = {"_type": "location", "tst": 1451642400, "lat": 52.37, "lon": 4.89, "acc": 12, "vel": 36}
    unknown = {"_type": "location", "tst": 1451642460, "lat": 52.371, "lon": 4.891, "acc": 0, "vel": -1}
    lines = [
        f"2016-01-01T10:01:00Z\t*                 \t{json.dumps(unknown)}",
        f"2016-01-01T10:00:00Z\t*                 \t{json.dumps(said)}",
        '2016-01-01T10:02:00Z\tlwt               \t{"_type":"lwt","tst":1}',
        '2016-01-01T10:03:00Z\t*                 \t{"_type":"transition","tst":2,"lat":0,"lon":0}',
        "",
    ]
    path = written(tmp_path, "2016-01.rec", "\n".join(lines) + "\n")
    assert read_recordings(path) == [
        Recording("2016-01", (Fix(1451642400, 52.37, 4.89, 12, 10), Fix(1451642460, 52.371, 4.891, None, None))),
    ]


def test_a_track_without_times_is_walked_a_fix_a_second() -> None:
    (recording,) = read_recordings(HERE / "track-with-extremes.gpx")
    assert recording.name == "Untitled Path"
    assert [fix.at for fix in recording.fixes] == [float(second) for second in range(len(recording.fixes))]
    for one, other in pairwise(recording.fixes):
        step_m = Geodesic.WGS84.Inverse(one.lat, one.lon, other.lat, other.lon)["s12"]
        assert step_m < 1.41, "a sphere stands for the Earth here: half a percent"
    assert recording.fixes[0].lat == 45.484591697


def test_times_within_a_second_are_kept_to_the_millisecond() -> None:
    (recording,) = read_recordings(HERE / "track-with-less-sec-time.gpx")
    assert recording.duration_s == pytest.approx(0.994)
    assert recording.fixes[0].at == 1449844993.0


def test_gpx_times_from_before_gps_are_no_times(tmp_path: Path) -> None:
    points = "".join(f'<trkpt lat="52.37{n}" lon="4.89"><time>1901-12-13T20:45:5{n}Z</time></trkpt>' for n in range(3))
    (recording,) = read_recordings(written(tmp_path, "old.gpx", gpx(points)))
    assert recording.fixes[0].at == 0
    assert recording.duration_s == pytest.approx(222.4 / 1.4, abs=2)


def test_a_missing_time_within_a_track_is_interpolated(tmp_path: Path) -> None:
    points = (
        '<trkpt lat="52" lon="4"><time>2026-01-01T00:00:00Z</time></trkpt><trkpt lat="52.001" lon="4"/>'
        '<trkpt lat="52.002" lon="4"><time>2026-01-01T00:01:00Z</time></trkpt>'
    )
    (recording,) = read_recordings(written(tmp_path, "gap.gpx", gpx(points)))
    assert [fix.at - recording.fixes[0].at for fix in recording.fixes] == pytest.approx([0, 30, 60])


def test_dilution_becomes_accuracy_and_a_route_is_a_walk(tmp_path: Path) -> None:
    point = '<{0} lat="52" lon="4"><hdop>3</hdop></{0}>'
    (tracked,) = read_recordings(written(tmp_path, "hdop.gpx", gpx(point.format("trkpt"))))
    assert tracked.fixes == (Fix(0, 52, 4, 15),)
    (routed,) = read_recordings(written(tmp_path, "route.gpx", gpx('<rtept lat="52" lon="4"/>', kind="rte")))
    assert routed.fixes == (Fix(0, 52, 4, 10),)


def test_names_in_a_file_are_unique(tmp_path: Path) -> None:
    track = '<trk><name>walk</name><trkseg><trkpt lat="52" lon="4"/></trkseg></trk>'
    text = f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">{track}{track}</gpx>'
    assert [r.name for r in read_recordings(written(tmp_path, "twice.gpx", text))] == ["walk", "walk (2)"]


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("a.csv", "when,lat,lon\n1,2,3\n", 1, "no column ts"),
        ("a.csv", "ts,lat,lon\n1,52,4\n2,north,4\n", 3, "lat is not a number"),
        ("a.csv", "ts,lat,lon\n1,52,4\n2,,4\n", 3, "without lat"),
        ("a.csv", "ts,lat,lon\n1,nan,4\n", 2, "without lat"),
        ("a.csv", "ts,lat,lon\ninf,52,4\n", 2, "without time"),
        ("a.csv", "ts,lat,lon\n1,95,4\n", 2, "-90 to 90"),
        ("a.csv", 'ts,lat,lon\n1,"52"x,4\n', 2, "not CSV"),
        ("a.csv", "ts,lat,lon\n", None, "no position"),
        ("a.csv", "", 1, "no column ts, lat, lon"),
        ("a.rec", "hello\n", 1, "OwnTracks"),
        ("a.rec", "2016-01-01T10:00:00Z\t*\t{oops\n", 1, "not JSON"),
        ("a.rec", '\n2016-01-01T10:00:00Z\t*\t{"_type":"location","tst":1,"lat":"52","lon":4}\n', 2, "lat is not"),
        ("a.rec", '2016-01-01T10:00:00Z\t*\t{"_type":"location","tst":1,"lat":52}\n', 1, "without lon"),
        ("a.gpx", "<gpx><trk>\n</gpx>", 2, "not GPX"),
        ("a.gpx", "", 1, "not GPX"),
        ("a.gpx", gpx('<trkpt lat="52" lon="444"/>'), None, "-180 to 180"),
        ("a.gpx", gpx(""), None, "no position"),
        ("a.kml", "<kml/>", None, ".gpx, .csv, .csv.gz, .rec"),
    ],
)
def test_garbage_is_named_with_file_and_line(
    tmp_path: Path, name: str, text: str, line: int | None, problem: str
) -> None:
    path = written(tmp_path, name, text)
    with pytest.raises(RecordingError) as caught:
        read_recordings(path)
    assert caught.value.file == path
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_no_gzip_or_not_there_are_named_too(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"ts,lat,lon\n\xff\xfe")
    (tmp_path / "b.gpx").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.csv.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"ts,lat,lon\n" + b"1,2,3\n" * 99)[:-12])
    said = {}
    for name in ("b.csv", "b.gpx", "b.csv.gz", "cut.csv.gz", "none.csv"):
        with pytest.raises(RecordingError) as caught:
            read_recordings(tmp_path / name)
        said[name] = caught.value.problem
    assert said["b.csv"] == said["b.gpx"] == "not UTF-8 text"
    assert said["b.csv.gz"] == said["cut.csv.gz"] == "not gzip, or cut off"
    assert said["none.csv"] == "No such file or directory"


def test_no_number_that_is_read_is_nan() -> None:
    for recording in read_recordings(AMSTERDAM / "walks" / "locations.csv.gz"):
        for fix in recording.fixes:
            assert all(math.isfinite(value) for value in (fix.at, fix.lat, fix.lon))
