"""How FCM's double misbehaves, and what the real firebase-admin makes of it."""

from typing import Any

import httpx
import pytest
from firebase_admin import exceptions, messaging

from tests.doubles.answers import Request
from tests.doubles.conftest import SHORT_S, Plain, Sdk, an_assertion, ask_for_token
from tests.doubles.fcm import FcmDouble, Ways
from tests.doubles.fcm.answers import FCM_ERROR
from tests.doubles.fcm.discovery import Json
from tests.doubles.fcm.service import Fcm

ANSWERS: list[tuple[Json, int, str | None, str | None]] = [
    ({"kind": "unregistered"}, 404, "UNREGISTERED", None),
    ({"kind": "mismatch"}, 403, "SENDER_ID_MISMATCH", None),
    ({"kind": "quota"}, 429, "QUOTA_EXCEEDED", "30"),
    ({"kind": "quota", "retry_after": 7}, 429, "QUOTA_EXCEEDED", "7"),
    ({"kind": "projquota"}, 429, None, "30"),
    ({"status": 429}, 429, None, None),
    ({"kind": "internal"}, 500, "INTERNAL", None),
    ({"kind": "unavailable"}, 503, "UNAVAILABLE", None),
    ({"kind": "unavailable", "retry_after": 1}, 503, "UNAVAILABLE", "1"),
    ({"status": 503}, 503, None, None),
    ({"status": 503, "retry_after": 2}, 503, None, "2"),
    ({"kind": "thirdparty"}, 401, "THIRD_PARTY_AUTH_ERROR", None),
    ({"kind": "unauthorised"}, 401, None, None),
    ({"status": 401}, 401, None, None),
    ({"kind": "invalid"}, 400, "INVALID_ARGUMENT", None),
]


@pytest.mark.parametrize(("fault", "status", "name", "retry_after"), ANSWERS)
def test_a_fault_answers_as_fcm_does(
    plain: Plain, fault: Json, status: int, name: str | None, retry_after: str | None
) -> None:
    plain.fcm.faults(send=fault)
    answer = plain.send("phone")
    details = answer.json()["error"].get("details", [])
    names = [detail["errorCode"] for detail in details if detail["@type"] == FCM_ERROR]
    assert (answer.status_code, names, answer.headers.get("Retry-After")) == (
        status,
        [name] if name else [],
        retry_after,
    )
    assert [row.outcome for row in plain.fcm.refused] == [fault.get("kind") or f"status {status}"]
    assert plain.fcm.messages == []


def test_a_bad_gateway_answers_with_a_page(plain: Plain) -> None:
    answer = plain.send("badgateway-a")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=UTF-8")


SDK: list[tuple[str, type[BaseException], int]] = [
    ("unregistered", messaging.UnregisteredError, 0),
    ("mismatch", messaging.SenderIdMismatchError, 0),
    ("quota", messaging.QuotaExceededError, 0),
    ("projquota", exceptions.ResourceExhaustedError, 0),
    ("internal", exceptions.InternalError, 0),
    ("unavailable", exceptions.UnavailableError, 0),
    ("invalid", exceptions.InvalidArgumentError, 0),
    ("thirdparty", messaging.ThirdPartyAuthError, 0),
    ("unauthorised", exceptions.UnauthenticatedError, 0),
    ("badgateway", exceptions.UnknownError, 0),
    ("hang", exceptions.DeadlineExceededError, 0),
    ("reset", exceptions.UnknownError, 0),
    ("goaway", exceptions.UnknownError, 0),
    ("killed", exceptions.UnknownError, 0),
    ("lostack", exceptions.UnknownError, 1),
]


@pytest.mark.parametrize(("kind", "raised", "accepted"), SDK, ids=[row[0] for row in SDK])
def test_firebase_admin_sees_the_fault_over_http_2(
    fcm: FcmDouble, sdk: Sdk, kind: str, raised: type[BaseException], accepted: int
) -> None:
    (error,) = sdk.send_each(f"{kind}-phone")
    assert type(error) is raised
    assert len(fcm.messages) == accepted
    assert sdk.send_each("phone") == [None]


@pytest.mark.parametrize("kind", ["unregistered", "mismatch", "badgateway", "reset", "lostack"])
def test_firebase_admin_sees_the_fault_over_http_1(fcm: FcmDouble, sdk: Sdk, kind: str) -> None:
    raised = next(row[1] for row in SDK if row[0] == kind)
    with pytest.raises(raised) as caught:
        sdk.send(f"{kind}-phone")
    assert type(caught.value) is raised
    assert fcm.tries[f"{kind}-phone"] == 1


