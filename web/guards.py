"""Who may come in. Every route asks one of these guards, or stands in PUBLIC with the reason why it asks none."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from offers import devices, keys
from offers.errors import Fault, NotFound
from offers.records.database import AWAY
from offers.rules.gs1_identifiers import KEYS
from web.parts import Parts, parts_of
from web.problems import ProblemError, unauthorized
from web.tokens import PREFIX, DeviceClaim, TokenError

PUBLIC: Mapping[str, str] = {
    "/healthz": "tells only that the process serves",
    "/readyz": "names parts and whether they work; no addresses, no secrets",
    "/metrics": "counts without names of people, devices or places",
    "/openapi.json": "the description of the doors",
    "/docs": "the same to read",
    "/console/sign-in": "where people come in: a password, throttled, and a form that only our own page sends",
    "/demo": "the demo's pages, there only with PASSERBY_DEMO: invented customers, and no position of anybody",
    "/demo/state": "as /demo",
    "/demo/poster/{poster}.svg": "as /demo; the code itself hangs in the street",
    "/demo/events": "as /demo",
    "/demo/phone/{device}": "as /demo",
    "/messages": "a visitor's page: shows what the browser's own signed cookie leads to, and changes nothing",
    "/.well-known/apple-app-site-association": "names the brand's iOS apps, as Apple fetches it",
    "/.well-known/assetlinks.json": "names the brand's Android apps, as Google fetches it",
    "/push-worker.js": "the visitors' service worker: a script, the same for everybody",
    "/visitor/push-key": "the public half of a key",
    "/look/{name}": "the style of visitors' pages",
    "/q/{code}": "what a camera opens: counts the scan, once a visit, and sends on to its page; codes that are none are limited",
    "/Q/{code}": "as /q",
    **dict.fromkeys((f"/{key}/{{rest:path}}" for key in KEYS), "a GS1 Digital Link, as /q"),
    "/hooks/mollie": "Mollie signs nothing that counts: only payments of ours are looked up, what became of them is fetched, and everybody is answered alike",
    "/hooks/orders": "the signature of a shop that is known here, over the raw body, is the credential",
    "/hooks/shopify": "as /hooks/orders",
    "/hooks/woocommerce": "as /hooks/orders; the form without a signature that WooCommerce sends when a webhook is saved does nothing",
    "/static": "styles and pictures",
    "/v1/receipts": "the `ack_id` in the body, which only came with the message, is the credential; it tells nothing back",
    "/v1/devices/me/refresh": "the refresh token in the body is the credential",
}

SERVER_KEY = HTTPBearer(scheme_name="serverKey", description="A server key, `sk_…`.", auto_error=False)
PUBLISHABLE_KEY = HTTPBearer(
    scheme_name="publishableKey",
    description="A publishable key, `pk_…`: registers anonymous devices and nothing else.",
    auto_error=False,
)
DEVICE_TOKEN = HTTPBearer(
    scheme_name="deviceToken", bearerFormat="JWT", description="A device's own token, `dt_…`.", auto_error=False
)

Sent = HTTPAuthorizationCredentials | None


class Guard:
    """What the house's test looks for on every route."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A key's role: one of offers.keys.ROLES; and its id."""

    role: str
    key_id: str

    @property
    def trusted(self) -> bool:
        return self.role != "publishable"


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """The device that calls, and whose it is."""

    device_id: str
    customer_id: str


class ServerGuard(Guard):
    """A server key. `admin` may everything, `read` may look unless said; `roles` may come in beside them."""

    def __init__(self, *roles: str, may_look: bool = True) -> None:
        self._roles = frozenset(roles)
        self._may_look = may_look

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        sent: Annotated[Sent, Security(SERVER_KEY)],
    ) -> Caller:
        caller = _caller(parts, sent, "sk_")
        looks = request.method in ("GET", "HEAD") and self._may_look
        if caller.role == "admin" or caller.role in self._roles or (caller.role == "read" and looks):
            refuse_unknown_filters(request)
            return caller
        raise ProblemError("forbidden", 403, f"A key with the role {caller.role} may not do this.")


class RegistrationGuard(Guard):
    """A server key of role admin, or a publishable key."""

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        sent: Annotated[Sent, Security(SERVER_KEY)],
        _publishable: Annotated[Sent, Security(PUBLISHABLE_KEY)],
    ) -> Caller:
        caller = _caller(parts, sent, "sk_", "pk_")
        if caller.role in ("admin", "publishable"):
            refuse_unknown_filters(request)
            return caller
        raise ProblemError("forbidden", 403, f"A key with the role {caller.role} may not register devices.")


class DeviceGuard(Guard):
    """A device's full token, of a device that is not revoked."""

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        sent: Annotated[Sent, Security(DEVICE_TOKEN)],
    ) -> OwnDevice:
        claim = _claim(parts, sent)
        if claim.positions_only:
            raise ProblemError("positions_only", 403, "This device's token may send positions and nothing else.")
        try:
            with parts.database.reading() as session:
                device = devices.own_device(session, claim.device_id)
        except NotFound:
            raise unauthorized("This device is not registered any more.", sent=True) from None
        refuse_unknown_filters(request)
        return OwnDevice(claim.device_id, device["customer"])


