"""A test send goes to one's own devices at a word; to a customer's only after the page has said whose phone will ring, and been told yes."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from offers import campaigns, overview, testing
from offers.rules.campaign import ON_A_PAGE
from web.console.entering import Desk
from web.console.start_state import customer_of

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Devices:
    """What a test may be sent to: `own` of who asks, `meant` those others whom a text fits, and `theirs` where it fits one."""

    own: list[Item]
    meant: list[Item]
    theirs: list[Item]
    fits_nobody: bool


def find_devices(session: Any, desk: Desk, typed: str) -> Devices:
    mine = customer_of(desk)
    found = overview.meant_customers(session, typed) if typed else []
    others = [one for one in found if one["id"] != mine]
    theirs = _taking(session, others[0]["id"]) if len(others) == 1 else []
    return Devices(_taking(session, mine), others, theirs, bool(typed) and not found)


def field_of(session: Any, desk: Desk, device_id: str) -> str:
    """Where the page says what is wrong with sending to this one."""
    return "own" if testing.whose_device(session, device_id) == customer_of(desk) else "customer"


def ask_first(session: Any, desk: Desk, campaign_id: str, device_id: str) -> Item | None:
    """What to ask with before a test goes to another's device; none for one's own, where `sure` names the customer, and where sending would be
    refused whatever is answered.

    A device that changed hands since the page asked is asked about anew.
    """
    campaign = campaigns.get_campaign(session, campaign_id)
    whose = testing.whose_device(session, device_id)
    if whose is None or whose == customer_of(desk) or desk.form.text("sure") == whose:
        return None
    [customer] = overview.meant_customers(session, whose)
    devices = _taking(session, whose)
    number = next((n for n, one in enumerate(devices, 1) if one["id"] == device_id), 0)
    if campaign["trigger"]["on"] in ON_A_PAGE or not customer["consents"]["offers"] or not number:
        return None
    return {"campaign": campaign, "customer": customer, "device": devices[number - 1], "number": number}


def ask(desk: Desk, asked: Item, action: str, back: str) -> Response:
    return desk.page("test_sure.html", asked=asked, action=action, back=back, form=desk.form, errors={})


def _taking(session: Any, customer_id: str) -> list[Item]:
    return [one for one in overview.devices_of(session, customer_id) if one["push"] and not one["revoked"]]