def test_firebase_admin_sends_again_over_http_1_when_the_connection_is_killed(fcm: FcmDouble, sdk: Sdk) -> None:
    sdk.send("killed-1-phone")
    assert fcm.tries["killed-1-phone"] == 2


def test_a_lost_answer_makes_a_duplicate(fcm: FcmDouble, sdk: Sdk) -> None:
    assert [type(error) for error in sdk.send_each("lostack-1-phone")] == [exceptions.UnknownError]
    assert sdk.send_each("lostack-1-phone") == [None]
    assert [(row.outcome, row.duplicate) for row in fcm.messages] == [("lostack", False), ("accepted", True)]


def test_a_killed_connection_takes_all_that_are_on_it(fcm: FcmDouble, sdk: Sdk) -> None:
    waiting = [f"phone-{number}" for number in range(5)]
    fcm.faults(send=[{"kind": "slow", "count": 5}, {"kind": "killed", "count": 1}])
    ends = sdk.send_each(*waiting, "last")
    assert {type(end) for end in ends} == {exceptions.UnknownError}
    assert len(fcm.messages) == 5


def test_what_is_slow_is_accepted_late(sdk: Sdk, fcm: FcmDouble) -> None:
    fcm.faults(send={"kind": "slow", "seconds": SHORT_S / 2})
    assert sdk.send_each("phone") == [None]
    assert [row.outcome for row in fcm.messages] == ["slow"]


def test_a_target_steers_its_first_tries(plain: Plain) -> None:
    answers = [plain.send("unavailable-2-ra5-phone") for _ in range(3)]
    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [
        (503, "5"),
        (503, "5"),
        (200, None),
    ]
    assert plain.fcm.tries == {"unavailable-2-ra5-phone": 3}


def test_faults_come_by_share_and_the_same_ones_again(plain: Plain) -> None:
    def statuses() -> list[int]:
        plain.fcm.reset()
        plain.fcm.faults(send=[{"status": 503, "share": 0.3}, {"kind": "unregistered", "share": 0.2}])
        return [plain.send(f"phone-{number}").status_code for number in range(300)]

    first = statuses()
    assert statuses() == first
    assert {status: first.count(status) for status in sorted(set(first))} == {200: 155, 404: 64, 503: 81}


def test_faults_come_by_count_and_end(plain: Plain) -> None:
    plain.fcm.faults(send=[{"status": 500, "count": 2}, {"kind": "mismatch", "count": 1}])
    assert [plain.send(f"{number}").status_code for number in range(4)] == [500, 500, 403, 200]
    plain.fcm.faults(send={"status": 500})
    assert plain.send("a").status_code == 500
    plain.fcm.faults(send=None)
    assert plain.send("a").status_code == 200


def test_a_malformed_message_is_refused_whatever_the_fault(plain: Plain) -> None:
    plain.fcm.faults(send={"status": 503})
    assert plain.send("a", data={"from": "x"}).status_code == 400


WRONG: list[Any] = [
    {"kind": "nonsense"},
    {},
    {"kind": "slow", "status": 503},
    {"status": 200},
    {"kind": "slow", "share": 1.5},
    [{"kind": "slow", "share": 0.6}, {"status": 503, "share": 0.6}],
]


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_that_cannot_be_is_refused(fault: Any) -> None:
    with FcmDouble(tls=False) as fcm, pytest.raises(ValueError, match=r"fault|share|status"):
        fcm.faults(send=fault)


TOKENS: list[tuple[Json, int]] = [
    ({"status": 503, "count": 1}, 503),
    ({"kind": "invalid_grant", "count": 1}, 400),
    ({"kind": "slow", "count": 1}, 200),
]


@pytest.mark.parametrize(("fault", "status"), TOKENS)
def test_the_token_endpoint_has_faults_of_its_own(fcm: FcmDouble, fault: Json, status: int) -> None:
    account = fcm.account()
    fcm.faults(token=fault)
    assert ask_for_token(account, an_assertion(account)).status_code == status
    assert ask_for_token(account, an_assertion(account)).status_code == 200
    assert fcm.token_requests == 2


@pytest.mark.parametrize("kind", ["killed", "reset"])
def test_the_token_endpoint_breaks_off(fcm: FcmDouble, kind: str) -> None:
    account = fcm.account()
    fcm.faults(token={"kind": kind, "count": 1})
    with pytest.raises(httpx.TransportError):
        ask_for_token(account, an_assertion(account))


def test_a_delay_is_of_every_answer_to_a_message() -> None:
    fcm = Fcm(Ways(delay_s=0.1, slow_s=1))
    for path in ("/v1/projects/demo/messages:send", "/token"):
        answer = fcm.answer(Request("POST", path, {}, {}, b"", "2"))
        assert answer.delay_s == (0.1 if path.endswith("send") else 0.0)
