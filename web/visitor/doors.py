"""What a visitor's page and worker call: our key, messages on, on under another address, off."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import visitors
from offers.errors import BadInput
from offers.rules.push_address import Address, subscription_address
from offers.rules.push_subscription import PushServices, PushSubscription, UnknownService
from offers.rules.visitor import OffBody, RenewBody, SubscribeBody
from offers.visitors import Visitor, Wording
from web.aftermath import carry_out
from web.bodies import JsonRoute, json_answer, no_content
from web.parts import Have
from web.problems import ProblemError
from web.visitor.entering import HaveDesk, OwnBrowser, VisitorDesk, Withdrawing
from web.visitor.words import TEXT_VERSION

MOST_BYTES = 10_000
"""Of a body; two subscriptions of the longest take less."""
WRITES = ("/visitor/push", "/visitor/push/renew", "/visitor/push/off")

router = APIRouter(prefix="/visitor", include_in_schema=False, route_class=JsonRoute)


@router.get("/push-key")
def push_key(desk: HaveDesk) -> Response:
    """What a subscription is to be bound to."""
    return json_answer({"key": key_of(desk)})


@router.post("/push")
def subscribe(body: SubscribeBody, browser: OwnBrowser, parts: Have) -> Response:
    """The browser's cookie is made here, and nowhere before."""
    key, address = key_of(browser.desk), address_of(parts.subscribing.services, body.subscription)
    wording = Wording(TEXT_VERSION, body.language)
    with parts.database.transaction() as session:
        visitor, follows = visitors.subscribe(
            session, browser.device_id, address, body.consents.said(), wording, vapid_key=key, now=parts.now()
        )
    carry_out(parts, follows)
    return _known(browser, visitor, parts.clock())


@router.post("/push/renew")
def renew(body: RenewBody, browser: OwnBrowser, parts: Have) -> Response:
    key, address = key_of(browser.desk), address_of(parts.subscribing.services, body.subscription)
    old = address_before(parts.subscribing.services, body.old)
    with parts.database.transaction() as session:
        visitor = visitors.renew(session, browser.device_id, old, address, vapid_key=key, now=parts.now())
    return _known(browser, visitor, parts.clock())


@router.post("/push/off")
def switch_off(body: OffBody, browser: Withdrawing, parts: Have) -> Response:
    """The cookie stays: with it the browser's consents are the same person's when messages are switched on again."""
    address = address_before(parts.subscribing.services, body.subscription)
    wording = Wording(TEXT_VERSION, body.language)
    with parts.database.transaction() as session:
        follows = visitors.switch_off(session, browser.device_id, address, body.withdraw, wording, now=parts.now())
    carry_out(parts, follows)
    return no_content()


def key_of(desk: VisitorDesk) -> str:
    if desk.key is None:
        raise ProblemError("not_found", 404, "This server sends no messages to browsers.")
    return desk.key


def address_of(services: PushServices, subscription: PushSubscription) -> Address:
    try:
        return subscription_address(subscription, services)
    except UnknownService as error:
        raise BadInput.at("subscription.endpoint", str(error)) from None


def address_before(services: PushServices, subscription: PushSubscription | None) -> Address | None:
    """To look it up by; of a service that is called no more it is nobody's."""
    try:
        return subscription_address(subscription, services) if subscription else None
    except UnknownService:
        return None


def _known(browser: OwnBrowser, visitor: Visitor, now: float) -> Response:
    """What the page shows, with the cookie for longer."""
    told = {"device_id": visitor.device_id, "on": visitor.on, "shared": visitor.shared, "consents": visitor.consents}
    answer = json_answer(told)
    browser.desk.cookie.keep(answer, visitor.device_id, now)
    return answer
