"""Whether this process serves, whether each part works, and the counts."""

from collections.abc import Callable
from typing import Any

import structlog
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from offers.errors import PasserbyError
from offers.push_lanes import LaneNow, lanes_now
from offers.records import schema
from web.bodies import json_answer
from web.parts import Have, Parts
from workers.vitals import NEARLY_FULL, Vitals, behind_in_words, read_mqtt, read_vitals

SILENT_S = 30.0
"""Beat looks each second; what was not heard for so long has stopped."""
OLD_LANE_S = 60.0
OLD_INDEX_S = 30.0
BEHIND_REDIS = ("workers", "beat", "lanes", "mqtt")
"""Parts of which only Redis can tell."""
BEHIND = {"push": "database"}
"""And of this one only the database."""
PUSH = {
    "outbox": "messages are kept where demo and tests see them",
    "fcm": "messages go to FCM",
    "web_push": "messages go to browsers",
}

log = structlog.get_logger()
router = APIRouter(tags=["health"])


class _NotReadyError(PasserbyError):
    """What is wrong with a part, in words without addresses or secrets."""


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="The process serves")
async def healthz() -> Response:
    return json_answer({"serves": True})


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="Each part works",
    responses={503: {"description": "A part does not work; `parts` says which and why"}},
)
def readyz(parts: Have) -> Response:
    told = look_at(parts)
    ready = all(one["ok"] for one in told.values())
    return json_answer({"ready": ready, "parts": told}, 200 if ready else 503)


def look_at(parts: Parts) -> dict[str, dict[str, object]]:
    """Each part by name, as `{ok, detail}`: the detail in words without addresses or secrets."""
    told: dict[str, dict[str, object]] = {}
    silent: set[str] = set()
    looks = {**LOOKS, "mqtt": _mqtt} if parts.settings.mqtt_url else LOOKS
    for name, look in looks.items():
        behind = "redis" if name in BEHIND_REDIS or (name == "broker" and _is_redis(parts)) else BEHIND.get(name)
        if behind in silent:  # a server that hangs is waited for once, not once for each part
            told[name] = {"ok": False, "detail": f"nobody can tell: {behind} does not answer"}
            continue
        try:
            told[name] = {"ok": True, "detail": look(parts)}
        except _NotReadyError as error:
            told[name] = {"ok": False, "detail": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever a part fails with is its answer
            log.warning("part_not_ready", part=name, error=type(error).__name__)
            silent.add(name)
            told[name] = {"ok": False, "detail": f"does not answer ({type(error).__name__})"}
    return told


@router.get("/metrics", summary="Counts, for Prometheus", response_class=Response)
def metrics(parts: Have) -> Response:
    return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST)


def _is_redis(parts: Parts) -> bool:
    return parts.settings.broker == parts.settings.redis_url


def _database(parts: Parts) -> str:
    here, expected = schema.revision_here(parts.database), schema.revision_expected()
    if wrong := schema.misfit(here, expected):
        raise _NotReadyError(wrong)
    return f"schema {here}"


def _redis(parts: Parts) -> str:
    memory: Any = parts.redis.info("memory")
    used, most = int(memory["used_memory"]), int(memory.get("maxmemory", 0))
    if most and used > NEARLY_FULL * most:
        raise _NotReadyError(f"{used / most:.0%} of maxmemory is used: when it is full, pings are refused")
    return "answers"


def _broker(parts: Parts) -> str:
    with parts.celery.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return "takes rings"


def vitals_of(parts: Parts) -> Vitals:
    return read_vitals(parts.redis, parts.settings.lanes, parts.clock())


def _workers(parts: Parts) -> str:
    vitals = vitals_of(parts)
    heard = _heard(vitals.worker_heard_s, "no worker")
    if behind := behind_in_words(vitals):
        raise _NotReadyError(behind)
    return heard


def _beat(parts: Parts) -> str:
    return _heard(vitals_of(parts).beat_heard_s, "no beat")


def _heard(ago_s: float | None, nobody: str) -> str:
    if ago_s is None:
        raise _NotReadyError(f"{nobody} was heard yet")
    if ago_s > SILENT_S:
        raise _NotReadyError(f"{nobody} was heard for {ago_s:.0f} s")
    return f"heard {max(ago_s, 0):.0f} s ago"


def _lanes(parts: Parts) -> str:
    vitals = vitals_of(parts)
    if vitals.epochs_missing:
        raise _NotReadyError(f"{vitals.epochs_missing} of {parts.settings.lanes} lanes are not built yet")
    oldest = max((one.oldest_age_s for one in vitals.lanes), default=0.0)
    if oldest > OLD_LANE_S:
        raise _NotReadyError(f"an entry has waited for {oldest:.0f} s")
    waiting = sum(one.length for one in vitals.lanes)
    return f"{waiting} entries wait" + (f", {vitals.aside} letters set aside" if vitals.aside else "")


def lanes_of_push(parts: Parts) -> list[LaneNow]:
    with parts.database.reading() as session:
        return lanes_now(session)


def _push(parts: Parts) -> str:
    if troubles := [one.trouble for one in lanes_of_push(parts) if one.trouble]:
        raise _NotReadyError("; ".join(troubles))
    return f"{parts.settings.push}: {PUSH[parts.settings.push]}"


def _mqtt(parts: Parts) -> str:
    seen = read_mqtt(parts.redis, parts.clock())
    heard = _heard(seen.heard_s if seen else None, "no listener")
    if seen and not seen.connected:
        raise _NotReadyError("the broker does not answer, or does not let us listen")
    return f"connected, {heard}"


def _geofences(parts: Parts) -> str:
    age_s, version = parts.fences.age_s, parts.fences.index.version
    if age_s is None:
        raise _NotReadyError("not read yet")
    if age_s > OLD_INDEX_S:
        raise _NotReadyError(f"last looked at {age_s:.0f} s ago")
    return f"version {version}, {len(parts.fences.index.by_id)} geofences"


LOOKS: dict[str, Callable[[Parts], str]] = {
    "database": _database,
    "redis": _redis,
    "broker": _broker,
    "workers": _workers,
    "beat": _beat,
    "lanes": _lanes,
    "push": _push,
    "geofences": _geofences,
}
