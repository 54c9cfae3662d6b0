"""Signing in and out, one's own password, one's language."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from redis.exceptions import RedisError
from starlette.responses import RedirectResponse, Response

from offers import users
from offers.errors import BadInput, Conflict
from web.console import cookies
from web.console.attempts import Attempts
from web.console.entering import SIGN_IN, Anyone, Lang, Sent, foreign
from web.console.rendering import render
from web.console.routes import PageRoute
from web.console.speaking import Voice
from web.parts import Have, Parts
from web.tongues import LANGUAGES, choose

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

_OWN_PAGE = re.compile(r"/console(?:/[A-Za-z0-9._:@/-]*)?(?:\?[A-Za-z0-9._:@/&=%+-]*)?")
OWN = "own password"
"""Counted apart from what strangers try."""
NOBODYS_ZONE = ZoneInfo("UTC")


def _onward(wanted: str) -> str:
    """Only a page of the console, and no address that a browser reads as another host."""
    return wanted if _OWN_PAGE.fullmatch(wanted) and "//" not in wanted and ".." not in wanted else "/console"


@router.get("/sign-in")
def sign_in_page(
    *,
    request: Request,
    parts: Have,
    lang: Lang = None,
    onward: Annotated[str, Query(alias="next", max_length=500)] = "",
    over: Annotated[str, Query(max_length=5)] = "",
    out: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    said = "session_over" if over else "signed_out" if out else ""
    return _form(request, parts, lang, onward=onward, said=said)


@router.post("/sign-in")
def sign_in(request: Request, parts: Have, form: Sent, lang: Lang = None) -> Response:
    """The same answer, in the same time, for a wrong password and for who is unknown."""
    base_url = parts.settings.base_url
    secret = cookies.secret_in(request, base_url)
    if not cookies.is_own(request, base_url) or not cookies.carries_token(secret, form.text("token")):
        return foreign(request, _voice(request, lang))
    email, password, onward = form.text("email"), form.all("password"), form.text("next")
    attempts = Attempts(parts.redis, parts.settings.secret())
    address = request.client.host if request.client else ""
    try:
        wait_s = attempts.count(email, address)
    except (RedisError, OSError):
        return _form(request, parts, lang, onward=onward, email=email, wrong="no_sign_in_now", status=503)
    if wait_s:
        return _form(
            request, parts, lang, onward=onward, email=email, wrong="too_many_tries", status=429, wait_s=wait_s
        )
    with parts.database.reading() as session:
        credential = users.credential_of(session, email)
    opened = None
    if users.is_right(credential, password[0] if password else "") and credential is not None:
        with parts.database.transaction() as session:
            opened = users.open_session(session, credential, now=parts.now(), instead_of=secret)
    if opened is None:
        return _form(request, parts, lang, onward=onward, email=email, wrong="wrong_sign_in", status=401)
    attempts.forget(email, address)
    answer = RedirectResponse(_onward(onward), 303)
    cookies.keep(answer, request, base_url, opened, signed_in=True)
    return answer


@router.post("/sign-out")
def sign_out(desk: Anyone) -> Response:
    """The session ends here, not only in the browser."""
    with desk.parts.database.transaction() as session:
        users.close_session(session, desk.secret)
    answer = desk.go(f"{SIGN_IN}?out=1")
    cookies.drop(answer, desk.request, desk.parts.settings.base_url)
    return answer


@router.post("/language")
def choose_language(desk: Anyone) -> Response:
    chosen = desk.form.text("language")
    if chosen in LANGUAGES:
        with desk.parts.database.transaction() as session:
            users.choose_language(session, desk.user.user_id, chosen)
    return desk.go(_onward(desk.form.text("next")))


@router.get("/password")
def password_page(desk: Anyone) -> Response:
    return desk.page("password.html", errors={})


@router.post("/password")
def change_password(desk: Anyone) -> Response:
    """Their other sessions end, and this one gets another secret."""
    form, parts = desk.form, desk.parts
    present, wanted, again = ((form.all(name) or [""])[0] for name in ("present", "password", "again"))
    attempts = Attempts(parts.redis, parts.settings.secret())
    own = f"{OWN} {desk.user.user_id}"
    try:
        wait_s = attempts.count(desk.user.email, own)
    except (RedisError, OSError):
        return desk.page("password.html", 503, errors={"present": desk.voice.words["no_sign_in_now"]})
    if wait_s:
        said = desk.voice.say("too_many_tries", minutes=-(-wait_s // 60))
        return desk.page("password.html", 429, errors={"present": said})
    with parts.database.reading() as session:
        credential = users.credential_of(session, desk.user.email)
    if credential is None or not users.is_right(credential, present):
        return desk.page("password.html", 422, errors={"present": desk.voice.words["wrong_password"]})
    try:
        new_hash = users.new_password(wanted, again, desk.user.email, present=present)
        with parts.database.transaction() as session:
            secret = users.change_password(session, credential, new_hash, now=parts.now())
    except BadInput as error:
        return desk.page(
            "password.html", 422, errors={fault.path: desk.voice.words[fault.message] for fault in error.faults}
        )
    except Conflict:
        return desk.page("password.html", 409, errors={"present": desk.voice.words["wrong_password"]})
    attempts.forget(desk.user.email, own)
    answer = desk.go("/console?done=password_changed")
    cookies.keep(answer, desk.request, parts.settings.base_url, secret, signed_in=True)
    return answer


def _voice(request: Request, lang: str | None) -> Voice:
    return Voice(choose(lang, request.headers.get("accept-language", "")), NOBODYS_ZONE)


def _form(
    request: Request,
    parts: Parts,
    lang: str | None,
    *,
    onward: str = "",
    email: str = "",
    said: str = "",
    wrong: str = "",
    status: int = 200,
    wait_s: int = 0,
) -> Response:
    base_url = parts.settings.base_url
    secret = cookies.secret_in(request, base_url)
    is_new = not secret
    secret = secret or cookies.new_secret()
    voice = _voice(request, lang)
    answer = render(
        "sign_in.html",
        request,
        voice,
        token=cookies.token_of(secret),
        status=status,
        onward=onward if _onward(onward) == onward else "",
        email=email,
        said=voice.words[said] if said else "",
        wrong=voice.say(wrong, minutes=-(-wait_s // 60)) if wrong else "",
        lang=lang if lang in LANGUAGES else "",
    )
    if is_new:
        cookies.keep(answer, request, base_url, secret, signed_in=False)
    if wait_s:
        answer.headers["retry-after"] = str(wait_s)
    return answer
