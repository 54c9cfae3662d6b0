"""`POST /v1/transitions`: what a phone's own geofencing saw. Into the lane like a ping, and from there on the same way."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from prometheus_client import Counter
from starlette.responses import Response

from geofences import nearby
from geofences.ping import Refusal
from geofences.presence import WATCH_INSIDE_S
from geofences.told import Told, read_transition
from offers.errors import Fault
from web.bodies import JsonRoute, json_answer
from web.examples import TRANSITIONS_TAKEN, answers
from web.gathering import Gathering
from web.guards import Positioned
from web.parts import Parts
from web.problems import ProblemError, unauthorized
from workers.lanes import LanesUnavailableError, lane_of
from workers.letters import TransitionLetter, TransitionRow

PATH = "/v1/transitions"
MOST_TRANSITIONS = 100
"""In one request: as many as a phone may watch geofences. Who has more to tell sends it in pieces."""

router = APIRouter(prefix="/v1", tags=["pings"], route_class=JsonRoute)


@dataclass
class TransitionDoor:
    """What the route needs of this process: its gathering, and its counts."""

    parts: Parts
    gathering: Gathering

    def __post_init__(self) -> None:
        registry = self.parts.registry
        accepted = "Phones' own transitions that a lane has taken, by this process"
        self.accepted = Counter("passerby_phone_transitions_accepted", accepted, registry=registry)
        rejected = "Phones' own transitions refused at the door, by this process"
        self.rejected = Counter("passerby_phone_transitions_rejected", rejected, ["reason"], registry=registry)

    async def take(self, body: dict[str, Any] | list[Any], device_id: str) -> Response:
        now, index = self.parts.clock(), self.parts.fences.index
        told, refused = self._read(body, now)
        if told:
            rows: list[TransitionRow] = [(t.geofence_id, t.kind, t.at, t.accuracy_m, t.lat, t.lon) for t in told]
            await self._keep(TransitionLetter(device_id, now, rows, index.version))
            self.accepted.inc(len(told))
        for _, reason in refused:
            self.rejected.labels(reason).inc()
        quiet_radius_m, watch_after_s = self._watch(told)
        return json_answer(
            {
                "accepted": len(told),
                "rejected": [{"index": number, "reason": reason} for number, reason in refused],
                "quiet_radius_m": quiet_radius_m,
                "watch_after_s": watch_after_s,
            },
            202,
        )

    def _read(self, body: dict[str, Any] | list[Any], now: float) -> tuple[list[Told], list[tuple[int, str]]]:
        """The good ones and the refused. One object that is refused is a problem of its own, but for a geofence that is not there
        (any more): a phone that lives longer than a geofence is not to blame, and its queue goes on.
        """
        if isinstance(body, list) and len(body) > MOST_TRANSITIONS:
            raise ProblemError("too_large", 413, f"A request may have {MOST_TRANSITIONS} transitions at most.")
        index = self.parts.fences.index
        told, refused = list[Told](), list[tuple[int, str]]()
        for number, raw in enumerate(body if isinstance(body, list) else [body]):
            one = read_transition(raw, received_at=now)
            if isinstance(one, Refusal):
                if isinstance(body, dict):
                    self.rejected.labels(one.reason).inc()
                    fault = Fault(one.field, one.message)
                    raise ProblemError("bad_input", 422, f"The transition was refused: {one.reason}.", [fault])
                refused.append((number, one.reason))
            elif index.version >= 0 and one.geofence_id not in index.by_id:
                refused.append((number, "geofence_unknown"))
            else:
                told.append(one)
        return told, refused

    async def _keep(self, letter: TransitionLetter) -> None:
        try:
            refused = await self.gathering.put(lane_of(letter.device, self.parts.lanes.lanes), letter)
        except LanesUnavailableError as error:
            headers = {"Retry-After": str(error.retry_after_s)}
            detail = "The transitions could not be kept; send them again."
            raise ProblemError("service_unavailable", 503, detail, headers=headers) from None
        if refused == "revoked":
            raise unauthorized("This device is not registered any more.", sent=True)
        if refused is not None:
            raise ProblemError(refused, 403, "The customer's consents do not cover positions; nothing was kept.")

    def _watch(self, told: list[Told]) -> tuple[float, int]:
        """As for a ping where the newest says where it was. Else nothing is promised: the phone stands at a border."""
        index = self.parts.fences.index
        newest = max(told, key=lambda one: one.at, default=None)
        if newest is None or newest.lat is None or newest.lon is None or index.version < 0:
            return 0.0, WATCH_INSIDE_S
        at = newest.lat, newest.lon, newest.accuracy_m
        quiet_m, after_s = nearby.leave(index, *at)
        return nearby.told_m(quiet_m), after_s


@router.post(
    "/transitions",
    summary="Send what the phone's own geofencing saw",
    status_code=202,
    responses=answers(TRANSITIONS_TAKEN, 202),
)
async def send_transitions(
    body: Annotated[dict[str, Any] | list[Any], Body()], caller: Positioned, request: Request
) -> Response:
    """One transition, or an array of at most 100, of geofences that `GET /v1/geofences/nearby` gave the phone to watch.

    202 when the lane has them. In an array a bad one does not sink the others: it is in `rejected`; so is one of a geofence that is not
    there any more. What the server saw by itself already changes nothing a second time. 403 `no_location_consent` as for pings.
    """
    door: TransitionDoor = request.app.state.transitions
    return await door.take(body, caller.device_id)
