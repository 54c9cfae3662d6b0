"""What a camera opens: `/q/{code}`, and GS1 Digital Links on our own host. Counts the scan, and sends on to its page, which is always ours."""

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, FastAPI, Request
from prometheus_client import Counter
from starlette.responses import Response

from offers.landing import land_nowhere
from offers.records.database import LOST_A_RACE
from offers.rules.digital_link import DigitalLinkError, parse_digital_link, poster_keys
from offers.rules.gs1_identifiers import KEYS
from offers.rules.scanning import looks_ahead, reader_of
from offers.scans import Before, ScanAsked, Scanned, find_state, record_scan
from web.aftermath import carry_out
from web.landing.entering import PageVisitor
from web.landing.front import About
from web.landing.misses import Misses
from web.landing.pages import nowhere_page
from web.landing.remembering import ScansCookie
from web.parts import Parts
from web.routing import take
from web.tongues import LANGUAGES, choose
from web.visitor.entering import VisitorDesk

NOWHERE = {"unknown": 404, "retired": 410, "ended": 410, "early": 200}
"""The status of the page of a code that leads to nothing: an early one is right, and its page says from when on."""
MOST_SAID = 500
"""Characters of a header that are read."""
NOT_KEPT = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ScanDesk:
    """What the doors of scans are made of, beside the parts."""

    cookie: ScansCookie
    misses: Misses
    counted: Counter

    def count(self, scanned: Scanned) -> None:
        """New scans by kind; and what led nowhere, by why."""
        if scanned.scan_id is None:
            self.counted.labels(scanned.state).inc()
        elif scanned.is_new:
            self.counted.labels(scanned.kind).inc()


def open_scans(app: FastAPI, parts: Parts) -> None:
    """Have codes opened by this app."""
    said = "Scans by kind: human, preview, bot; and openings of codes that lead nowhere: unknown, early, ended, retired"
    app.state.scans = ScanDesk(
        ScansCookie(parts.settings.secret(), secure=app.state.visitors.cookie.secure),
        Misses(parts.redis, parts.settings.secret()),
        Counter("passerby_scans", said, ["kind"], registry=parts.registry),
    )
    take(app, router)


@router.api_route("/q/{code}", methods=["GET", "HEAD"])
def open_code(code: str, request: Request) -> Response:
    return _opened(request, code, ())


@router.api_route("/Q/{code}", methods=["GET", "HEAD"])
def open_code_in_capitals(code: str, request: Request) -> Response:
    """As a QR code in capitals has it, which is smaller."""
    return _opened(request, code, ())


def open_digital_link(request: Request) -> Response:
    """The address as it was sent: a value may hold an encoded slash."""
    try:
        keys = keys_of(f"https://on.this.host{_raw(request)}")
    except DigitalLinkError:
        keys = ()
    return _opened(request, "", keys)


for _key in KEYS:
    router.add_api_route(f"/{_key}/{{rest:path}}", open_digital_link, methods=["GET", "HEAD"])


def keys_of(uri: str) -> tuple[str, ...]:
    """What a poster may be kept under for a Digital Link. Anybody's attributes are let pass: cameras and shops add theirs."""
    return poster_keys(parse_digital_link(uri, unknown_ais=True))


def _opened(request: Request, code: str, keys: tuple[str, ...]) -> Response:
    parts: Parts = request.app.state.parts
    visitors: VisitorDesk = request.app.state.visitors
    desk: ScanDesk = request.app.state.scans
    headers = request.headers
    code = code if code.isprintable() else ""  # no code of ours: PostgreSQL can not even be asked for U+0000
    asked = ScanAsked(code, reader_of(headers.get("user-agent", "")[:MOST_SAID]), keys=keys)
    if looks_ahead(request.method, headers):
        return _nobody_yet(request, parts, asked)
    clock, now = parts.clock(), parts.now()
    accepted = headers.get("accept-language", "")[:MOST_SAID]
    wanted = request.query_params.get("lang")
    language = choose(wanted if wanted in LANGUAGES else None, accepted)
    before = desk.cookie.scans_in(request, clock)
    device_id = visitors.cookie.device_in(request, clock)
    scanned = record(parts, replace(asked, device_id=device_id, language=language, before=before), now)
    desk.count(scanned)
    if scanned.scan_id is not None:
        if scanned.is_new and scanned.kind == "human":
            about = About(scanned.poster_id or "", scanned.campaign_id, scanned.in_store, scanned.repeat)
            request.app.state.front.know(scanned.scan_id, about)
        return _sent_on(desk, scanned, before, now)
    if scanned.state == "unknown" and not keys:  # a Digital Link is printed on every pack: there is nothing to guess
        desk.misses.refuse_too_many(request.client.host if request.client else "")
    near = max(before, key=lambda one: one.at).poster_id if before else None
    with parts.database.reading() as session:
        landing = land_nowhere(session, code, language, now=now, near=near, keys=keys)
    visitor = PageVisitor(parts, visitors, request, device_id, accepted, wanted if wanted in LANGUAGES else None)
    return nowhere_page(visitor, replace(landing, state=scanned.state), NOWHERE[scanned.state])


def record(parts: Parts, asked: ScanAsked, now: datetime) -> Scanned:
    """Count it, and carry out what follows. Once more where the poster, or who scans, went at this moment."""
    try:
        scanned = _recorded(parts, asked, now)
    except LOST_A_RACE:
        scanned = _recorded(parts, asked, now)
    carry_out(parts, scanned.follows)
    return scanned


def _recorded(parts: Parts, asked: ScanAsked, now: datetime) -> Scanned:
    with parts.database.transaction() as session:
        return record_scan(session, asked, keys=parts.codes, now=now)


def _sent_on(desk: ScanDesk, scanned: Scanned, before: tuple[Before, ...], now: datetime) -> Response:
    assert scanned.scan_id is not None, "see _opened"
    answer = Response(status_code=303, headers={"location": f"/l/{scanned.scan_id}", **NOT_KEPT})
    if scanned.kind == "human":
        desk.cookie.keep(answer, [Before(scanned.poster_id or "", scanned.scan_id, now), *before])
    return answer


def _nobody_yet(request: Request, parts: Parts, asked: ScanAsked) -> Response:
    """A HEAD is told whether the code leads anywhere. Who fetches in advance is refused, so that a person's tap asks anew and counts."""
    if request.method != "HEAD":
        return Response(status_code=503, headers=NOT_KEPT)
    with parts.database.reading() as session:
        state = find_state(session, asked, now=parts.now())
    return Response(status_code=NOWHERE.get(state, 200), headers=NOT_KEPT)


def _raw(request: Request) -> str:
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("latin-1")
