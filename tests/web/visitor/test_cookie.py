"""Whose cookie it is: forged, expired and foreign ones are as none."""

import re

import pytest

from web.visitor.cookie import LIFE, VisitorCookie

NOW = 1_800_000_000.0
OURS = VisitorCookie(b"a secret of thirty-two characters", "https://shop.example")


def test_it_says_which_device() -> None:
    written = OURS.write("dev_one", NOW)
    assert OURS.read(written, NOW) == "dev_one"
    assert OURS.read(written, NOW + LIFE.total_seconds() - 1) == "dev_one"
    assert OURS.read(written, NOW + LIFE.total_seconds()) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("dev_one", "dev_two"),
        lambda text: re.sub(r"\.\d+\.", ".9999999999.", text),
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "E"),
        lambda text: text + "A",
        lambda text: text.rpartition(".")[0],
        lambda text: text.rpartition(".")[0] + ".",
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: text.replace(".", "..", 1),
        lambda _: "",
        lambda _: "é" * 50,
        lambda _: "a" * 100_000,
    ],
)
def test_what_was_touched_is_as_none(change: object) -> None:
    assert callable(change)
    assert OURS.read(change(OURS.write("dev_one", NOW)), NOW) is None


def test_another_secret_is_another_server() -> None:
    other = VisitorCookie(b"another secret of as many characters", "https://shop.example")
    assert OURS.read(other.write("dev_one", NOW), NOW) is None


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://shop.example", "__Host-passerby-visitor"),
        ("http://shop.example", "__Host-passerby-visitor"),
        ("http://192.168.1.2:8000", "__Host-passerby-visitor"),
        ("https://localhost", "__Host-passerby-visitor"),
        ("", "__Host-passerby-visitor"),
        ("http://127.0.0.1:8000", "passerby-visitor"),
        ("http://[::1]:8000", "passerby-visitor"),
        ("http://localhost:8000", "passerby-visitor"),
        ("http://localhost.evil.example", "__Host-passerby-visitor"),
    ],
)
def test_only_on_ones_own_machine_it_goes_over_http(base_url: str, name: str) -> None:
    assert VisitorCookie(b"x" * 32, base_url).name == name
