"""The first steps on one's own phone: an address as a code that it scans, or why no phone could go on there."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from offers.errors import NotFound
from web.console.entering import Desk, Writer
from web.console.routes import PageRoute
from web.printing import code as drawing
from web.visitor.entering import desk_of

router = APIRouter(prefix="/console/start", include_in_schema=False, route_class=PageRoute)

TROUBLES = {
    "played": "start_own_played",
    "no_browsers": "start_own_no_browsers",
    "loopback": "start_own_loopback",
    "no_https": "start_own_no_https",
}
"""The words for why no phone could go on there; `played`: messages go to the outbox."""
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Phone:
    """Where a phone goes on."""

    url: str
    shows: Literal["town", "steps"]
    """The demo's town, or this step, in which the phone's own browser becomes the device."""
    trouble: Literal["", "played", "no_browsers", "loopback", "no_https"] = ""


@router.get("/phone.svg")
def code(desk: Writer) -> Response:
    """The address as a code; `NotFound` where no phone could open it."""
    phone = phone_of(desk)
    if phone.trouble:
        raise NotFound("code")
    return Response(drawing.svg(drawing.code_of(phone.url)), headers=HEADERS, media_type="image/svg+xml")


def phone_of(desk: Desk) -> Phone:
    settings = desk.parts.settings
    base = (settings.base_url or str(desk.request.base_url)).rstrip("/")
    phone = Phone(f"{base}/demo", "town") if settings.demo else Phone(f"{base}/console/start?step=device", "steps")
    if phone.shows == "steps" and "browser" not in ways_of(desk):
        return Phone(phone.url, phone.shows, "played" if settings.push == "outbox" else "no_browsers")
    at = urlsplit(base)
    if is_own_machine(at.hostname or ""):
        return Phone(phone.url, phone.shows, "loopback")
    if phone.shows == "steps" and at.scheme != "https":
        return Phone(phone.url, phone.shows, "no_https")
    return phone


def is_own_machine(host: str) -> bool:
    """Whether it leads every machine to itself."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def ways_of(desk: Desk) -> tuple[str, ...]:
    """How somebody may get a device that takes push, the quickest first."""
    settings = desk.parts.settings
    if settings.push == "outbox":
        return ("play", "phone")
    return ("browser", "phone") if desk_of(desk.request).key else ("phone",)
