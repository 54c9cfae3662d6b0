"""What a page links for its islands, and when the build has something to do."""

import json
import os
import shutil
from pathlib import Path

import pytest

from web.console.islands import has_island, island
from web.islands import build

MANIFEST = {
    "src/map.ts": {"file": "assets/map-1.js", "imports": ["_base.js"], "css": ["assets/map-1.css"], "isEntry": True},
    "_base.js": {"file": "assets/base-1.js", "imports": ["_low.js"], "css": ["assets/base-1.css"]},
    "_low.js": {"file": "assets/low-1.js", "imports": ["_base.js"]},
    "src/htmx.ts": {"file": "assets/htmx-1.js", "isEntry": True},
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


def test_a_page_links_the_entry_its_styles_and_all_that_it_imports_once(built: Path) -> None:
    assert island("map", built).splitlines() == [
        '<link rel="stylesheet" href="/static/islands/assets/map-1.css">',
        '<link rel="stylesheet" href="/static/islands/assets/base-1.css">',
        '<link rel="modulepreload" href="/static/islands/assets/base-1.js">',
        '<link rel="modulepreload" href="/static/islands/assets/low-1.js">',
        '<script type="module" src="/static/islands/assets/map-1.js"></script>',
    ]
    assert island("htmx", built) == '<script type="module" src="/static/islands/assets/htmx-1.js"></script>'


def test_what_was_not_built_is_not_linked(built: Path, tmp_path: Path) -> None:
    assert island("chart", built) == ""
    assert has_island("map", built)
    assert not has_island("chart", built)
    assert island("map", tmp_path / "nowhere") == ""
    assert not has_island("map", tmp_path / "nowhere")


def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    assert "htmx-1.js" in island("htmx", built)
    (built / "manifest.json").write_text(json.dumps({"src/htmx.ts": {"file": "assets/htmx-2.js"}}))
    os.utime(built / "manifest.json", ns=(1, 1))
    assert "htmx-2.js" in island("htmx", built)


def test_the_lock_names_no_registry_and_all_that_the_package_asks_for() -> None:
    lock = json.loads((build.HERE / "package-lock.json").read_text())
    assert "resolved" not in (build.HERE / "package-lock.json").read_text()
    package = json.loads((build.HERE / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""][kind] == package[kind]
        assert all(version[0].isdigit() for version in package[kind].values())  # exact
    assert all("integrity" in one for name, one in lock["packages"].items() if name)


def test_only_changed_sources_are_built_again(tmp_path: Path) -> None:
    here, out = tmp_path / "islands", tmp_path / "out"
    shutil.copytree(build.HERE, here, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    out.mkdir()
    first = build.hash_of_sources(here)
    assert not build.is_current(first, out)
    (out / "built").write_text(first + "\n")
    assert not build.is_current(first, out)  # a stamp without what it stands for
    (out / "manifest.json").write_text("{}")
    assert build.is_current(first, out)
    (here / "src" / "deep").mkdir()
    (here / "src" / "deep" / "one.ts").write_text("export {}\n")
    assert build.hash_of_sources(here) != first


def test_without_node_the_build_says_so_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.main(out=tmp_path / "out") == 0
    assert "no Node with npm here" in capsys.readouterr().out
    assert [one.name for one in (tmp_path / "out").iterdir()] == [build.REASON], "nothing that a page would link"
    assert build.why_left_out(tmp_path / "out") == "there is no Node with npm here"


def test_a_build_that_is_begun_has_no_reason_to_be_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Or a build that fails would be taken for one that this machine can not do."""
    (tmp_path / build.REASON).write_text("npm's registry can not be reached\n")
    monkeypatch.setattr(build, "node_missing", lambda: None)
    monkeypatch.setattr(build, "npm", lambda *_: (False, "error TS2304"))
    assert build.main(out=tmp_path) == 1
    assert build.why_left_out(tmp_path) is None


@pytest.mark.parametrize("said", ["npm error code ENOTFOUND", "npm error code ECONNREFUSED", "npm error code E403"])
def test_a_registry_out_of_reach_is_known_from_what_npm_says(said: str) -> None:
    assert build.UNREACHABLE.search(said)
    assert not build.UNREACHABLE.search("npm error code EUSAGE: package.json and package-lock.json are not in sync")
