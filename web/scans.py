"""`POST /v1/scans`: the app opened a poster's code; what it leads to, as the page says it."""

import re
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers.errors import BadInput, NotFound
from offers.landing import LandAsked, land, land_nowhere
from offers.rules.digital_link import DigitalLinkError
from offers.rules.scan import ScanBody, when
from offers.rules.scanning import of_app
from offers.scans import ScanAsked
from web.bodies import JsonRoute, json_answer
from web.examples import answers
from web.guards import Device
from web.landing.scanning import ScanDesk, keys_of, record
from web.landing.telling_apps import landing_told
from web.parts import Have, Parts
from web.scan_examples import LANDING
from web.tongues import choose

router = APIRouter(prefix="/v1", tags=["scans"], route_class=JsonRoute)

_OUR_PATH = re.compile(r"/[qQ]/([^/?#]{1,64})/?")


@router.post("/scans", summary="A poster's code was scanned in the app", responses=answers(LANDING))
def scan(body: ScanBody, request: Request, device: Device, parts: Have) -> Response:
    """The scan counts once a visit: the same device and code within 30 minutes are the same scan. The customer is decided for at once, and `coupon`
    is what they have of it.

    `code` is the code, the address `…/q/CODE` whatever its host, or a GS1 Digital Link that a poster has. One that nobody knows is 404. A poster
    that is not up yet (`early`), has `ended` or was `retired` is answered with its `state` and the stores nearest to it, and no scan.
    `lat` and `lon` tell whether the customer stands in a store; they are not kept.
    """
    now, desk = parts.now(), _desk(request)
    try:
        at = when(body.at, now)
    except ValueError as error:
        raise BadInput.at("at", str(error)) from None
    code, keys = _read(body.code)
    language = choose(None, request.headers.get("accept-language", "")[:500])
    wanted = ScanAsked(
        code,
        of_app(request.headers.get("user-agent", "")),
        source="app",
        keys=keys,
        device_id=device.device_id,
        language=language,
        inside=_inside(parts, body),
        at=at,
    )
    scanned = record(parts, wanted, now)
    desk.count(scanned)
    if scanned.state == "unknown":
        if not keys:
            desk.misses.refuse_too_many(device.device_id)
        raise NotFound("code")
    with parts.database.reading() as session:
        asked = LandAsked(scanned.scan_id or "", device.device_id, language, is_app=True)
        landing = land(session, asked, keys=parts.codes, now=now) if scanned.scan_id else None
        landing = landing or land_nowhere(session, code, language, now=now, keys=keys)
    return json_answer(landing_told(landing, parts.settings.base_url))


def _desk(request: Request) -> ScanDesk:
    desk: ScanDesk = request.app.state.scans
    return desk


def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """The code, or a Digital Link's keys."""
    text = text.strip()
    if "/" not in text:
        return text, ()
    try:
        path = urlsplit(text).path
    except ValueError:
        return text, ()
    if ours := _OUR_PATH.fullmatch(path):
        return ours[1], ()
    try:
        return "", keys_of(text)
    except DigitalLinkError:
        return text, ()


def _inside(parts: Parts, body: ScanBody) -> frozenset[str]:
    """At whose premises the app says it is. With that the position has served."""
    if body.lat is None or body.lon is None:
        return frozenset()
    index = parts.fences.index
    found = (index.fences[one] for one in index.containing_one(body.lat, body.lon))
    return frozenset(one.place for one in found if one.role == "premises")
