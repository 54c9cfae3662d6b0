"""Whether FCM would send for us, asked of a strict FCM: nobody is sent anything, and each no has its name."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from offers.settings import Settings
from tests.doubles.fcm import FcmDouble
from workers.embedded import free_port
from workers.push import trying
from workers.push.credentials import ServiceAccount
from workers.push.trying import try_fcm, try_push
from workers.trials import Trial, keep_trial, read_trial


def tried(fcm: FcmDouble, account: ServiceAccount, **how: Any) -> Trial:
    trial = try_fcm(account, "try_1", endpoint=fcm.url, **how)
    assert account.info["private_key"][:100] not in repr(trial)
    return trial


def test_a_right_account_is_accepted_and_nobody_is_sent_anything(fcm: FcmDouble, account: ServiceAccount) -> None:
    trial = tried(fcm, account)
    assert (trial.said, trial.status, trial.project, trial.account) == (
        "accepted",
        200,
        "demo",
        account.info["client_email"],
    )
    (asked,) = fcm.messages
    assert (asked.validate_only, asked.address, asked.violations) == (True, "topic", [])


@pytest.mark.parametrize(
    ("fault", "said", "word"),
    [
        ({"kind": "unauthorised"}, "token_refused", "UNAUTHENTICATED"),
        ({"status": 403}, "not_allowed", "PERMISSION_DENIED"),
        ({"status": 404}, "no_project", "NOT_FOUND"),
        ({"kind": "projquota"}, "quota", "RESOURCE_EXHAUSTED"),
        ({"kind": "unavailable"}, "down", "UNAVAILABLE"),
        ({"kind": "badgateway"}, "down", ""),
        ({"status": 418}, "not_understood", "UNKNOWN"),
        ({"kind": "killed"}, "cut_off", ""),
        ({"kind": "reset"}, "cut_off", ""),
    ],
    ids=str,
)
def test_each_answer_of_fcm_has_its_name(
    fcm: FcmDouble, account: ServiceAccount, fault: dict[str, Any], said: str, word: str
) -> None:
    fcm.faults(send=fault)
    trial = tried(fcm, account)
    assert (trial.said, trial.word) == (said, word)


def test_an_account_of_another_project_is_not_allowed(fcm: FcmDouble, account: ServiceAccount) -> None:
    other = ServiceAccount({**account.info, "project_id": "another"})
    trial = tried(fcm, other)
    assert (trial.said, trial.status, trial.project) == ("not_allowed", 403, "another")


def test_an_api_that_is_switched_off_is_told_from_a_right_that_is_missing() -> None:
    error = {"status": "PERMISSION_DENIED", "details": [None, {"reason": "SERVICE_DISABLED"}]}
    judged = trying._of_send(trying._Answer(403, {"error": error}, 0.0))
    assert judged.said == "switched_off"


@pytest.mark.parametrize("of", [None, "x", {"error": "x"}, {"error": {"details": "x"}}, {"error": {"status": {}}}])
def test_what_is_no_answer_of_fcm_is_taken_all_the_same(of: Any) -> None:
    content = of if isinstance(of, dict) else {}
    assert trying._read(json.dumps(of).encode()) == content
    assert trying._of_send(trying._Answer(409, content, 0.0)).said == "not_understood"


def test_a_key_that_was_taken_back_is_refused(fcm: FcmDouble, account: ServiceAccount) -> None:
    fcm.faults(token={"kind": "invalid_grant"})
    trial = tried(fcm, account)
    assert (trial.said, trial.status, trial.word) == ("key_refused", 400, "invalid_grant")
    assert not fcm.messages, "nothing was asked of FCM itself"


def test_an_account_that_is_gone_is_refused(fcm: FcmDouble, account: ServiceAccount) -> None:
    gone = ServiceAccount({**account.info, "client_email": "gone@demo.iam.gserviceaccount.com"})
    assert tried(fcm, gone).said == "key_refused"


@pytest.mark.parametrize("off_s", [-7200, 7200])
def test_a_wrong_clock_is_named(fcm: FcmDouble, account: ServiceAccount, off_s: int) -> None:
    assert tried(fcm, account, now=lambda: time.time() + off_s).said == "clock_wrong"


def test_how_far_the_clock_is_off_is_read_from_the_answer() -> None:
    assert trying._ahead_s("Fri, 27 Nov 2026 10:00:00 GMT", 1795773900.0) == 300.0
    assert trying._ahead_s("yesterday", 0.0) == 0.0
    assert trying._ahead_s("", 0.0) == 0.0
    refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    assert trying._of_token(trying._Answer(400, refused, 3000.0)).said == "clock_wrong"
    assert trying._of_token(trying._Answer(400, refused, 3.0)).said == "key_refused"


@pytest.mark.parametrize(("door", "status"), [("token", 503), ("token", 500)])
def test_a_token_endpoint_that_is_down_is_not_our_key(
    fcm: FcmDouble, account: ServiceAccount, door: str, status: int
) -> None:
    fcm.faults(**{door: {"status": status}})
    assert tried(fcm, account).said == "down"


@pytest.mark.parametrize("door", ["token", "send"])
def test_who_never_answers_is_not_waited_for(
    fcm: FcmDouble, account: ServiceAccount, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "WITHIN_S", 0.5)
    fcm.faults(**{door: {"kind": "hang"}})
    began = time.monotonic()
    assert tried(fcm, account).said == "too_slow"
    assert time.monotonic() - began < 3


def test_who_is_not_there_is_unreachable(fcm: FcmDouble, account: ServiceAccount) -> None:
    nowhere = f"https://127.0.0.1:{free_port()}"
    assert try_fcm(account, "try_1", endpoint=nowhere).said == "unreachable"
    assert try_fcm(ServiceAccount({**account.info, "token_uri": nowhere}), "try_1").said == "unreachable"
    assert try_fcm(ServiceAccount({**account.info, "token_uri": "https://x:port"}), "try_1").said == "unreachable"


def test_a_stranger_in_its_place_is_not_believed(
    fcm: FcmDouble, account: ServiceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its certificate is nobody's that we trust: the key does not even leave."""
    monkeypatch.delenv("SSL_CERT_FILE")
    assert tried(fcm, account).said == "unreachable"
    assert not fcm.messages


