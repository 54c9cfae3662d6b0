"""A test send: the message of a campaign as it is saved, on one device of a customer, to see that it arrives and how it looks."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, overview, testing, users
from offers.errors import Conflict, NotFound
from offers.rules.campaign import ON_A_PAGE
from web.aftermath import carry_out
from web.asking import Named
from web.console import once
from web.console.entering import Desk, Writer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

REASONS = {"no_address": "test_no_address", "no_consent": "test_no_consent", "not_a_push": "test_not_a_push"}


@router.get("/{campaign_id}/test")
def choose(desk: Writer, campaign_id: Named) -> Response:
    """`?customer=`: by id or name; then which of their devices."""
    return _page(desk, campaign_id, query_of(desk))


@router.post("/{campaign_id}/test")
def send(desk: Writer, campaign_id: Named) -> Response:
    form, parts, words = desk.form, desk.parts, desk.voice.words
    device = form.text("device")
    if not device:
        return _page(desk, campaign_id, form, {"customer": words["test_choose"]}, 422)
    try:
        with parts.database.transaction() as session:
            moment = once.id_of(form, "test")
            tested = testing.send_test(session, campaign_id, device, now=parts.now(), moment=moment)
            if tested.follows.deliveries:
                users.note(session, desk.user.user_id, "tested", "campaign", campaign_id, now=parts.now())
    except NotFound as gone:
        if gone.noun == "campaign":
            raise
        return _page(desk, campaign_id, form, {"customer": words["test_no_address"]}, 409)
    except Conflict as refused:
        said = words[REASONS.get(refused.reason, "test_no_address")]
        return _page(desk, campaign_id, form, {"customer": said}, 409)
    if tested.delivery_id is None:
        said = words["test_too_many"].format(minutes=-(-tested.wait_s // 60))
        return _page(desk, campaign_id, form, {"customer": said}, 429)
    carry_out(parts, tested.follows)
    return _page(desk, campaign_id, form, sent=True)


def _page(
    desk: Desk, campaign_id: str, form: Form, errors: Errors | None = None, status: int = 200, *, sent: bool = False
) -> Response:
    typed, errors = form.text("customer")[:200], errors or {}
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        meant = overview.meant_customers(session, typed) if typed else []
        devices = overview.devices_of(session, meant[0]["id"]) if len(meant) == 1 else []
    if typed and not meant:
        errors, status = {"customer": desk.voice.words["preview_nobody"]}, 422
    shown: dict[str, Any] = {"item": item, "form": form, "errors": errors, "sent": sent}
    return desk.page(
        "campaign_test.html",
        status,
        **shown,
        meant=meant,
        devices=[one for one in devices if one["push"] and not one["revoked"]],
        is_page=item["trigger"]["on"] in ON_A_PAGE,
    )
