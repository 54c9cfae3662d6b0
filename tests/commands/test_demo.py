"""`passerby demo` starts from nothing, stops leaving nothing, and touches nothing that is not its own."""

import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from commands.demo import MARKER, empty_own_folder
from commands.demo_people import MARKETER, STAFF
from offers.errors import Misconfigured
from tests.commands.demo_process import READY, Demo
from tests.web.console.conftest import Person


@contextmanager
def demo(folder: Path, *arguments: str, port: int | None = None) -> Iterator[Demo]:
    started = Demo(folder, *arguments, port=port)
    try:
        yield started
    finally:
        started.kill()


def password_in(started: Demo, path: str, email: str) -> str:
    """The one that the demo prints behind this page's address."""
    found = re.search(rf"{started.url}/{path}  as {email}, password (\S+)\n", started.said())
    assert found, started.said()
    return found[1]


def look_as(started: Demo, email: str, signs_in_at: str, at: str) -> None:
    """They come in with what is printed, without another password to choose, and see this page."""
    headers = {"origin": started.url}
    with httpx.Client(base_url=started.url, headers=headers, timeout=20, trust_env=False) as http:
        person = Person(http, email)
        password = password_in(started, signs_in_at, email)
        assert person.fill("/console/sign-in", email=email, password=password).status_code == 303
        person.look(at)


def test_an_occupied_port_is_said_plainly_and_nothing_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo(folder, port=port) as refused:
            assert refused.end() == 1
            said = refused.said()
    assert said == (
        f"passerby: Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: "
        f'passerby demo --port {port + 1}, or make demo ARGS="--port {port + 1}".\n'
    )
    assert not folder.exists()


def test_a_folder_of_somebody_else_is_not_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter-1.txt").write_text("years of work")
    with demo(folder) as refused:
        assert refused.end() == 1
        assert "is not a demo's folder" in refused.said()
        assert "Traceback" not in refused.said()
    assert [path.name for path in folder.iterdir()] == ["chapter-1.txt"]
    assert (folder / "chapter-1.txt").read_text() == "years of work"


def test_ctrl_c_leaves_no_process_and_the_next_start_is_fresh(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with demo(folder) as first:
        first.wait_for(READY)
        assert httpx.get(f"{first.url}/healthz").status_code == 200
        look_as(first, MARKETER, "console", "/console/campaigns/new")
        look_as(first, STAFF, "console/pickup", "/console/pickup")
        assert first.left_behind(), "web, worker, beat and Redis carry the folder in their environment"
        assert first.stop(signal.SIGINT) == 0
        assert first.left_behind() == []
        assert first.said().rstrip().endswith("stopped")
        assert "Traceback" not in first.said()
    key, password = (folder / "admin.key").read_text(), password_in(first, "console", MARKETER)
    with demo(folder, "--for", "1", port=first.port) as second:
        assert second.end() == 0, second.said()
        assert second.left_behind() == []
        assert READY in second.said()
        assert password_in(second, "console", MARKETER) != password
    assert (folder / "admin.key").read_text() != key


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_it_starts_leaves_no_process(tmp_path: Path, number: int) -> None:
    with demo(tmp_path / "demo") as started:
        started.wait_for("starting")
        assert started.stop(number) == 0
        assert started.left_behind() == []
        assert "Traceback" not in started.said()


def test_production_variables_do_not_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", f"sqlite:///{tmp_path / 'production.db'}")
    monkeypatch.setenv("PASSERBY_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("PASSERBY_BROKER_URL", "redis://127.0.0.1:1/1")
    with demo(tmp_path / "demo", "--for", "1") as started:
        assert started.end() == 0, started.said()
    assert (tmp_path / "demo" / "passerby.db").exists()
    assert not (tmp_path / "production.db").exists()


def test_a_proxy_of_the_company_is_not_asked_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with demo(tmp_path / "demo", "--for", "8", "--speed", "60") as started:
        started.wait_for("enters")
        assert started.end() == 0, started.said()


def test_an_own_folder_is_emptied_but_links_are_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    empty_own_folder(folder)
    (folder / "old").mkdir()
    (folder / "old" / "thing").write_text("old")
    (folder / "link").symlink_to(elsewhere)
    empty_own_folder(folder)
    assert {path.name for path in folder.iterdir()} == {MARKER, "serve.lock"}
    assert (elsewhere / "kept").read_text() == "kept"


def test_an_empty_folder_may_become_the_demos(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    empty_own_folder(tmp_path / "demo")
    assert (tmp_path / "demo" / MARKER).is_file()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(Misconfigured, match="not a demo's folder"):
        empty_own_folder(tmp_path / "demo")
    assert (tmp_path / "demo").read_text() == "a file"