def test_what_the_worker_sends_with_is_asked_about(
    fcm: FcmDouble, account: ServiceAccount, settings: Settings, tmp_path: Path
) -> None:
    """The file may hold another key by now: that is said, and the one in force is asked about."""
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account.info))
    named = settings.model_copy(update={"google_application_credentials": str(file), "fcm_endpoint": fcm.url})
    trial = try_push(named, account, "try_1")
    assert (trial.said, trial.replaced) == ("accepted", False)
    file.write_text(json.dumps({**account.info, "private_key_id": "another"}))
    trial = try_push(named, account, "try_2")
    assert (trial.said, trial.replaced) == ("accepted", True)
    file.unlink()
    assert try_push(named, account, "try_3").replaced
    assert try_push(named, None, "try_4").said == "no_account"


def test_a_trial_is_read_by_who_asked_and_by_who_comes_later(redis_db: Redis) -> None:
    assert read_trial(redis_db) is None
    first = Trial("try_1", 1.0, "accepted", "demo")
    second = replace(first, id="try_2", said="no_project")
    keep_trial(redis_db, first)
    keep_trial(redis_db, second)
    assert read_trial(redis_db, "try_1") == first
    assert read_trial(redis_db) == read_trial(redis_db, "try_2") == second
    assert read_trial(redis_db, "try_3") is None
    assert 0 < redis_db.ttl("pb:push-trial:try_1") <= 3600  # type: ignore[operator]
    for odd in ("x", "[]", '{"id": "try_1"}', '{"colour": 1}', "null"):
        redis_db.set("pb:push-trial", odd)
        assert read_trial(redis_db) is None
