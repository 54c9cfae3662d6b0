"""Every route with everybody's credential: who may is answered, who may not is told so and changes nothing."""

from collections.abc import Iterable
from typing import Any

import pytest
from fastapi.routing import RouteContext, iter_route_contexts

from tests.web.conftest import problem_of
from tests.web.route_matrix.callers import CALLERS, FOREIGN, OWN, SOMEBODY, SOMEBODY_ELSE
from tests.web.route_matrix.conftest import Matrix, Missing, Rows
from tests.web.route_matrix.table import PHONES, POSITIONS, TABLE, Access
from web.guards import PUBLIC
from web.pings import PATH

REFUSED = (401, 403)
KNOWN_LATE = ("revoked device", "erased customer's device")
"""The doors of positions ask no database: a signature is good until the lane refuses the first ping that is one."""
CONSOLE = "/console"
"""Its pages answer strangers with the way to the sign-in; who may is told there: tests/web/console/test_who_may.py."""
WITH_ID = [route for route in TABLE if "{" in route]
WITH_BODY = [route for route, access in TABLE.items() if access.body is not None]
WITH_FILE = [route for route, access in TABLE.items() if access.file is not None]


def names_of(route: RouteContext) -> Iterable[str]:
    """`METHOD /path`; a folder of files is looked at."""
    for method in route.methods or {"GET"}:
        if method != "HEAD":
            yield f"{method} {route.path}"


def test_every_route_has_its_line_and_every_line_its_route(matrix: Matrix) -> None:
    routes = iter_route_contexts(matrix.served.doors.desk.routes)
    there = {name for route in routes if not str(route.path).startswith(CONSOLE) for name in names_of(route)}
    there.add(f"POST {PATH}")
    assert there - set(TABLE) == set(), "routes without a line in table.py"
    assert set(TABLE) - there == set(), "lines of table.py without a route"


def test_every_line_speaks_of_every_caller() -> None:
    for route, access in TABLE.items():
        assert set(access.told) == set(CALLERS), route


def test_who_needs_no_credential_is_where_the_guards_say_so() -> None:
    """Visitors' pages have a guard of their own, which lets everybody in who has the address."""
    paths = {route.partition(" ")[2]: access for route, access in TABLE.items()}
    told = {path: access for path, access in paths.items() if not access.pages or path in PUBLIC}
    open_to_all = {path for path, access in told.items() if access.signed or access.told["nobody"] not in REFUSED}
    assert open_to_all == {path for path in PUBLIC if not path.startswith(CONSOLE)}


def refused(access: Access) -> list[str]:
    return [caller for caller in CALLERS if access.told[caller] in REFUSED]


def let_in(access: Access) -> list[str]:
    return [caller for caller in CALLERS if access.told[caller] not in REFUSED]


@pytest.mark.parametrize("route", [route for route, access in TABLE.items() if refused(access)])
def test_who_may_not_is_told_so_and_changes_nothing(matrix: Matrix, route: str) -> None:
    access = TABLE[route]
    before = matrix.rows(), matrix.kept()
    told = {}
    for caller in refused(access):
        answer = matrix.knock(route, caller)
        told[caller] = answer.status_code
        if answer.status_code in REFUSED and not access.pages:
            problem_of(answer, answer.status_code)
            assert (answer.status_code == 401) == ("www-authenticate" in answer.headers)
    assert told == {caller: access.told[caller] for caller in refused(access)}
    assert (matrix.rows(), matrix.kept()) == before


@pytest.mark.parametrize("route", TABLE)
def test_who_may_is_answered(matrix: Matrix, route: str) -> None:
    access = TABLE[route]
    told = {}
    for caller in let_in(access):
        told[caller] = matrix.knock(route, caller).status_code
        matrix.restore()
    assert told == {caller: access.told[caller] for caller in let_in(access)}


@pytest.mark.parametrize("route", [*WITH_BODY, *WITH_FILE])
@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"{", "application/json"), (b"[]", "application/json"), (b"\xff", "application/json"), (b"x=1", "text/plain")],
    ids=["half", "array", "no text", "no JSON"],
)
def test_who_calls_is_asked_before_what_they_sent(matrix: Matrix, route: str, content: bytes, media_type: str) -> None:
    access = TABLE[route]
    known_late = KNOWN_LATE if route in POSITIONS or access.tolerant else ()
    for caller in set(refused(access)) - set(known_late):
        answer = matrix.knock(route, caller, content=content, headers={"Content-Type": media_type})
        assert answer.status_code == access.told[caller], caller
    for caller in (*let_in(access), *known_late):
        answer = matrix.knock(route, caller, content=content, headers={"Content-Type": media_type})
        if access.tolerant:
            assert answer.status_code == 200, caller
        elif route in POSITIONS and content == b"[]":
            assert (answer.status_code, answer.json()["accepted"], answer.json()["quiet_radius_m"]) == (202, 0, 0)
        else:
            problem_of(answer, answer.status_code)
            assert answer.status_code in (400, 415, 422), caller


