"""Who may come in to the console's pages: denied unless a guard lets in, by session, role, origin and form token."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from offers import board, inbox, overview, users
from offers.users import SignedIn
from web.console import cookies
from web.console.forms import Form, read_form
from web.console.keeping import LEFT_OUT, as_kept
from web.console.rendering import render
from web.console.speaking import Voice
from web.guards import Guard
from web.parts import Parts, parts_of
from web.tongues import choose

SIGN_IN, PASSWORD = "/console/sign-in", "/console/password"
KEPT = (
    "/console/places/",
    "/console/campaigns/",
    "/console/offers/",
    "/console/posters/",
    "/console/inbox/",
    "/console/settings/",
    "/console/users",
    "/console/start/",
)
"""Where people write for longer than a moment."""
NOT_KEPT = "/codes"
"""How an address ends that is sent what has a discount in it."""

Lang = Annotated[str | None, Query(max_length=10)]
Sent = Annotated[Form, Depends(read_form)]


class TurnedAwayError(Exception):
    """A guard's refusal, as the page that says so."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


@dataclass(slots=True)
class Desk:
    """What a page works with: the parts, who asks, what they sent, and how to answer them."""

    parts: Parts
    request: Request
    user: SignedIn
    secret: str
    form: Form
    voice: Voice
    waiting: int = 0
    """How many customers wait for an answer, as the rail says."""
    standing: int = 0
    """How many stand in this user's stores to collect, as the rail says."""

    def page(self, template: str, status: int = 200, **shown: Any) -> Response:
        token = cookies.token_of(self.secret)
        return render(
            template,
            self.request,
            self.voice,
            user=self.user,
            token=token,
            status=status,
            waiting=self.waiting,
            standing=self.standing,
            **shown,
        )

    def go(self, path: str) -> Response:
        """After what was done: look at the outcome, so that a reload does nothing again."""
        return RedirectResponse(path, 303)

    def refuse(self, name: str, status: int, /, **values: Any) -> TurnedAwayError:
        """A page with the words `name` and `name_why`."""
        said = self.voice.say(f"{name}_why", **values)
        return self.turned("told.html", status, heading=self.voice.words[name], said=said)

    def turned(self, template: str, status: int, **shown: Any) -> TurnedAwayError:
        """To be raised: this page in the place of the one that was asked for."""
        return TurnedAwayError(self.page(template, status, **shown))


class ConsoleGuard(Guard):
    """A session of a user in one of these roles. What writes must come from our own page with this session's token.

    A user who still has the first password may only change it; `always` is for that page and for signing out.
    """

    def __init__(self, *roles: str, always: bool = False) -> None:
        self._roles, self._always = roles, always

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        form: Sent,
        lang: Lang = None,
    ) -> Desk:
        base_url = parts.settings.base_url
        secret = cookies.secret_in(request, base_url)
        with parts.database.reading() as session:
            user = users.signed_in(session, secret, now=parts.now()) if secret else None
            zone = overview.desk_zone(session)
            waiting = inbox.count_waiting(session) if user else 0
            standing = board.count_here(session, user.stores) if user else 0
        accepted = request.headers.get("accept-language", "")
        language = choose(lang or (user.language if user else None), accepted)
        voice = Voice(language, ZoneInfo(zone))
        if request.method not in cookies.SAFE and not cookies.is_own(request, base_url):
            raise TurnedAwayError(foreign(request, voice))
        if user is None:
            raise TurnedAwayError(keep_typed(request, voice, form) or self._sign_in_first(request, lang))
        desk = Desk(parts, request, user, secret, form, voice, waiting, standing)
        request.state.desk = desk
        if request.method not in cookies.SAFE and not cookies.carries_token(secret, form.text("token")):
            raise TurnedAwayError(keep_typed(request, voice, form, desk) or foreign(request, voice, desk))
        if user.stale:
            with parts.database.transaction() as session:
                users.see_session(session, secret, now=parts.now())
        if user.password_is_first and not self._always:
            raise TurnedAwayError(desk.go(PASSWORD))
        if user.role not in self._roles:
            raise desk.refuse("not_allowed", 403, role=voice.words[f"role_{user.role}"])
        return desk

    @staticmethod
    def _sign_in_first(request: Request, lang: str | None) -> Response:
        """401 for what can not be asked again by itself; else the way to the page goes over the sign-in."""
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        onward = f"?next={quote(back, safe='')}" if request.method in cookies.SAFE and back != "/console" else ""
        if request.method not in cookies.SAFE:
            onward = "?over=1"
        if lang:
            onward += f"{'&' if onward else '?'}lang={quote(lang, safe='')}"
        return RedirectResponse(SIGN_IN + onward, 303)


def foreign(request: Request, voice: Voice, desk: Desk | None = None) -> Response:
    """403 for a form that our own page did not send."""
    shown: dict[str, Any] = {"heading": voice.words["foreign_form"], "said": voice.words["foreign_form_why"]}
    return desk.page("told.html", 403, **shown) if desk else render("told.html", request, voice, status=403, **shown)


def keep_typed(request: Request, voice: Voice, form: Form, desk: Desk | None = None) -> Response | None:
    """When a session ended while somebody wrote: what they typed, to be sent again by their own hand once they are in.

    Only for a form that one of our own pages sent, and none for what holds codes; a secret in it is asked for again.
    """
    typed, path = as_kept(form), request.url.path
    if request.method in cookies.SAFE or not typed or not path.startswith(KEPT) or path.endswith(NOT_KEPT):
        return None
    name, status = ("stale_form", 403) if desk else ("session_ended", 401)
    shown: dict[str, Any] = {
        "heading": voice.words[name],
        "said": voice.words[f"{name}_why"],
        "typed": typed,
        "to_sign_in": not desk,
        "has_left_out": any(name == LEFT_OUT for name, _ in typed),
    }
    return (
        desk.page("typed.html", status, **shown)
        if desk
        else render("typed.html", request, voice, status=status, **shown)
    )


EVERYBODY = users.ROLES
Anyone = Annotated[Desk, Depends(ConsoleGuard(*EVERYBODY, always=True))]
"""Also staff, and who must still choose a password."""
Member = Annotated[Desk, Depends(ConsoleGuard(*EVERYBODY))]
Reader = Annotated[Desk, Depends(ConsoleGuard("viewer", "marketer", "admin"))]
Looker = Annotated[Desk, Depends(ConsoleGuard(*EVERYBODY))]
"""Everybody who may see what customers ask."""
Answerer = Annotated[Desk, Depends(ConsoleGuard("staff", "marketer", "admin"))]
"""Who speaks to customers."""
Writer = Annotated[Desk, Depends(ConsoleGuard("marketer", "admin"))]
Admin = Annotated[Desk, Depends(ConsoleGuard("admin"))]
