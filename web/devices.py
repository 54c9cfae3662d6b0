"""The doors of devices: registered, linked, refreshed, changed, revoked."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from offers import devices
from offers.devices import Registered
from offers.errors import NotFound
from offers.rules.profile import DeviceBody, DeviceChange, Id
from offers.rules.values import Strict
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import JsonRoute, json_answer, no_content
from web.examples import DEVICE, REGISTERED, answers
from web.guards import Device, Registrar, Server
from web.parts import Have, Parts
from web.problems import unauthorized

router = APIRouter(prefix="/v1/devices", tags=["devices"], route_class=JsonRoute)


class LinkBody(Strict):
    """`POST /v1/devices/{id}/link`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"customer": "sanne"}]})

    customer: Id


class RefreshBody(Strict):
    """`POST /v1/devices/me/refresh`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"refresh_token": "rt_the-one-from-last-time"}]}
    )

    refresh_token: str = Field(min_length=1, max_length=200)


@router.post("", summary="Register a device", status_code=201, responses=answers(REGISTERED, 201, idempotent=True))
def register_device(body: DeviceBody, request: Request, caller: Registrar, parts: Have) -> Response:
    """With a server key `customer` binds it to a profile, which is made when new; with a publishable key it is anonymous until linked.

    It is pushed to at its `push_token` (FCM's registration token, or with `push_token_kind` `fid` an installation id), or a browser at its
    `push_subscription`, never both. `positions_only` gives a token without expiry that can send positions and nothing else, for location apps.
    """

    def register() -> dict[str, Any]:
        with parts.database.transaction() as session:
            registered = devices.register_device(
                session, body, trusted=caller.trusted, subscribing=parts.subscribing, now=parts.now()
            )
        carry_out(parts, registered.follows)
        return _credentials(parts, registered)

    return parts.repeats.once(request, body, register)


@router.post("/{device_id}/link", summary="Make an anonymous device a customer's", status_code=204)
def link_device(device_id: Named, body: LinkBody, _caller: Server, parts: Have) -> Response:
    """The consents given on the device are the customer's from now on, but for what the customer withdrew since.

    What the device did before is not carried over.
    """
    with parts.database.transaction() as session:
        follows = devices.link_device(session, device_id, body.customer, now=parts.now())
    carry_out(parts, follows)
    return no_content()


@router.get("/me", summary="This device", responses=answers(DEVICE))
def get_device(device: Device, parts: Have) -> Response:
    with parts.database.reading() as session:
        return json_answer(devices.own_device(session, device.device_id))


@router.patch("/me", summary="Change this device", responses=answers(DEVICE))
def change_device(body: DeviceChange, device: Device, parts: Have) -> Response:
    """What is absent stays as it is; null empties. Say the push address again at each start of the app: that keeps it in use."""
    with parts.database.transaction() as session:
        changed = devices.change_device(session, device.device_id, body, subscribing=parts.subscribing, now=parts.now())
    return json_answer(changed)


@router.delete("/me", summary="Revoke this device", status_code=204)
def revoke_device(device: Device, parts: Have) -> Response:
    """Its tokens are good no more when this is answered."""
    with parts.database.transaction() as session:
        follows = devices.revoke_device(session, device.device_id, now=parts.now())
    carry_out(parts, follows)
    return no_content()


@router.delete("/{device_id}", summary="Revoke a device", status_code=204)
def revoke_a_device(device_id: Named, _caller: Server, parts: Have) -> Response:
    """For the server, and the one way to end a `positions_only` token."""
    with parts.database.transaction() as session:
        follows = devices.revoke_device(session, device_id, now=parts.now())
    carry_out(parts, follows)
    return no_content()


@router.get("/{device_id}", summary="A device", responses=answers(DEVICE))
def get_a_device(device_id: Named, _caller: Server, parts: Have) -> Response:
    """Whether it can be pushed to, never its push token."""
    with parts.database.reading() as session:
        return json_answer(devices.get_device(session, device_id))


@router.post("/me/refresh", summary="A new token for a refresh token", responses=answers(REGISTERED))
def refresh_device(body: RefreshBody, parts: Have) -> Response:
    """The refresh token is the credential, is good once, and comes back as a new one. The device's token may have expired."""
    try:
        with parts.database.transaction() as session:
            registered = devices.refresh_device(session, body.refresh_token, now=parts.now())
    except NotFound:
        raise unauthorized("This refresh token is not good, or not any more; register again.", sent=True) from None
    return json_answer(_credentials(parts, registered))


def _credentials(parts: Parts, device: Registered) -> dict[str, Any]:
    token, expires_at = parts.tokens.issue(
        device.device_id, positions_only=device.positions_only, now=parts.clock(), platform=device.platform
    )
    return {
        "device_id": device.device_id,
        "token": token,
        "expires_at": None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
        "refresh_token": device.refresh_token,
    }
