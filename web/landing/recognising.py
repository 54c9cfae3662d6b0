"""The pages by which a browser is recognised as a customer's: a code to their phone, or a link from the brand's app.

Whoever asks for a code is answered the same, known or not: the same page, the same status, in no less time than FLOOR_S.
"""

import time
from typing import Annotated

import phonenumbers
import structlog
from fastapi import APIRouter, Path
from redis.exceptions import RedisError
from starlette.responses import RedirectResponse, Response

from offers import recognising
from offers.errors import NotFound
from offers.recognising import Asked, Asking, Recognised
from offers.rules.link_opening import is_meant
from offers.rules.phone_codes import countries_of, phone_code, read_phone, text_of
from offers.rules.profile import Id
from web.aftermath import carry_out
from web.asking import Named
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.notices import away, gone, language_of, notice, wait
from web.landing.phone_limits import PhoneLimits
from web.landing.rendering import render
from web.parts import Have, Parts

FLOOR_S = 0.12
"""What a code that is asked for takes at least: to write a row takes longer than to write none."""

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()
Token = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,100}$")]


@router.get("/l/{scan}/recognise")
def ask(scan: Named, looks: Looks, parts: Have) -> Response:
    """The page that asks the number."""
    asking = _asking(looks, parts, scan)
    return asking if isinstance(asking, Response) else _number(looks, asking)


@router.post("/l/{scan}/recognise")
def send_code(scan: Named, sends: Sends, parts: Have) -> Response:
    """The page that asks the code, whether the number is known here or not."""
    began = time.monotonic()
    asking, typed = _asking(sends, parts, scan), sends.form.text("phone")
    if isinstance(asking, Response):
        return asking
    if not sends.carries(scan):
        return _number(sends, asking, typed=typed, stale=True)
    language = language_of(sends)
    phone = read_phone(typed, countries_of(sends.accepted, language, asking.zone))
    if phone is None:
        return _number(sends, asking, typed=typed, wrong=True)
    back = (f"/l/{scan}", "to_the_page")
    try:
        wait_s = _limits(parts).count_asking(phone, _address(sends), scan, sends.device_id)
    except (RedisError, OSError) as error:
        log.warning("phones_not_counted", error=type(error).__name__)
        return away(sends, language, back)
    if wait_s:
        return wait(sends, language, wait_s, back)
    with parts.database.transaction() as session:
        asked = recognising.ask_code(session, phone, language=language, now=parts.now())
    if asked.text_id is not None:
        parts.ringing.text(asked.text_id)  # from a thread of its own: a broker that hangs tells nobody who is known
    time.sleep(max(0.0, FLOOR_S - (time.monotonic() - began)))
    return _code(sends, scan, language, asked.form_id, phone=phone, demo=_demo_text(parts, sends, asked, language))


@router.post("/l/{scan}/recognise/code")
def enter_code(scan: Named, sends: Sends, parts: Have) -> Response:
    """The right code makes this browser the customer's, with a new cookie."""
    asking = _asking(sends, parts, scan)
    if isinstance(asking, Response):
        return asking
    if not sends.carries(scan):
        return _number(sends, asking, stale=True)
    language, limits = language_of(sends), _limits(parts)
    form_id, back = sends.form.text("id")[:100], (f"/l/{scan}/recognise", "known_again")
    try:
        if wait_s := limits.wait_for_trying(_address(sends)):
            return wait(sends, language, wait_s, back)
        with parts.database.transaction() as session:
            recognised = recognising.enter_code(
                session,
                scan,
                form_id,
                sends.form.text("code"),
                sends.device_id,
                language=language,
                keys=parts.codes,
                now=parts.now(),
            )
        if recognised is None:
            limits.count_wrong(_address(sends))
    except (RedisError, OSError) as error:
        log.warning("codes_not_counted", error=type(error).__name__)
        return away(sends, language, back)
    if recognised is None:
        return _code(sends, scan, language, form_id, wrong=True)
    return _let_in(sends, parts, recognised)


