"""A test send: the message of a campaign as it is saved, on one's own device or on one of a customer, to see that it arrives and how it looks."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, testing, users
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.campaign import ON_A_PAGE
from web.aftermath import carry_out
from web.asking import Named
from web.console import once
from web.console.entering import Desk, Writer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.whose_device import ask, ask_first, field_of, find_devices

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

REASONS = {"no_address": "test_no_address", "no_consent": "test_no_consent", "not_a_push": "test_not_a_push"}


@router.get("/{campaign_id}/test")
def choose(desk: Writer, campaign_id: Named) -> Response:
    """One's own devices; and `?customer=`, by id or name, for another's."""
    return _page(desk, campaign_id, query_of(desk))


@router.post("/{campaign_id}/test")
def send(desk: Writer, campaign_id: Named) -> Response:
    """To one's own device at once; to another's when the page has asked and been told yes."""
    form, parts, words = desk.form, desk.parts, desk.voice.words
    device, here = form.text("device"), f"/console/campaigns/{campaign_id}/test"
    if not device:
        return _page(desk, campaign_id, form, {"customer": words["test_choose"]}, 422)
    with parts.database.reading() as session:
        asked = ask_first(session, desk, campaign_id, device)
        at = field_of(session, desk, device)
    if asked is not None:
        return ask(desk, asked, here, f"{here}?{urlencode({'customer': asked['customer']['id']})}")
    try:
        with parts.database.transaction() as session:
            moment, wanted = once.id_of(form, "test"), form.or_none("variant")
            tested = testing.send_test(session, campaign_id, device, now=parts.now(), variant=wanted, moment=moment)
            if tested.follows.deliveries:
                users.note(session, desk.user.user_id, "tested", "campaign", campaign_id, now=parts.now())
    except BadInput:
        return _page(desk, campaign_id, form, {"variant": words["bad_variant_gone"]}, 422)
    except NotFound as gone:
        if gone.noun == "campaign":
            raise
        return _page(desk, campaign_id, form, {at: words["test_no_address"]}, 409)
    except Conflict as refused:
        said = words[REASONS.get(refused.reason, "test_no_address")]
        return _page(desk, campaign_id, form, {at: said}, 409)
    if tested.delivery_id is None:
        said = words["test_too_many"].format(minutes=-(-tested.wait_s // 60))
        return _page(desk, campaign_id, form, {at: said}, 429)
    carry_out(parts, tested.follows)
    return _page(desk, campaign_id, form, sent=True)


def _page(
    desk: Desk, campaign_id: str, form: Form, errors: Errors | None = None, status: int = 200, *, sent: bool = False
) -> Response:
    typed, errors = form.text("customer")[:200], errors or {}
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        found = find_devices(session, desk, typed)
    if found.fits_nobody:
        errors, status = {"customer": desk.voice.words["preview_nobody"]}, 422
    shown: dict[str, Any] = {"item": item, "form": form, "errors": errors, "sent": sent}
    return desk.page(
        "campaign_test.html",
        status,
        **shown,
        found=found,
        is_page=item["trigger"]["on"] in ON_A_PAGE,
    )