class PositionsGuard(Guard):
    """A device's token, full or positions only, by its signature: no database is asked. The lane refuses who is revoked."""

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        sent: Annotated[Sent, Security(DEVICE_TOKEN)],
    ) -> DeviceClaim:
        claim = _claim(parts, sent)
        refuse_unknown_filters(request)
        return claim


def _claim(parts: Parts, sent: Sent) -> DeviceClaim:
    if sent is None or not sent.credentials.startswith(PREFIX):
        raise unauthorized("This needs a device's token, dt_….", sent=sent is not None)
    try:
        return parts.tokens.read(sent.credentials, now=parts.clock())
    except TokenError as error:
        raise refused_token(error) from None


def refused_token(error: TokenError) -> ProblemError:
    if error.reason == "expired":
        return unauthorized("The device's token has expired; refresh it.", sent=True)
    return unauthorized("This is no valid token of a device.", sent=True)


def refuse_unknown_filters(request: Request) -> None:
    """422 for a query parameter that the door does not have: a filter that is misspelt must not show everything.

    Asked once the caller is known, so that a stranger learns nothing of a door but that it is shut.
    """
    dependant = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None:
        return
    known = _filters_of(dependant)
    faults = [
        Fault(name, "is no filter of this door") for name in dict.fromkeys(request.query_params) if name not in known
    ]
    if faults:
        raise ProblemError("bad_input", 422, "This door has other filters.", faults)


def _filters_of(dependant: Dependant) -> set[str]:
    own = {one.alias for one in dependant.query_params}
    return own.union(*(_filters_of(below) for below in dependant.dependencies))


def _caller(parts: Parts, sent: Sent, *prefixes: str) -> Caller:
    """Whose key it is; 401 when it is none of ours. A publishable key at a server's door is known, and refused by its role."""
    if sent is None:
        raise unauthorized(f"This needs a key, {' or '.join(f'{prefix}…' for prefix in prefixes)}.", sent=False)
    if sent.credentials.startswith(("sk_", "pk_")):
        now = parts.now()
        with parts.database.reading() as session:
            key = keys.key_in_use(session, sent.credentials, now=now)
        if key is not None:
            if key["stale"]:
                _note_use(parts, key["id"], now)
            return Caller(key["role"], key["id"])
    raise unauthorized("This is no valid key.", sent=True)


def _note_use(parts: Parts, key_id: str, now: datetime) -> None:
    """Once an hour. A database that is too busy for it now is told with the next request: this one is answered all the same."""
    with suppress(*AWAY), parts.database.transaction() as session:
        keys.note_use(session, key_id, now=now)


def server(*roles: str) -> ServerGuard:
    return ServerGuard(*roles)


Server = Annotated[Caller, Depends(ServerGuard())]
Orders = Annotated[Caller, Depends(ServerGuard("orders"))]
Admin = Annotated[Caller, Depends(ServerGuard(may_look=False))]
Registrar = Annotated[Caller, Depends(RegistrationGuard())]
Device = Annotated[OwnDevice, Depends(DeviceGuard())]
Positioned = Annotated[DeviceClaim, Depends(PositionsGuard())]
