"""Who opens a landing page, and who sends its forms: a browser that may have our cookie, and need not."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Depends, Request
from redis.exceptions import RedisError

from web.bodies import too_large
from web.console.cookies import is_own
from web.console.forms import Form, read_form
from web.guards import Guard
from web.parts import Have, Parts, parts_of
from web.problems import ProblemError
from web.tongues import LANGUAGES, choose
from web.visitor.attempts import VisitorAttempts
from web.visitor.entering import VisitorDesk, desk_of

MOST_BYTES = 20_000
"""Of a form: a thousand characters of any script, as forms encode them, and what stands beside them."""
log = structlog.get_logger()


@lru_cache(maxsize=4)
def _key(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"passerby page forms").derive(secret)


def form_token(secret: bytes, scope: str) -> str:
    """What a page puts into its forms: only who was shown the page at `scope`, its own unguessable id, has it."""
    return urlsafe_b64encode(hmac.new(_key(secret), scope.encode(), hashlib.sha256).digest()[:18]).decode()


def carries_form_token(secret: bytes, scope: str, form: Form) -> bool:
    return hmac.compare_digest(form_token(secret, scope).encode(), form.text("token").encode(errors="replace"))


@dataclass(frozen=True, slots=True)
class PageVisitor:
    """The browser. `device_id` is what its cookie says, and may be revoked or erased by now."""

    parts: Parts
    desk: VisitorDesk
    request: Request
    device_id: str | None
    accepted: str
    """Its Accept-Language."""
    wanted: str | None
    """The language that the address asks for, `?lang=`."""

    def language(self, own: str | None = None) -> str:
        """The page's: what is asked for, else the profile's, else the browser's, else English."""
        profile = own.partition("-")[0].lower() if own else None
        return choose(self.wanted or profile, self.accepted)

    def token(self, scope: str) -> str:
        return form_token(self.parts.settings.secret(), scope)


@dataclass(frozen=True, slots=True)
class PageForm(PageVisitor):
    """A form that one of our own pages sent; whether its token is good is the door's to ask, by `carries(scope)`."""

    form: Form

    def count_order(self) -> None:
        """An order of a browser that nobody has seen before counts for its network, and 429 is one too many."""
        if self.device_id is None:
            _count(self.desk.orders, self.request)

    def carries(self, scope: str) -> bool:
        return carries_form_token(self.parts.settings.secret(), scope, self.form)


class PageGuard(Guard):
    """Anybody may look: who has the address. Looking counts nothing and writes nothing."""

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        desk: Annotated[VisitorDesk, Depends(desk_of)],
        lang: str | None = None,
    ) -> PageVisitor:
        return PageVisitor(parts, desk, request, *_said(request, parts, desk, lang))


async def read_short_form(request: Request, parts: Have) -> Form:
    """The form of one of our pages. A longer one is none of theirs, and is not read into its fields."""
    if len(await request.body()) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    return await read_form(request, parts)


class PageFormGuard(Guard):
    """A form of our own page, by what the browser says of itself, and not too many from one network."""

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        desk: Annotated[VisitorDesk, Depends(desk_of)],
        form: Annotated[Form, Depends(read_short_form)],
        lang: str | None = None,
    ) -> PageForm:
        if not is_own(request, parts.settings.base_url):
            raise ProblemError("forbidden", 403, "Only pages of this server may do this, in a browser that says so.")
        _count(desk.attempts, request)
        return PageForm(parts, desk, request, *_said(request, parts, desk, lang), form=form)


def _count(attempts: VisitorAttempts, request: Request) -> None:
    """503 where it can not be counted, 429 with `Retry-After` where it is one too many."""
    try:
        wait_s = attempts.count(request.client.host if request.client else "")
    except (RedisError, OSError) as error:
        log.warning("visitors_not_counted", error=type(error).__name__)
        raise ProblemError(
            "service_unavailable", 503, "This is not possible at the moment.", headers={"Retry-After": "5"}
        ) from None
    if wait_s:
        raise ProblemError(
            "too_many_tries", 429, "Too many tries from this network.", headers={"Retry-After": str(wait_s)}
        )


def _said(request: Request, parts: Parts, desk: VisitorDesk, lang: str | None) -> tuple[str | None, str, str | None]:
    device_id = desk.cookie.device_in(request, parts.clock())
    return device_id, request.headers.get("accept-language", "")[:500], lang if lang in LANGUAGES else None


Looks = Annotated[PageVisitor, Depends(PageGuard())]
Sends = Annotated[PageForm, Depends(PageFormGuard())]
