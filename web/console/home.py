"""The first page: what is live, what happens, what needs a person; and what the last 24 hours came to, each count a way to its rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter
from redis.exceptions import RedisError
from starlette.responses import RedirectResponse, Response

from offers import lately, overview, places
from offers.errors import NotFound
from offers.lately import Happening, Sending, Wanting
from web.console.clock import as_typed
from web.console.entering import Desk, Member, Reader
from web.console.routes import PageRoute
from web.console.trouble import troubles_of
from web.health import lanes_of_push
from workers.happenings import newest_redemptions

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)
elsewhere = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

log = structlog.get_logger()

LOOKS_BACK = timedelta(hours=24)
MOST_NAMED = 6
LINES = 25
TROUBLES = {
    "redis": "home_no_redis",
    "beat": "home_no_beat",
    "workers": "home_no_workers",
    "unbuilt": "home_unbuilt",
    "lanes": "home_lanes_wait",
}
"""The words of what stands still."""


@router.get("")
def home(desk: Member) -> Response:
    """Staff go to the pickup board."""
    if desk.user.role == "staff":
        return desk.go("/console/pickup")
    now = desk.parts.now()
    since = (now - LOOKS_BACK).replace(second=0, microsecond=0)
    with desk.parts.database.reading() as session:
        attention = overview.needs_attention(session, most=MOST_NAMED)
        seen = lately.sending(session, now=now)
        wanting = lately.needs_a_person(session, seen, now=now)
        outcomes, states = lately.count_lately(session, since=since)
        unlisted = overview.count_unlisted(session, since=since)
        has_places = bool(places.list_places(session, limit=1)[0])
    lanes = [one for one in lanes_of_push(desk.parts) if one.is_paused or one.trouble]
    return desk.page(
        "home.html",
        attention=attention,
        wanting=wanting,
        needs=_needs(desk, wanting, [one.name for one in lanes]) if has_places else [],
        most=MOST_NAMED,
        outcomes=_largest_first(outcomes.by_name),
        states=_largest_first(states.by_name),
        more=(outcomes.more, states.more),
        counted=lately.MOST_COUNTED,
        unlisted=unlisted,
        since=urlencode({"since": as_typed(since, desk.voice.zone)}),
        has_places=has_places,
        **_now(desk, seen),
    )


@router.get("/now")
def now_part(desk: Reader) -> Response:
    """What is live and what happened in the last hour, for the page that is open: a part of it, asked for as things happen."""
    return desk.page("now.html", most=MOST_NAMED, counted=lately.MOST_COUNTED, **_now(desk))


def _now(desk: Desk, seen: Sending | None = None) -> dict[str, Any]:
    """`seen`: what is live, where the page has read it already."""
    now = desk.parts.now()
    with desk.parts.database.reading() as session:
        seen = seen or lately.sending(session, now=now)
        lines = lately.newest(session, since=now - lately.HOUR, limit=LINES, also=_redeemed(desk, now - lately.HOUR))
        names = overview.names_of(session, [{"place": one.place} for one in lines])
    hour, day = (as_typed(now - back, desk.voice.zone) for back in (lately.HOUR, lately.DAY))
    spans = {"hour": urlencode({"since": hour}), "day": urlencode({"since": day})}
    return {"live": lately.live_now(seen), "more_sent": seen.more, "lines": lines, "names": names, "spans": spans}


def _redeemed(desk: Desk, since: datetime) -> list[Happening]:
    """Redemptions as they were told; none while Redis is away, which the page says."""
    try:
        told = newest_redemptions(desk.parts.redis, since)
    except (RedisError, OSError) as error:
        log.warning("redemptions_not_read", error=type(error).__name__)
        return []
    return [Happening(at, "redeemed", place or "", campaign, offer=offer) for at, offer, campaign, place in told]


def _needs(desk: Desk, wanting: Wanting, lanes: list[str]) -> list[dict[str, Any]]:
    """Each as what is wrong and what to do, and where: `{said, to, do}`, what stands still first. Health is for admins: others are told whom to ask."""
    say, words, found = desk.voice.say, desk.voice.words, list[dict[str, Any]]()
    is_admin = desk.user.role == "admin"
    to, do = ("/console/settings/health", "home_see_parts") if is_admin else ("", "home_ask_admin")
    for name in troubles_of(desk.parts):
        found.append(_of(to, words[TROUBLES[name]], words[do]))
    for lane in lanes:
        queued = "/console/deliveries?state=queued"
        found.append({"said": say("home_lane_paused", lane=lane), "to": queued, "do": words["home_see_queued"]})
    if wanting.due_since is not None and not lanes:
        minutes = int((desk.parts.now() - wanting.due_since).total_seconds() // 60)
        queued = "/console/deliveries?state=queued"
        found.append(_of(queued, say("home_queue_silent", minutes=minutes), words["home_see_queued"]))
    for one in wanting.broken:
        found.append(_of(f"/console/campaigns/{one['id']}", say("home_broken", **one), words["home_mend_text"]))
    for one in wanting.lacking:
        found.append(_of(f"/console/campaigns/{one['id']}", say("home_lacking", **one), words["home_mend_text"]))
    for one in wanting.spent:
        percent = one["spent"] * 100 // one["budget"] if one["budget"] else 100
        said = say("home_budget", percent=percent, **one)
        found.append(_of(f"/console/offers/{one['id']}", said, words["home_mend_budget"]))
    for one in wanting.empty[:MOST_NAMED]:
        found.append(_of(f"/console/places/{one['id']}", say("home_never_entered", **one), words["home_mend_place"]))
    return found


def _of(to: str, said: Any, do: str) -> dict[str, Any]:
    return {"said": said, "to": to, "do": do}


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


@elsewhere.get("/{path:path}")
def nowhere(_desk: Member, path: str) -> Response:
    """Any other address below the console's: its first page, or a page that says so."""
    if not path.strip("/"):
        return RedirectResponse("/console", 303)
    raise NotFound("page")
