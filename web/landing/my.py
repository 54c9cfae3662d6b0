"""*Save the offer*, and the page of what is one's own: offers, orders, questions, and what one agreed to."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers import my_offers, saving, visitors
from offers.errors import NotFound
from offers.my_offers import Mine, MyCoupon
from offers.rules.page_links import page_path
from offers.rules.saved_links import is_saved_mark, saved_path
from offers.rules.visitor import ASKED
from offers.visitors import Wording
from web.aftermath import carry_out
from web.asking import Named
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.notices import gone, language_of, notice
from web.landing.rendering import render
from web.landing.words import WORDS
from web.landing.words.recognising import TEXT_VERSION
from web.parts import Have, Parts
from web.visitor.showing import panel

router = APIRouter(include_in_schema=False)


@router.post("/l/{scan}/save")
def save(scan: Named, sends: Sends, parts: Have) -> Response:
    """On to the page that shows the coupon: with the cookie among all that is theirs, without it alone, to be kept otherwise."""
    language = language_of(sends)
    back = (f"/l/{scan}", "to_the_page")
    if not sends.carries(scan):
        text = WORDS[language]["form_stale"]
        return notice(sends, language, "save_none", status=403, text=text, leads_to=back)
    try:
        with parts.database.transaction() as session:
            saved = saving.save_offer(
                session, scan, sends.device_id, language=language, keys=parts.codes, now=parts.now()
            )
    except NotFound:
        return gone(sends, language)
    carry_out(parts, saved.follows)
    if saved.coupon_id is None:
        name = "save_sold_out" if saved.outcome == "sold_out" else "save_over"
        title = WORDS[language]["save_sold_out_title" if saved.outcome == "sold_out" else "save_none_title"]
        return notice(sends, language, name, status=409, title=title, leads_to=back)
    answer = _to(saved_path(parts.codes, saved.coupon_id))
    sends.desk.cookie.keep(answer, saved.device_id, parts.clock())
    return answer


@router.get("/my/offers")
def my_page(looks: Looks, parts: Have) -> Response:
    """What this browser's customer has. Without a cookie: what the page is, and how to be recognised."""
    return _page(looks, parts)


@router.get("/my/offers/{coupon}/{mark}")
def saved_page(coupon: Named, mark: Named, looks: Looks, parts: Have) -> Response:
    """The same just after saving: consent is asked here. A browser that kept no cookie is shown this one coupon, and how to keep it."""
    if not is_saved_mark(parts.codes, coupon, mark):
        return gone(looks, language_of(looks))
    return _page(looks, parts, coupon)


@router.post("/my/consents")
def say(sends: Sends, parts: Have) -> Response:
    """Agree to a purpose, by its own tick; refuse, which writes nothing; or withdraw."""
    language, form = language_of(sends), sends.form
    purpose, to = form.text("purpose"), form.text("to")
    if not _is_theirs(sends):
        return _stale(sends, language)
    agrees = to == "agree" and form.on("tick") and purpose == "offers"
    if purpose in ASKED and (agrees or to == "withdraw"):
        with parts.database.transaction() as session:
            follows = visitors.say(
                session, sends.device_id, {purpose: agrees}, Wording(TEXT_VERSION, language), now=parts.now()
            )
        carry_out(parts, follows)
    return _to("/my/offers#agreed-title")


@router.post("/my/forget")
def forget(sends: Sends) -> Response:
    """This browser's cookie goes, and nothing else."""
    language = language_of(sends)
    if not _is_theirs(sends):
        return _stale(sends, language)
    answer = _to("/my/offers")
    sends.desk.cookie.drop(answer)
    return answer


def my_scope(device_id: str) -> str:
    """Of the forms on the page of what is one's own; and of `/my/forget` wherever it stands."""
    return f"my {device_id}"


def _is_theirs(sends: PageForm) -> bool:
    return sends.device_id is not None and sends.carries(my_scope(sends.device_id))


def _stale(sends: PageForm, language: str) -> Response:
    text = WORDS[language]["form_stale"]
    return notice(
        sends,
        language,
        "my",
        status=403,
        text=text,
        leads_to=("/my/offers", "to_my_offers"),
    )


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, headers={"cache-control": "no-store"})


def _page(visitor: PageVisitor, parts: Parts, coupon_id: str | None = None) -> Response:
    language = language_of(visitor)
    with parts.database.reading() as session:
        now = parts.now()
        found = visitors.find_visitor(session, visitor.device_id) if visitor.device_id else None
        mine = (
            my_offers.of_browser(session, found.device_id, keys=parts.codes, language=language, now=now)
            if found
            else None
        )
        saved = next((one for one in mine.coupons if one.id == coupon_id), None) if mine and coupon_id else None
        alone = None
        if coupon_id and saved is None:
            alone = my_offers.one_coupon(session, coupon_id, keys=parts.codes, language=language, now=now)
    if coupon_id and saved is None and alone is None:
        return gone(visitor, language)
    push, asks = None, saved is not None and mine is not None and not mine.consents["offers"]
    if saved and found and not found.on and visitor.desk.key and not asks:  # one question at a time
        push = panel(visitor.desk.key, found, language)
    return render(
        visitor.request,
        "my_offers.html",
        language,
        alone=alone,
        saved=saved,
        mine=mine,
        ask=asks,
        push=push,
        token=visitor.token(my_scope(mine.device_id)) if mine else "",
        **_parted(parts, mine, saved),
    )


def _parted(parts: Parts, mine: Mine | None, saved: MyCoupon | None) -> dict[str, Any]:
    """Coupons that are good, the saved one first, and those whose time is over; and the addresses of what is theirs."""
    coupons = list(mine.coupons) if mine else []
    coupons.sort(key=lambda one: saved is None or one.id != saved.id)
    return {
        "fresh": [one for one in coupons if one.state == "issued"],
        "past": [one for one in coupons if one.state != "issued"],
        "orders": [(one, page_path(parts.codes, "order", one.id)) for one in (mine.orders if mine else ())],
        "talks": [
            (one, page_path(parts.codes, "conversation", one.id)) for one in (mine.conversations if mine else ())
        ],
        "agreed": [purpose for purpose in ASKED if mine and mine.consents[purpose]],
    }
