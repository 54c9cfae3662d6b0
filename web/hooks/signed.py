"""What the hooks of web shops share: the signature over the raw body before anything in it is read, then one transaction, then the answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from offers import shops
from offers.shop_events import Heard
from web.aftermath import carry_out
from web.bodies import json_answer
from web.parts import Parts
from web.problems import ProblemError
from workers.shops.working import Worked, hear

log = structlog.get_logger()


class Knock:
    """A request as it came. Shops and proxies write the names of headers in any case, and some in more than one way."""

    def __init__(self, request: Request, raw: bytes) -> None:
        self._headers = request.headers
        self.raw = raw

    def header(self, *names: str) -> str:
        """The first of these headers that is there; empty: none."""
        return next((said for name in names if (said := self._headers.get(name, "").strip())), "")

    @property
    def digest(self) -> str:
        """What stands for an id that is missing: the same body is the same event."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Manner:
    """How one kind of shop sends."""

    kind: str
    signed: Callable[[bytes, Knock, datetime], bool]
    """Whether this key signed it."""
    read: Callable[[Knock], Heard]
    """The event, by its headers; the signature was right."""


async def take(
    request: Request, parts: Parts, manner: Manner, *, origin: str | None = None, shop: str | None = None
) -> Response:
    """200 for whatever was signed rightly, used or not: a shop that is refused for good gives up its webhook. 401 for the rest."""
    knock = Knock(request, await request.body())
    worked = await run_in_threadpool(_take, parts, manner, knock, origin, shop)
    return json_answer(worked.told)


def _take(parts: Parts, manner: Manner, knock: Knock, origin: str | None, shop: str | None) -> Worked:
    kind, now = manner.kind, parts.now()
    with parts.database.reading() as session:
        there = shops.signers(session, kind, origin=origin, shop_id=shop, keys=parts.shop_keys.shops, now=now)
    # all of them, whichever it was: nobody learns from the time which shops there are
    verdicts = [(one.shop_id, [manner.signed(key, knock, now) for key in one.keys]) for one in there]
    found = [shop_id for shop_id, verdict in verdicts if any(verdict)]
    if not found or not found[0]:
        log.warning("hook_not_signed", kind=kind)
        detail = "This hook was not signed by a shop that is known here."
        raise ProblemError("unauthorized", 401, detail, headers={"WWW-Authenticate": 'Signature realm="passerby"'})
    worked = hear(parts.database, found[0], manner.read(knock), keys=parts.shop_keys, now=now)
    told = worked.told
    log.info(
        "hook_taken", kind=kind, shop=found[0], shop_event=told["event"], status=told["state"], reason=told["reason"]
    )
    carry_out(parts, worked.follows)
    if worked.waits is not None:
        parts.doorbell.shop_events([worked.waits])
    return worked
