"""Every error in one shape: RFC 9457 `application/problem+json` with `type`, `title`, `status`, `detail`, and `errors` for bad input.

PasserbyError of offers/errors.py gets its status here; so do FastAPI's own refusals and what nobody expected.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from offers.errors import BadInput, Conflict, Fault, Gone, NotFound, PasserbyError, Refused
from offers.records.database import AWAY, LOST_A_RACE
from offers.rules.refusals import refusals

MEDIA_TYPE = "application/problem+json"
MOST_READ, MOST_TOLD = 1000, 100
"""Faults of one request that are looked at, and that are told."""
TYPE = "urn:passerby:problem:"
TITLES: Mapping[str, str] = {
    "already_redeemed": "already_redeemed: this coupon was redeemed before",
    "bad_input": "Some values can not be used",
    "body_gone": "body_gone: what the shop sent is kept for seven days",
    "changed_meanwhile": "changed_meanwhile: it is not what the edit was made from",
    "closed": "closed: this order was collected or cancelled",
    "conflict": "Not in the present state",
    "customer_needed": "customer_needed: all share this code, so it is not told whose coupon it is",
    "expired": "expired: this coupon was good until a while ago",
    "forbidden": "This credential may not do this",
    "internal_server_error": "Something went wrong here",
    "invalid_json": "The body is not JSON",
    "method_not_allowed": "This address has other methods",
    "no_address": "no_address: this device has no push address",
    "no_consent": "no_consent: this device's customer has not agreed to offers",
    "no_location_consent": "no_location_consent: the customer's consents do not cover positions",
    "not_found": "Not found",
    "positions_only": "positions_only: this token sends positions and nothing else",
    "service_unavailable": "Not possible at the moment",
    "too_large": "Too large",
    "too_many_tries": "Too many tries",
    "unauthorized": "No valid credential",
    "unsupported_media_type": "The body is not announced as what this door takes",
    "used_already": "used_already: this event of a shop was used before",
}
"""The names of all problems, as the end of their `type`, and their titles."""

log = structlog.get_logger()


class ProblemError(HTTPException):
    """A refusal of a door itself, by the name of its problem."""

    def __init__(
        self,
        name: str,
        status: int,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.name = name
        self.faults = tuple(faults)


def problem(
    name: str, status: int, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document. `detail` says for this request what went wrong; it never holds a position, a token or a phone number."""
    body: dict[str, Any] = {
        "type": TYPE + name,
        "title": TITLES.get(name, name),
        "status": status,
        "detail": detail,
    }
    if faults:
        body["errors"] = [_told(one) for one in faults]
    kept = {name: value for name, value in (headers or {}).items() if name.lower() != "content-type"}
    return Response(
        msgspec.json.encode(body), status, headers={"cache-control": "no-store", **kept}, media_type=MEDIA_TYPE
    )


def _told(fault: Fault) -> dict[str, str]:
    said = {"path": fault.path, "message": fault.message.removeprefix("Value error, ")}
    return said if fault.name is None else {**said, "name": fault.name}


def unauthorized(detail: str, *, sent: bool) -> ProblemError:
    """401 with the challenge of RFC 6750; `sent` says whether there was a credential at all."""
    challenge = 'Bearer realm="passerby"' + (', error="invalid_token"' if sent else "")
    return ProblemError("unauthorized", 401, detail, headers={"WWW-Authenticate": challenge})


def unexpected(error: BaseException, *, method: str, route: str) -> Response:
    """500 without a word of what it was; the log has its type and place."""
    log.error("unexpected_error", method=method, route=route, exc_info=error)
    return problem("internal_server_error", 500, "The request was not carried out. It may be tried again.")


def as_problem(error: Exception) -> Response:
    """The answer to an error that was raised on purpose."""
    match error:
        case ProblemError():
            return problem(error.name, error.status_code, error.detail, error.faults, error.headers)
        case BadInput():
            return problem("bad_input", 422, str(error), error.faults)
        case NotFound():
            return problem("not_found", 404, str(error))
        case Conflict():
            return problem(error.reason, 409, str(error), error.faults)
        case Gone():
            return problem(error.reason, 410, str(error))
        case Refused():
            return problem(error.reason, 403, str(error))
        case RequestValidationError():
            return as_problem(BadInput([Fault(*one) for one in _refusals(error)]))
        case HTTPException():
            status = HTTPStatus(error.status_code)
            return problem(status.name.lower(), status, status.description or status.phrase, headers=error.headers)
    raise error


def _refusals(error: RequestValidationError) -> list[tuple[str, str]]:
    """Of a body, or of an address and its query, whose values come one by one. The first of them, when there are very many."""
    found: dict[tuple[str, str], None] = {}
    every = error.errors()[:MOST_READ]
    for where in dict.fromkeys(one["loc"][0] for one in every):
        errors = [{**one, "loc": one["loc"][1:]} for one in every if one["loc"][0] == where]
        value = error.body if where == "body" else {step: None for one in errors for step in one["loc"]}
        found |= dict.fromkeys(refusals(errors, value))
    told = list(found)
    if len(told) <= MOST_TOLD:
        return told
    return [*told[:MOST_TOLD], ("", f"and at least {len(told) - MOST_TOLD} more")]


def _as_it_is(_request: Request, answer: Response) -> Response:
    return answer


def install(app: FastAPI, show: Callable[[Request, Response], Response] = _as_it_is) -> None:
    """Have every error of the app answered in this shape, or as `show` shows it to who is no program."""

    def on_purpose(request: Request, error: Exception) -> Response:
        return show(request, as_problem(error))

    def wrong_method(request: Request, _error: Exception) -> Response:
        """RFC 9110: `Allow` names all methods of the address, which several routes share."""
        path = request.scope["path"]
        routes = [one for one in iter_route_contexts(app.routes) if re.match(one.path_regex, path)]
        methods = {method for one in routes for method in one.methods or ()}
        allowed = {"Allow": ", ".join(sorted(methods))}
        return show(
            request, problem("method_not_allowed", 405, "This address has other methods; see Allow.", headers=allowed)
        )

    def database_away(request: Request, error: Exception) -> Response:
        log.warning("database_unavailable", error=type(error).__name__)
        detail = "The database does not answer."
        return show(request, problem("service_unavailable", 503, detail, headers={"Retry-After": "2"}))

    def lost_a_race(request: Request, _error: Exception) -> Response:
        return show(
            request, problem("conflict", 409, "Another request wrote the same thing at this moment; try again.")
        )

    def nobody_expected(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        return show(request, unexpected(error, method=request.method, route=getattr(route, "path", "?")))

    for kind in (PasserbyError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, on_purpose)
    app.add_exception_handler(405, wrong_method)
    for away in AWAY:
        app.add_exception_handler(away, database_away)
    app.add_exception_handler(LOST_A_RACE, lost_a_race)
    app.add_exception_handler(Exception, nobody_expected)
