"""The doubles as processes: asked from outside, and alive again with what they had."""

from pathlib import Path

import httpx
import pytest

from tests.doubles.conftest import a_bearer
from tests.doubles.fcm import FcmProcess
from tests.doubles.web_push import WebPushProcess


def post(fcm: FcmProcess, *targets: str) -> list[int]:
    with httpx.Client(headers={"Authorization": f"Bearer {a_bearer(fcm.account)}"}) as http:
        address = f"{fcm.url}/v1/projects/demo/messages:send"
        return [http.post(address, json={"message": {"fid": target}}).status_code for target in targets]


@pytest.fixture
def fcm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FcmProcess:
    process = FcmProcess(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(process.ca_file))
    return process


def test_fcm_is_asked_and_told_from_outside(fcm: FcmProcess) -> None:
    with fcm:
        assert (fcm.messages, fcm.refused, fcm.stats) == ([], [], {"token_requests": 0})
        fcm.faults(send={"kind": "unavailable", "count": 1})
        assert post(fcm, "a", "b", "unregistered-c") == [503, 200, 404]
        assert [row.target for row in fcm.messages] == ["b"]
        assert [row.outcome for row in fcm.refused] == ["unavailable", "unregistered"]
        assert fcm.tries == {"a": 1, "b": 1, "unregistered-c": 1}
        assert fcm.stats == {"token_requests": 1, "unavailable": 1, "accepted": 1, "unregistered": 1}
        assert [row["target"] for row in fcm.ask("messages")] == ["b"]
        assert [row["target"] for row in fcm.ask("refused", after="1")] == ["unregistered-c"]
        with pytest.raises(ValueError, match="no fault 'nonsense'"):
            fcm.faults(send={"kind": "nonsense"})
        fcm.reset()
        assert (fcm.messages, fcm.tries, fcm.token_requests) == ([], {}, 0)


def test_tokens_are_revoked_from_outside(fcm: FcmProcess) -> None:
    with fcm, httpx.Client(headers={"Authorization": f"Bearer {a_bearer(fcm.account)}"}) as http:
        address = f"{fcm.url}/v1/projects/demo/messages:send"
        assert http.post(address, json={"message": {"fid": "a"}}).status_code == 200
        fcm.revoke()
        assert http.post(address, json={"message": {"fid": "a"}}).status_code == 401


def test_fcm_killed_and_started_again_knows_what_it_accepted(fcm: FcmProcess) -> None:
    with fcm:
        assert post(fcm, "a") == [200]
        fcm.kill()
        assert [row.target for row in fcm.messages] == ["a"]
        fcm.start()
        assert post(fcm, "a") == [200]
        assert [row.duplicate for row in fcm.messages] == [False, True]
        assert fcm.tries == {"a": 2}


def test_a_double_ends_with_whoever_started_it(fcm: FcmProcess) -> None:
    with fcm:
        assert fcm.process.stdin
        fcm.process.stdin.close()
        assert fcm.process.wait(30) == 0


def test_what_does_not_serve_says_why(tmp_path: Path) -> None:
    fcm = FcmProcess(tmp_path, "--nonsense")
    with pytest.raises(RuntimeError, match="unrecognized arguments: --nonsense"):
        fcm.start()


@pytest.mark.parametrize("tls", [False, True])
def test_a_push_service_is_asked_and_told_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, tls: bool
) -> None:
    with WebPushProcess(tmp_path, tls=tls) as push:
        if tls:
            monkeypatch.setenv("SSL_CERT_FILE", str(push.ca_file))
        first, second = push.subscribe_many(2)
        gone = push.subscribe(kind="gone")
        push.faults(push={"status": 500, "count": 1})
        statuses = [httpx.post(each["endpoint"], headers={"TTL": "60"}).status_code for each in (first, second, gone)]
        assert statuses == [500, 201, 410]
        assert [row.target for row in push.received] == [second["endpoint"].rpartition("/")[2]]
        assert [row.outcome for row in push.refused] == ["status 500", "gone"]
        assert push.stats == {"status 500": 1, "accepted": 1, "gone": 1}
        with pytest.raises(ValueError, match="no kind 'nonsense'"):
            push.subscribe(kind="nonsense")
