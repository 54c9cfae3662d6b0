"""What stands before a start: whether anybody can listen there, and why not."""

import os
import socket
from pathlib import Path

import pytest

from offers.errors import Misconfigured
from workers.embedded import (
    child_environment,
    embedded_redis,
    free_port,
    only_one,
    wait_for_redis,
    why_not_listen,
)


def test_an_open_port_has_no_reason() -> None:
    assert why_not_listen("127.0.0.1", free_port(), " with --port.") is None


def test_a_port_that_is_taken_is_said_to_be_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert why_not_listen("127.0.0.1", port, " with --port.") == (
            f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --port."
        )


@pytest.mark.parametrize("host", ["203.0.113.7", "::1::"])
def test_an_address_of_nobody_here_is_not_called_a_port_in_use(host: str) -> None:
    """203.0.113.0/24 is for documentation (RFC 5737): no machine has it."""
    said = why_not_listen(host, free_port(), " with --port.")
    assert said is not None
    assert said.startswith(f"{host} is no address of this machine: ")
    assert said.endswith("Choose another with --host.")


@pytest.mark.parametrize("name", ["with space", "a'b", 'a"b', "back\\slash", "two\nlines", "straße", "100%s $HOME #1"])
def test_redis_keeps_its_files_in_any_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with (tmp_path / "redis.log").open("wb") as output:
        child, url = embedded_redis(folder, child_environment({}), output)
        child.start()
        try:
            wait_for_redis(url, within_s=5)
            assert (folder / "redis" / "appendonlydir").is_dir()
        finally:
            child.stop(5)


def test_a_folder_that_can_not_be_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("somebody's")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path(os.devnull) / "data"):
        with (
            pytest.raises(Misconfigured, match=r"can not be written: .* Choose another folder with --data"),
            only_one(folder),
        ):
            pass
