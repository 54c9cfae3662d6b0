"""A customer's own papers: all that is held of them as a file, and their erasure, confirmed twice."""

import re
import unicodedata
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import customers, personal, users
from offers.errors import NotFound
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import json_answer
from web.console import once
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Admin, Desk
from web.console.faults import Errors
from web.console.forms import Form
from web.console.routes import PageRoute
from web.editing import etag_of

router = APIRouter(prefix="/console/customers", include_in_schema=False, route_class=PageRoute)

MOST_TYPED = 1000


@router.post("/{customer_id}/export")
def export(desk: Admin, customer_id: Named) -> Response:
    """The same document as at the API. Sent as a form, since it is written down who took it."""
    now = desk.parts.now()
    with desk.parts.database.transaction() as session:
        told = personal.export_customer(session, customer_id, now=now)
        users.note(session, desk.user.user_id, "exported", "customer", customer_id, now=now)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", customer_id)
    answer = json_answer(told, headers={"content-disposition": f'attachment; filename="customer-{name}.json"'})
    return once.arrived(answer, desk.form)


@router.get("/{customer_id}/erase")
def ask(desk: Admin, customer_id: Named) -> Response:
    return _ask(desk, customer_id, Form())


@router.post("/{customer_id}/erase")
def erase(desk: Admin, customer_id: Named) -> Response:
    """Only whom was asked about, as they were: somebody may have changed them since. Gone already is not there."""
    form, now = desk.form, desk.parts.now()
    with desk.parts.database.reading() as session:
        one = customers.get_customer(session, customer_id)
    if not is_meant(form.text("confirm"), one):
        return _ask(desk, customer_id, form, status=422, errors={"confirm": desk.voice.words["erase_not_them"]})
    try:
        with desk.parts.database.transaction() as session:
            follows = customers.erase_customer(session, customer_id, now=now, check=unchanged(form.text("etag")))
            users.note(session, desk.user.user_id, "erased", "customer", customer_id, now=now)
    except ChangedMeanwhile as meanwhile:
        if meanwhile.now is None:
            raise NotFound("customer") from None
        return _ask(desk, customer_id, form, status=409, changed=True)
    carry_out(desk.parts, follows)
    return desk.go("/console/customers?done=customer_erased")


def is_meant(typed: str, one: dict[str, Any]) -> bool:
    """Whether this is the customer's id or name, in whatever case and spacing."""
    said = _plain(typed[:MOST_TYPED])
    return bool(said) and said in (_plain(one["id"]), _plain(one["name"] or ""))


def _plain(text: str) -> str:
    """Without what nobody sees, such as marks of direction that come along when a name is copied."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return " ".join(seen.casefold().split())


def _ask(
    desk: Desk,
    customer_id: str,
    form: Form,
    *,
    status: int = 200,
    errors: Errors | None = None,
    changed: bool = False,
) -> Response:
    """What would go, and the field that confirms it. After a mistake as it is now, and with what was typed."""
    with desk.parts.database.reading() as session:
        one = customers.get_customer(session, customer_id)
        goes = personal.what_goes(session, customer_id)
    return desk.page(
        "customer_erase.html",
        status,
        one=one,
        goes=[(name, many) for name, many in goes.items() if many],
        most=personal.MOST_COUNTED,
        etag=etag_of(one),
        form=form,
        errors=errors or {},
        changed=changed,
    )
