"""Codes from a file into an offer: looked through first, line by line, then brought along."""

import hashlib
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.responses import Response

from offers import desk_offers, users
from offers.errors import BadInput, Conflict
from offers.rules.code_list import Refused, read_codes
from offers.rules.offer import MOST_CODES
from web.asking import Named
from web.console.entering import Desk, Writer
from web.console.faults import Errors
from web.console.masking import masked
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/offers", include_in_schema=False, route_class=PageRoute)

MOST_REFUSED = 100
"""Lines that are told one by one."""


@dataclass(slots=True)
class Looked:
    """What bringing the list along would do."""

    codes: list[str]
    new: int
    known: int
    twice: int
    refused: list[Refused] = field(default_factory=list)


@router.get("/{offer_id}/codes")
def ask(desk: Writer, offer_id: Named) -> Response:
    return _page(desk, offer_id)


@router.post("/{offer_id}/codes")
def bring(desk: Writer, offer_id: Named) -> Response:
    """Looked through, unless `do` is `bring` and the list is the one that was; what is refused is left out, and the rest comes along all at once.

    Of another list, as of a file that was chosen after the look, the page shows first what would come of it.
    """
    form, words = desk.form, desk.voice.words
    typed = form.text("file") or form.text("codes")
    if "\ufffd" in typed:
        return _page(desk, offer_id, 422, errors={"file": words["codes_not_text"]})
    if not typed:
        return _page(desk, offer_id, 422, errors={"codes": words["codes_needed"]})
    looked = _look(desk, offer_id, typed)
    if form.text("do") != "bring" or not looked.codes:
        return _page(desk, offer_id, 422 if not looked.codes else 200, typed=typed, looked=looked)
    if form.text("looked") != print_of(typed):
        return _page(desk, offer_id, 409, typed=typed, looked=looked, is_other=True)
    now = desk.parts.now()
    try:
        with desk.parts.database.transaction() as session:
            told = desk_offers.add_codes(session, offer_id, looked.codes, keys=desk.parts.codes)
            users.note(session, desk.user.user_id, "brought_codes", "offer", offer_id, now=now)
    except BadInput:  # one of them became another offer's since the look
        return _page(desk, offer_id, 409, typed=typed, looked=_look(desk, offer_id, typed))
    except Conflict:
        return _page(desk, offer_id, 409, typed=typed)
    return _page(desk, offer_id, brought=told["added"], known=told["known"], left_out=len(looked.refused))


def print_of(typed: str) -> str:
    """The same for the same lines, whatever a form makes of their ends."""
    return hashlib.blake2b("\n".join(typed.splitlines()).encode(), digest_size=16).hexdigest()


def _look(desk: Desk, offer_id: str, typed: str) -> Looked:
    told = read_codes(typed)
    with desk.parts.database.reading() as session:
        found = desk_offers.look_at_codes(session, offer_id, [code for _, code in told.codes], keys=desk.parts.codes)
    elsewhere = found["elsewhere"]
    others = [Refused(line, code, "another_offer") for n, (line, code) in enumerate(told.codes) if n in elsewhere]
    codes = [code for number, (_, code) in enumerate(told.codes) if number not in elsewhere]
    refused = sorted([*told.refused, *others], key=lambda one: one.line)
    return Looked(codes, found["new"], found["known"], told.twice, refused)


def _page(
    desk: Desk,
    offer_id: str,
    status: int = 200,
    *,
    typed: str = "",
    looked: Looked | None = None,
    errors: Errors | None = None,
    brought: int | None = None,
    known: int = 0,
    left_out: int = 0,
    is_other: bool = False,
) -> Response:
    with desk.parts.database.reading() as session:
        offer, counts = desk_offers.get_offer(session, offer_id)
    refused = looked.refused[:MOST_REFUSED] if looked else []
    return desk.page(
        "offer_codes.html",
        409 if offer["codes"] != "imported" and desk.request.method == "POST" else status,
        offer=offer,
        counts=counts,
        form=desk.form.but(codes=typed or desk.form.text("codes") if brought is None else ""),
        looked=looked,
        refused=[
            (one.line, one.text[:80] if one.why != "another_offer" else masked(one.text), one.why) for one in refused
        ],
        unlisted=len(looked.refused) - len(refused) if looked else 0,
        errors=errors or {},
        brought=brought,
        known=known,
        left_out=left_out,
        most=MOST_CODES,
        print=print_of(typed) if looked else "",
        is_other=is_other,
    )
