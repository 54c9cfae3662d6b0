"""`/o/{order}/{mark}/push…`: what the page's script and its worker call for a browser that is not the customer's own: told of this order alone.

The address of the page is what lets them in, as it lets its forms; no cookie is read or given.
"""

from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from offers import order_browsers
from offers.rules.push_subscription import PushSubscription
from offers.rules.values import Strict
from offers.rules.visitor import Tongue
from web.aftermath import carry_out
from web.bodies import JsonRoute, json_answer, no_content
from web.landing.order_shown import is_page_of
from web.parts import Have, Parts
from web.problems import ProblemError
from web.visitor.doors import address_before, address_of, key_of
from web.visitor.entering import OwnBrowser, Withdrawing

router = APIRouter(prefix="/o/{order}/{mark}/push", include_in_schema=False, route_class=JsonRoute)
_ON = {"on": True, "consents": {"orders": True, "offers": False}}
"""In the shape that the panel reads: of other purposes this page tells nothing."""


class TellBody(Strict):
    """`POST …/push`."""

    subscription: PushSubscription
    language: Tongue
    consents: dict[Literal["orders"], Literal[True]] = Field(default={})
    """What the panel sends on other pages; here the page's own form is what agrees."""


class StillBody(Strict):
    """`POST …/push/renew`."""

    subscription: PushSubscription
    old: PushSubscription | None = None


class NoMoreBody(Strict):
    """`POST …/push/off`."""

    subscription: PushSubscription | None = None
    language: Tongue
    withdraw: list[Literal["orders"]] = Field(default=[], max_length=1)


@router.post("")
def tell_this_browser(body: TellBody, browser: OwnBrowser, parts: Have, order: str, mark: str) -> Response:
    """409 where nothing was agreed to, or it is over: the page says how it is once it is loaded again."""
    key = _let_in(browser, parts, order, mark)
    address = address_of(parts.subscribing.services, body.subscription)
    with parts.database.transaction() as session:
        told, follows = order_browsers.tell_this_browser(
            session, order, address, language=body.language, vapid_key=key, now=parts.now()
        )
    if not told:
        raise ProblemError("conflict", 409, "Messages about this order do not come to this browser.")
    carry_out(parts, follows)
    return json_answer(_ON)


@router.post("/renew")
def still_here(body: StillBody, browser: OwnBrowser, parts: Have, order: str, mark: str) -> Response:
    key = _let_in(browser, parts, order, mark)
    address, old = (
        address_of(parts.subscribing.services, body.subscription),
        address_before(parts.subscribing.services, body.old),
    )
    with parts.database.transaction() as session:
        told = order_browsers.is_told(session, order, old, address, vapid_key=key, now=parts.now())
    if not told:
        raise ProblemError("not_found", 404, "This browser is not told of this order.")
    return json_answer(_ON)


@router.post("/off")
def tell_no_more(body: NoMoreBody, browser: Withdrawing, parts: Have, order: str, mark: str) -> Response:
    _let_in(browser, parts, order, mark)
    with parts.database.transaction() as session:
        order_browsers.tell_no_more(
            session, order, address_before(parts.subscribing.services, body.subscription), now=parts.now()
        )
    return no_content()


def _let_in(browser: OwnBrowser, parts: Parts, order: str, mark: str) -> str:
    """Our public key. 404 for a mark that is not the order's own, and where nothing is sent to browsers."""
    if not is_page_of(parts.codes, order, mark):
        raise ProblemError("not_found", 404, "There is no such order.")
    return key_of(browser.desk)
