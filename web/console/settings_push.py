"""The ways to the push services: set up or not, how they go, a test of the credentials and one of the whole way to a device. For admins."""

import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query
from redis.exceptions import RedisError
from starlette.responses import Response

from offers import lately, push_lanes, testing, users
from offers.errors import BadInput, Conflict, NotFound
from web.aftermath import carry_out
from web.console import once
from web.console.clock import as_typed
from web.console.entering import Admin, Desk
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.push_shown import LANES, shown_trial, ways_of
from web.console.routes import PageRoute
from web.console.whose_device import ask as ask_whose
from web.console.whose_device import ask_first, field_of, find_devices
from web.parts import Parts
from workers.trials import Trial, read_trial

router = APIRouter(prefix="/console/settings/push", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/settings/push"
WAIT_S = 4.0
"""So long a form waits for its answer; past that its page says that there is none yet."""
LOOK_S = 0.1
DAY = timedelta(hours=24)
MOST_REASONS = 5
REASONS = {"no_address": "test_no_address", "no_consent": "test_no_consent", "not_a_push": "test_not_a_push"}
_TRIAL = re.compile(r"[0-9a-f]{24}")

Asked = Annotated[str, Query(max_length=24)]
Sent = Annotated[str, Query(max_length=40)]
log = structlog.get_logger()


@router.get("")
def show(desk: Admin, asked: Asked = "", sent: Sent = "") -> Response:
    """`?asked=`: a test of the credentials; `?sent=`: a test message; `?customer=`: whose devices to choose from."""
    return _page(desk, query_of(desk), asked=asked, sent=sent)


@router.post("/fcm")
def ask(desk: Admin) -> Response:
    """A worker asks, and this waits a moment for the answer. Sent twice, it is asked twice, which changes nothing."""
    parts, trial_id = desk.parts, secrets.token_hex(12)
    if parts.settings.push != "fcm":
        return _page(desk, desk.form, status=409)
    with parts.database.transaction() as session:
        users.note(session, desk.user.user_id, "tried", "push", "Firebase", now=parts.now())
    parts.doorbell.try_push(trial_id)
    _wait(parts, lambda: _trial(parts, trial_id)[0] is not None)
    return desk.go(f"{WHERE}?asked={trial_id}#fcm")


@router.post("/message")
def send(desk: Admin) -> Response:
    """A campaign's message, queued for one device as any other: a worker sends it. To another's when the page has asked and been told yes."""
    form, parts, words = desk.form, desk.parts, desk.voice.words
    device, campaign = form.text("device"), form.text("campaign")
    if not device:
        return _page(desk, form, {"customer": words["test_choose"]}, 422)
    try:
        with parts.database.reading() as session:
            asked = ask_first(session, desk, campaign, device)
            at = field_of(session, desk, device)
        if asked is not None:
            back = f"{WHERE}?{urlencode({'customer': asked['customer']['id'], 'campaign': campaign})}#message"
            return ask_whose(desk, asked, f"{WHERE}/message", back)
        with parts.database.transaction() as session:
            moment, wanted = once.id_of(form, "test"), form.or_none("variant")
            tested = testing.send_test(session, campaign, device, now=parts.now(), variant=wanted, moment=moment)
            if tested.follows.deliveries:
                users.note(session, desk.user.user_id, "tested", "campaign", campaign, now=parts.now())
    except BadInput:
        return _page(desk, form, {"campaign": words["bad_variant_gone"]}, 422)
    except NotFound as gone:
        wrong = {"campaign": words["bad_choice"]} if gone.noun == "campaign" else {at: words["test_no_address"]}
        return _page(desk, form, wrong, 422 if gone.noun == "campaign" else 409)
    except Conflict as refused:
        name = "campaign" if refused.reason == "not_a_push" else at
        return _page(desk, form, {name: words[REASONS.get(refused.reason, "test_no_address")]}, 409)
    if tested.delivery_id is None:
        said = words["test_too_many"].format(minutes=-(-tested.wait_s // 60))
        return _page(desk, form, {at: said}, 429)
    carry_out(parts, tested.follows)
    _wait(parts, lambda: _is_over(parts, str(tested.delivery_id)))
    return desk.go(f"{WHERE}?sent={tested.delivery_id}#message")


def _wait(parts: Parts, is_over: Callable[[], bool]) -> None:
    """Until it is over, or `WAIT_S`. One at a time waits in a process: whoever comes meanwhile looks again instead."""
    until = time.monotonic() + WAIT_S
    with parts.trying.taken_if_free() as mine:
        while mine and not is_over() and time.monotonic() < until:
            time.sleep(LOOK_S)


def _trial(parts: Parts, trial_id: str = "") -> tuple[Trial | None, bool]:
    """The one with this id, or the newest; and whether Redis answered."""
    try:
        return read_trial(parts.redis, trial_id), True
    except (RedisError, OSError) as error:
        log.warning("trial_not_read", error=type(error).__name__)
        return None, False


def _is_over(parts: Parts, delivery_id: str) -> bool:
    with parts.database.reading() as session:
        return testing.became_of_test(session, delivery_id)["state"] not in ("queued", "sending")


def _page(
    desk: Desk,
    form: Form,
    errors: Errors | None = None,
    status: int = 200,
    *,
    asked: str = "",
    sent: str = "",
) -> Response:
    parts, words, errors = desk.parts, desk.voice.words, errors or {}
    wanted = asked if _TRIAL.fullmatch(asked) else ""
    trial, reached = _trial(parts, wanted)
    newest = trial or _trial(parts)[0]
    typed = form.text("customer")[:200]
    since = (parts.now() - DAY).replace(second=0, microsecond=0)
    with parts.database.reading() as session:
        lanes = push_lanes.lanes_now(session)
        answers = lately.count_answers(session, since=since)
        campaigns = testing.campaigns_to_test(session)
        found = find_devices(session, desk, typed)
        became = _became(session, sent)
    if found.fits_nobody and not errors:
        errors, status = {"customer": words["preview_nobody"]}, 422
    return desk.page(
        "settings_push.html",
        status,
        form=form,
        errors=errors,
        ways=ways_of(parts.settings, lanes, newest),
        lane_names=LANES,
        trial=_shown(newest if not wanted else trial),
        unanswered=bool(wanted) and trial is None and reached,
        reached=reached,
        answers=answers,
        reasons=answers.reasons[:MOST_REASONS],
        most=lately.MOST_COUNTED,
        campaigns=campaigns,
        found=found,
        since=urlencode({"since": as_typed(since, desk.voice.zone)}),
        became=became,
        sent=sent,
        asked=wanted,
    )


def _shown(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    shown = shown_trial(trial)
    return shown | {"at": datetime.fromtimestamp(shown["at"], UTC)}


def _became(session: Any, delivery_id: str) -> dict[str, Any] | None:
    try:
        return testing.became_of_test(session, delivery_id) if delivery_id else None
    except NotFound:
        return None