@router.api_route("/t/{token}", methods=["GET", "HEAD"])
def open_link(token: Token, looks: Looks, parts: Have, scan: Id | None = None) -> Response:
    """A link from the brand's app: good once, for a person. What only looks at it gets a page with a button, and uses nothing up; a browser
    that is somebody else's by now gets it too.
    """
    request = looks.request
    if is_meant(request.method, request.headers) and not _would_change_hands(looks, parts, token):
        return _follow(looks, parts, token, scan)
    return render(request, "page_link.html", language_of(looks), token=looks.token(f"link {token}"), scan=scan)


@router.post("/t/{token}")
def open_link_by_button(token: Token, sends: Sends, parts: Have) -> Response:
    if not sends.carries(f"link {token}"):
        return _over(sends)
    return _follow(sends, parts, token, sends.form.or_none("scan"))


def _would_change_hands(visitor: PageVisitor, parts: Parts, token: str) -> bool:
    if visitor.device_id is None:
        return False
    with parts.database.reading() as session:
        return recognising.would_change_hands(session, token, visitor.device_id)


def _follow(visitor: PageVisitor, parts: Parts, token: str, scan: str | None) -> Response:
    with parts.database.transaction() as session:
        recognised = recognising.follow_link(
            session, token, scan, language=visitor.language(), keys=parts.codes, now=parts.now()
        )
    return _over(visitor) if recognised is None else _let_in(visitor, parts, recognised)


def _over(visitor: PageVisitor) -> Response:
    """Used, over, or never made: they look the same."""
    return notice(visitor, language_of(visitor), "link_over", status=410, leads_to=("/my/offers", "to_my_offers"))


def _let_in(visitor: PageVisitor, parts: Parts, recognised: Recognised) -> Response:
    """On to a page of ours, by ids that we know: nothing of the request becomes part of the address."""
    carry_out(parts, recognised.follows)
    path = f"/l/{recognised.scan_id}" if recognised.scan_id else "/my/offers"
    answer = RedirectResponse(path, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    visitor.desk.cookie.keep(answer, recognised.device_id, parts.clock())
    return answer


def _asking(visitor: PageVisitor, parts: Parts, scan: str) -> Asking | Response:
    """Where it is asked; or what is said where there is no page to come back to, or nobody is recognised by phone."""
    try:
        with parts.database.reading() as session:
            asking = recognising.asking_at(session, scan)
    except NotFound:
        return gone(visitor, language_of(visitor))
    if parts.settings.sms == "none":
        leads_to = (f"/l/{scan}", "to_the_page")
        return notice(visitor, language_of(visitor), "known_none", status=404, leads_to=leads_to)
    return asking


def _number(
    visitor: PageVisitor, asking: Asking, *, typed: str = "", wrong: bool = False, stale: bool = False
) -> Response:
    language = language_of(visitor)
    [country, *_] = countries_of(visitor.accepted, language, asking.zone)
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return render(
        visitor.request,
        "recognise.html",
        language,
        status=422 if wrong else 403 if stale else 200,
        scan=asking.scan_id,
        token=visitor.token(asking.scan_id),
        example=phonenumbers.format_number(example, form) if example else "+31 6 12345678",
        typed=typed[:40],
        path=f"/l/{asking.scan_id}/recognise",
        wrong=wrong,
        stale=stale,
    )


def _code(
    visitor: PageVisitor,
    scan: str,
    language: str,
    form_id: str,
    *,
    phone: str = "",
    demo: str | None = None,
    wrong: bool = False,
) -> Response:
    shown = (
        phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if phone
        else ""
    )
    return render(
        visitor.request,
        "code.html",
        language,
        status=422 if wrong else 200,
        scan=scan,
        token=visitor.token(scan),
        path=f"/l/{scan}/recognise",
        form_id=form_id,
        phone=shown,
        demo=demo,
        wrong=wrong,
    )


def _demo_text(parts: Parts, sends: PageForm, asked: Asked, language: str) -> str | None:
    """Only in the demo, where no text leaves: what it would say. (It then tells who is known; the demo's customers are invented.)"""
    if not (parts.settings.demo and parts.settings.sms == "outbox" and asked.text_id):
        return None
    return text_of(language, phone_code(parts.codes, asked.text_id), sends.request.url.hostname or "")


def _limits(parts: Parts) -> PhoneLimits:
    return PhoneLimits(parts.redis, parts.settings.secret())


def _address(visitor: PageVisitor) -> str:
    return visitor.request.client.host if visitor.request.client else ""