@pytest.mark.parametrize("route", WITH_BODY)
def test_a_body_without_an_end_is_not_read_from_strangers_alone(matrix: Matrix, route: str) -> None:
    """Over 1 MB, in pieces whose sum nobody announced."""
    access = TABLE[route]
    headers = {"Content-Type": "application/json"}
    for caller in ("nobody", let_in(access)[0]):
        answer = matrix.knock(route, caller, content=iter([b" " * 100_000] * 11), headers=headers)
        if access.tolerant and access.told[caller] == 200:
            assert answer.status_code == 200  # read to its end and forgotten
        else:
            problem_of(answer, 401 if access.told[caller] == 401 else 413)


@pytest.mark.parametrize("route", WITH_ID)
def test_what_is_not_there_and_what_is_not_yours_look_the_same(matrix: Matrix, missing: Missing, route: str) -> None:
    access = TABLE[route]
    path = route.partition(" ")[2]
    for caller in let_in(access):
        answer = matrix.knock(route, caller, ids=missing(path))
        assert answer.status_code == access.missing, caller
        if access.told[caller] == 404 and not access.pages:
            foreign = matrix.knock(route, caller)
            assert problem_of(foreign, 404) == problem_of(answer, 404)
            assert _said(foreign) == _said(answer)
    for caller in refused(access):
        there, nowhere = matrix.knock(route, caller), matrix.knock(route, caller, ids=missing(path))
        assert there.status_code == nowhere.status_code, caller
        # a page names itself in its links to the other languages
        assert there.content.replace(there.url.raw_path, b"") == nowhere.content.replace(nowhere.url.raw_path, b""), (
            caller
        )


def _said(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def theirs(rows: Rows, customer: str) -> dict[str, list[str]]:
    """Every row that is about a customer or one of their devices."""
    devices = {row["id"] for row in rows["devices"] if row["customer_id"] == customer}
    return {
        table: [text for text in map(repr, some) if any(one in text for one in (repr(customer), *devices))]
        for table, some in rows.items()
    }


@pytest.mark.parametrize("route", [route for route, access in TABLE.items() if access.told[OWN] not in REFUSED])
def test_a_phone_neither_reads_nor_changes_what_is_somebody_elses(matrix: Matrix, route: str) -> None:
    access = TABLE[route]
    if access.told["nobody"] not in REFUSED:
        assert access.pages or route.partition(" ")[2] in PUBLIC
        return
    before = theirs(matrix.rows(), SOMEBODY)
    assert all(before[table] for table in ("customers", "devices", "deliveries", "decisions", "orders", "purchases"))
    answer = matrix.knock(route, f"{SOMEBODY_ELSE}'s phone")
    assert SOMEBODY not in answer.text.lower()
    assert theirs(matrix.rows(), SOMEBODY) == before
    assert set(FOREIGN) <= set(PHONES)


@pytest.mark.parametrize(("whose", "status"), [("piet's phone", 200), ("revoked device", 401), ("nobody's", 401)])
def test_a_refresh_token_is_its_own_devices_whoever_sends_it(matrix: Matrix, whose: str, status: int) -> None:
    """The credential in the header changes nothing: neither who may, nor whose token comes out."""
    token = matrix.knocking.refresh.get(whose, "rt_of-nobody")
    for caller in ("nobody", "admin", OWN):
        answer = matrix.knock("POST /v1/devices/me/refresh", caller, json={"refresh_token": token})
        assert answer.status_code == status
        if status == 200:
            device = matrix.served.doors.parts.tokens.read(answer.json()["token"], now=0).device_id
            [owner] = [row["customer_id"] for row in matrix.rows()["devices"] if row["id"] == device]
            assert owner == SOMEBODY_ELSE
            matrix.restore()
        else:
            problem_of(answer, 401)


def test_an_erased_customers_refresh_token_is_as_unknown_as_any(matrix: Matrix) -> None:
    known = matrix.knocking.refresh["erased customer's device"]
    answers = [
        matrix.knock("POST /v1/devices/me/refresh", "nobody", json={"refresh_token": token})
        for token in (known, matrix.knocking.refresh["revoked device"], "rt_of-nobody")
    ]
    assert {(one.status_code, one.content) for one in answers} == {(401, answers[0].content)}
