"""The doubles' own sockets: what a client may do over HTTP/1.1 and over HTTP/2."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.doubles.answers import Answer, Request
from tests.doubles.running import InThread
from tests.doubles.tls import certificates, kept_certificates

LONG = b"x" * 300_000
"""More than a frame, and more than a window."""


@dataclass
class Echo:
    """Answers with what it was sent, or with what its path says."""

    delay_s: float = 0.0

    def answer(self, request: Request) -> Answer:
        ending = request.query.get("ending", "whole")
        assert ending in {"whole", "hang", "goaway", "killed"}
        body = LONG if request.path == "/long" else request.body
        return Answer(body=body, delay_s=self.delay_s, ending=ending)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("trusted") / "ca.pem"
    file.write_bytes(certificates().ca)
    return str(file)


@pytest.fixture(params=["1.1", "2"])
def http(request: pytest.FixtureRequest, trusted: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    with httpx.Client(http1=request.param == "1.1", http2=request.param == "2") as client:
        yield client


def test_what_is_long_goes_both_ways(http: httpx.Client) -> None:
    with InThread(Echo(), certificates()) as served:
        url = f"https://localhost:{served.port}"
        assert http.get(f"{url}/long").content == LONG
        assert http.post(url, content=LONG).content == LONG
        assert http.post(url, content=iter([b"in ", b"pieces"])).content == b"in pieces"
        assert served.wire.connections == 1


def test_a_connection_that_was_ended_is_opened_again(http: httpx.Client) -> None:
    with InThread(Echo(), certificates()) as served:
        url = f"https://localhost:{served.port}"
        for ending in ("goaway", "killed"):
            with pytest.raises(httpx.TransportError):
                http.get(f"{url}/?ending={ending}")
            assert http.post(url, content=b"again").content == b"again"


def test_delayed_answers_keep_apart(trusted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", trusted)

    async def ask(url: str) -> list[bytes]:
        async with httpx.AsyncClient(http2=True) as http:
            asked = [http.post(url, content=str(number).encode()) for number in range(50)]
            long = http.get(f"{url}/long")
            return [each.content for each in await asyncio.gather(*asked, long)]

    with InThread(Echo(delay_s=0.05), certificates()) as served:
        *answers, long = asyncio.run(ask(f"https://localhost:{served.port}"))
    assert answers == [str(number).encode() for number in range(50)]
    assert long == LONG


def test_whoever_waits_for_what_hangs_is_let_go_in_the_end() -> None:
    with InThread(Echo(), None) as served:
        waiting = socket.create_connection(("127.0.0.1", served.port))
        waiting.sendall(b"GET /?ending=hang HTTP/1.1\r\n\r\n")
    with waiting, contextlib.suppress(ConnectionResetError):
        waiting.settimeout(20)
        assert waiting.recv(1) == b""


def test_a_client_of_http_1_may_be_old_or_polite() -> None:
    with InThread(Echo(), None) as served:
        for said, answered in (
            (b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 OK"),
            (
                b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                b"HTTP/1.1 100",
            ),
        ):
            with socket.create_connection(("127.0.0.1", served.port)) as speaking:
                speaking.sendall(said)
                heard = b"".join(iter(lambda: speaking.recv(4096), b""))  # read at once
            assert heard.startswith(answered)
            assert heard.endswith(b"\r\n\r\nok")


def test_a_port_that_is_taken_is_told_of() -> None:
    with InThread(Echo(), None) as served, pytest.raises(OSError, match="address"):
        InThread(Echo(), None, served.port).__enter__()


def test_an_authority_is_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("kept") / "ca.pem"
    made = kept_certificates(file)
    assert kept_certificates(file) == made
    assert file.read_bytes() == made.ca
