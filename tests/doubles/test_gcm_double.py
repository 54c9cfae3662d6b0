"""The double of what Chromium gets its pushes from; that a real Chromium takes it, tests/browser/test_real_push.py shows."""

from collections.abc import Iterator

import httpx
import pytest

from tests.doubles.gcm import GcmDouble
from tests.doubles.gcm.protobuf import field, read_varint, varint

PAGE = {"app": "org.chromium.linux", "X-subtype": "wp:https://shop.example/#1", "sender": "BKey"}
PUSH = {"content-encoding": "aes128gcm", "ttl": "60"}


@pytest.fixture
def gcm() -> Iterator[GcmDouble]:
    with GcmDouble() as double:
        yield double


def register(gcm: GcmDouble, **also: str) -> str:
    answer = httpx.post(f"http://{gcm.host}/register", data=PAGE | also)
    assert answer.text.startswith("token=")
    return answer.text.removeprefix("token=")


def test_a_name_is_good_until_it_is_deleted(gcm: GcmDouble) -> None:
    address = gcm.at(f"https://jmt17.google.com/fcm/send/{register(gcm)}")
    assert httpx.post(address, headers={"ttl": "60"}, content=b"x").status_code == 400
    assert httpx.post(address, headers={"content-encoding": "aes128gcm"}, content=b"x").status_code == 400
    register(gcm, delete="true")
    assert httpx.post(address, headers=PUSH, content=b"x").status_code == 410
    assert gcm.registered == {}
    assert gcm.pushed == []
    assert httpx.post(f"http://{gcm.host}/elsewhere").status_code == 404


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63])
def test_numbers_are_read_as_they_were_written(number: int) -> None:
    rest = iter(varint(number))
    assert read_varint(lambda: next(rest)) == number
    assert list(rest) == []


def test_fields_are_written_as_the_format_says() -> None:
    """Protocol Buffers, "Encoding": field 1 as 150, field 2 as "testing"."""
    assert field(1, 150) == bytes.fromhex("089601")
    assert field(2, "testing") == bytes.fromhex("120774657374696e67")
