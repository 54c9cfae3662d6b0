"""The page of the bank that only plays: served with `PASSERBY_PAYMENTS=demo` and never otherwise."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers.paying import payment_of_hook
from offers.payment import PaymentsAway
from web.aftermath import carry_out
from web.landing import speaking
from web.landing.entering import Looks, PageVisitor, Sends
from web.landing.paying import asking_of
from web.landing.rendering import render
from web.landing.telling import stale_page
from web.landing.words import WORDS
from web.problems import ProblemError
from workers.payments.demo import PATH, DemoPayments

CHOICES = ("paid", "failed", "canceled", "open")
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("/{payment}")
def bank(visitor: Looks, payment: str) -> Response:
    plays = _played(visitor, payment)
    if plays["state"] != "open":
        return RedirectResponse(plays["return_url"], 303)
    language = visitor.language(plays["language"])
    words, amount = WORDS[language], speaking.money(plays["amount"], plays["currency"], language)
    return render(
        visitor.request,
        "bank.html",
        language,
        amount=words["o_bank_amount"].format(amount=amount),
        choices=[(state, words[f"o_bank_{state}"]) for state in CHOICES],
        token=visitor.token(payment),
    )


@router.post("/{payment}")
def choose(visitor: Sends, payment: str) -> Response:
    """Plays what was chosen, tells ourselves as a webhook would, and sends the visitor back."""
    plays, state = _played(visitor, payment), visitor.form.text("state")
    if not visitor.carries(payment):
        return stale_page(visitor, f"{PATH}/{payment}")
    payments, asking = visitor.parts.payments, asking_of(visitor.parts)
    assert isinstance(payments, DemoPayments)
    assert asking is not None
    if state in CHOICES:
        payments.play(payment, state)
    with visitor.parts.database.reading() as session:
        known = payment_of_hook(session, "demo", payment, plays["payment_id"])
    if known is not None:
        carry_out(visitor.parts, asking.ask(known, payment).follows)
    return RedirectResponse(plays["return_url"], 303)


def _played(visitor: PageVisitor, payment: str) -> dict[str, Any]:
    payments = visitor.parts.payments
    try:
        plays = payments.played(payment) if isinstance(payments, DemoPayments) else None
    except PaymentsAway:
        raise ProblemError(
            "service_unavailable", 503, "The bank does not answer.", headers={"Retry-After": "5"}
        ) from None
    if plays is None:
        raise ProblemError("not_found", 404, "The bank knows no such payment.")
    return plays
