"""Who may write as a visitor: a page or the worker of our own, not too often from one network."""

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Request
from redis.exceptions import RedisError

from web.console.cookies import is_own
from web.guards import Guard, refuse_unknown_filters
from web.parts import Parts, parts_of
from web.problems import ProblemError
from web.visitor.attempts import NewOrders, VisitorAttempts
from web.visitor.cookie import VisitorCookie

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class VisitorDesk:
    """What the visitors' doors are made of, beside the parts."""

    cookie: VisitorCookie
    attempts: VisitorAttempts
    orders: NewOrders
    key: str | None
    """Our public VAPID key; none where nothing is sent to browsers."""


def desk_of(request: Request) -> VisitorDesk:
    desk: VisitorDesk = request.app.state.visitors
    return desk


@dataclass(frozen=True, slots=True)
class Browser:
    """Who writes: the device of the cookie, if there is a good one. That device may be revoked."""

    desk: VisitorDesk
    device_id: str | None


class VisitorGuard(Guard):
    """Our own page or worker, by what the browser says of itself. There is no credential but the cookie, and at first not even that.

    `withdraws` is for what takes back: who has the cookie need not wait for others of their network, nor for Redis.
    """

    def __init__(self, *, withdraws: bool = False) -> None:
        self._withdraws = withdraws

    def __call__(
        self,
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        desk: Annotated[VisitorDesk, Depends(desk_of)],
    ) -> Browser:
        if not is_own(request, parts.settings.base_url):
            raise ProblemError("forbidden", 403, "Only pages of this server may do this, in a browser that says so.")
        refuse_unknown_filters(request)
        device_id = desk.cookie.device_in(request, parts.clock())
        if not (self._withdraws and device_id):
            self._count(request, desk)
        return Browser(desk, device_id)

    @staticmethod
    def _count(request: Request, desk: VisitorDesk) -> None:
        try:
            wait_s = desk.attempts.count(request.client.host if request.client else "")
        except (RedisError, OSError) as error:
            log.warning("visitors_not_counted", error=type(error).__name__)
            raise ProblemError(
                "service_unavailable", 503, "This is not possible at the moment.", headers={"Retry-After": "5"}
            ) from None
        if wait_s:
            raise ProblemError(
                "too_many_tries", 429, "Too many tries from this network.", headers={"Retry-After": str(wait_s)}
            )


HaveDesk = Annotated[VisitorDesk, Depends(desk_of)]
OwnBrowser = Annotated[Browser, Depends(VisitorGuard())]
Withdrawing = Annotated[Browser, Depends(VisitorGuard(withdraws=True))]
