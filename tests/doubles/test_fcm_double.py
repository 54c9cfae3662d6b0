"""What FCM's double takes, what it writes down, and whom it lets in."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doubles.conftest import Plain, Sdk, a_bearer, an_assertion, ask_for_token
from tests.doubles.fcm import FcmDouble, Ways
from tests.doubles.fcm.answers import BAD_REQUEST, FCM_ERROR

DENIED = ("UNAUTHENTICATED", 401)


def test_what_is_sent_is_written_down(fcm: FcmDouble, sdk: Sdk) -> None:
    name = sdk.send("phone-1")
    assert sdk.send_each("phone-2") == [None]
    first, second = fcm.messages
    assert (first.target, first.address, first.name, first.http) == ("phone-1", "fid", name, "1.1")
    assert (second.target, second.http, second.duplicate, second.outcome) == ("phone-2", "2", False, "accepted")
    assert first.message["notification"] == {"title": "Tulips", "body": "Half price"}
    assert {warning.partition(":")[0] for warning in first.warnings} == {"no-android-ttl", "no-apns-expiration"}
    assert (fcm.token_requests, fcm.tries, fcm.refused) == (1, {"phone-1": 1, "phone-2": 1}, [])


def test_many_at_once_share_one_connection(fcm: FcmDouble, sdk: Sdk) -> None:
    targets = [f"phone-{number}" for number in range(250)]
    assert sdk.send_each(*targets) == [None] * 250
    assert {row.target for row in fcm.messages} == set(targets)
    assert {row.http for row in fcm.messages} == {"2"}
    assert fcm.connections == 2  # one of them for the token


def test_without_tls_it_speaks_http_1() -> None:
    with FcmDouble(tls=False) as fcm:
        headers = {"Authorization": f"Bearer {a_bearer(fcm.account())}"}
        address = f"{fcm.url}/v1/projects/demo/messages:send"
        answer = httpx.post(address, json={"message": {"fid": "phone"}}, headers=headers)
        assert (answer.status_code, answer.http_version, len(fcm.messages)) == (200, "HTTP/1.1", 1)


def test_the_same_message_again_is_a_duplicate(fcm: FcmDouble, plain: Plain) -> None:
    for target, ack_id, title in (("a", "1", "x"), ("a", "1", "y"), ("a", "2", "x"), ("b", "1", "x")):
        plain.send(target, data={"ack_id": ack_id}, notification={"title": title})
    assert [row.duplicate for row in fcm.messages] == [False, True, False, False]
    for title in ("x", "x", "y"):
        plain.send("c", notification={"title": title})
    assert [row.duplicate for row in fcm.messages[4:]] == [False, True, False]


def test_a_dry_run_is_no_duplicate_and_makes_none(fcm: FcmDouble, plain: Plain) -> None:
    dry = plain.post({"message": {"fid": "a"}, "validateOnly": True})
    assert dry.json() == {"name": "projects/demo/messages/fake_message_id"}
    plain.send("a")
    assert [(row.validate_only, row.duplicate) for row in fcm.messages] == [(True, False), (False, False)]


def test_the_record_is_complete_when_the_answer_has_left(tmp_path: Path) -> None:
    record = tmp_path / "sent.jsonl"
    with FcmDouble(record=record, tls=False) as fcm:
        headers = {"Authorization": f"Bearer {a_bearer(fcm.account())}"}
        with httpx.Client(headers=headers) as http:
            for target in ("a", "unregistered-a"):
                http.post(f"{fcm.url}/v1/projects/demo/messages:send", json={"message": {"fid": target}})
                rows = [json.loads(line) for line in record.read_text().splitlines()]
                assert rows[-1]["target"] == target
    with FcmDouble(record=record, tls=False) as again:
        assert [row.target for row in again.messages] == ["a"]
        assert [row.outcome for row in again.refused] == ["unregistered"]
        again.reset()
        assert (again.messages, again.refused, again.tries, record.read_text()) == ([], [], {}, "")


def test_the_two_400s_differ(fcm: FcmDouble, plain: Plain) -> None:
    by_parser = plain.send("a", data={"n": 3}).json()["error"]
    assert [detail["@type"] for detail in by_parser["details"]] == [BAD_REQUEST]
    assert by_parser["details"][0]["fieldViolations"][0]["field"] == "message.data[0].value"
    by_fcm = plain.send("a", android={"ttl": "-1s"}).json()["error"]
    assert [detail["@type"] for detail in by_fcm["details"]] == [FCM_ERROR, BAD_REQUEST]
    assert by_fcm["details"][0]["errorCode"] == "INVALID_ARGUMENT"
    assert {(row.status, row.outcome) for row in fcm.refused} == {(400, "malformed")}
    assert fcm.messages == []


def test_what_is_not_json_is_refused(fcm: FcmDouble, plain: Plain) -> None:
    answer = plain.http.post(f"{fcm.url}/v1/projects/demo/messages:send", content=b'{"message":')
    assert answer.status_code == 400
    assert "Invalid JSON payload" in answer.json()["error"]["message"]


def test_other_doors_are_closed(fcm: FcmDouble, plain: Plain) -> None:
    assert plain.http.get(f"{fcm.url}/v1/projects/demo/messages:send").status_code == 405
    assert plain.http.get(f"{fcm.url}/v2").status_code == 404


def test_a_token_is_asked_for_and_can_be_revoked(fcm: FcmDouble, plain: Plain) -> None:
    assert plain.send("a").status_code == 200
    assert plain.post({"message": {"fid": "a"}}, project="other").status_code == 403
    fcm.revoke()
    refused = plain.send("a").json()["error"]
    assert (refused["status"], refused["code"], "details" in refused) == (*DENIED, False)
    del plain.http.headers["Authorization"]
    assert plain.send("a").status_code == 401
    plain.http.headers["Authorization"] = "Basic YTpi"
    assert plain.send("a").status_code == 401
    assert [row.outcome for row in fcm.refused] == ["unauthorised"] * 4


def test_a_token_lives_only_so_long() -> None:
    with FcmDouble(Ways(token_lives_s=0), tls=False) as fcm:
        headers = {"Authorization": f"Bearer {a_bearer(fcm.account())}"}
        address = f"{fcm.url}/v1/projects/demo/messages:send"
        assert httpx.post(address, json={"message": {"fid": "a"}}, headers=headers).status_code == 401


WRONG_CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "stranger@demo.iam.gserviceaccount.com"}, "account not found"),
    ({"aud": "https://elsewhere.example/token"}, "Audience"),
    ({"exp": 1}, "expired"),
    ({"iat": 4_000_000_000}, "not yet valid"),
    ({"exp": 4_000_000_000}, "short-lived"),
    ({"scope": "https://www.googleapis.com/auth/drive"}, "scope"),
]


@pytest.mark.parametrize(("claims", "why"), WRONG_CLAIMS)
def test_an_assertion_that_claims_wrongly_gets_no_token(fcm: FcmDouble, claims: dict[str, Any], why: str) -> None:
    account = fcm.account()
    answer = ask_for_token(account, an_assertion(account, **claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert why in answer.json()["error_description"]


def test_an_assertion_is_signed_by_the_accounts_key(fcm: FcmDouble) -> None:
    account, right = fcm.account(), an_assertion(fcm.account())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims, header = jwt.decode(right, options={"verify_signature": False}), {"kid": account["private_key_id"]}
    forged = jwt.encode(claims, other, "RS256", header)
    for wrong in (forged, an_assertion(account, {"kid": "another"}), right[:-4] + "AAAA", "a.b.c", ""):
        assert ask_for_token(account, wrong).json()["error"] == "invalid_grant"
    assert ask_for_token(account, right, grant="password").json()["error"] == "unsupported_grant_type"
    assert ask_for_token(account, right).status_code == 200


def test_a_device_and_a_project_have_their_rate() -> None:
    with FcmDouble(Ways(device_per_minute=2, project_per_minute=5), tls=False) as fcm:
        headers = {"Authorization": f"Bearer {a_bearer(fcm.account())}"}
        with httpx.Client(headers=headers) as http:
            address = f"{fcm.url}/v1/projects/demo/messages:send"
            answers = [http.post(address, json={"message": {"fid": target}}) for target in "aaabbc"]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert [row.outcome for row in fcm.refused] == ["device-quota", "project-quota"]
    assert "QUOTA_EXCEEDED" in answers[2].text
    assert FCM_ERROR not in answers[5].text


def test_too_many_that_collapse_are_warned_of(fcm: FcmDouble, plain: Plain) -> None:
    for number in range(5):
        plain.send("a", android={"collapseKey": f"k{number}", "ttl": "0s"})
    assert [len(row.warnings) for row in fcm.messages] == [0, 0, 0, 0, 1]
    for _ in range(21):
        plain.send("b", android={"collapseKey": "k", "ttl": "60s"})
    assert [row.warnings != [] for row in fcm.messages[5:]] == [False] * 20 + [True]


def test_topics_are_subscribed_to_once(plain: Plain) -> None:
    address = f"{plain.fcm.url}/v1/projects/demo/registrations/phone/topicSubscriptions"
    statuses = [
        plain.http.post(address, params={"topic_name": "offers"}).status_code,
        plain.http.post(address, params={"topic_name": "offers"}).status_code,
        plain.http.post(address, params={"topic_name": "no topic"}).status_code,
        plain.http.delete(f"{address}/offers").status_code,
        plain.http.delete(f"{address}/offers").status_code,
        plain.http.delete(f"{address}/offers", params={"allow_missing": "true"}).status_code,
    ]
    assert statuses == [200, 409, 400, 200, 404, 200]
    assert plain.http.get(address).json() == {"topicSubscriptions": []}


def test_a_double_that_is_wrong_itself_says_so_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise ZeroDivisionError

    with ExitStack() as stack:
        fcm = stack.enter_context(FcmDouble(tls=False))
        monkeypatch.setattr(fcm.fcm, "answer", fails)
        assert httpx.get(f"{fcm.url}/anything").status_code == 500
        with pytest.raises(ExceptionGroup):
            stack.close()
