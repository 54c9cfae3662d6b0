"""On to the checkout: a payment begun at its provider, with nothing held open meanwhile."""

import structlog
from starlette.responses import RedirectResponse, Response

from offers.paying import ToPay, payment_to_pay, take_the_look
from offers.payment import PaymentRefused, PaymentsAway, PaymentWanted
from offers.rules.page_links import hook_mark, page_path
from web.aftermath import carry_out
from web.landing import speaking
from web.landing.entering import PageVisitor
from web.landing.telling import Action, told_page
from web.landing.words import WORDS
from web.parts import Parts
from workers.payments.asking import Asking

log = structlog.get_logger()


def asking_of(parts: Parts) -> Asking | None:
    if parts.payments is None:
        return None
    return Asking(parts.database, parts.payments, parts.codes, parts.now)


def go_on_to_pay(visitor: PageVisitor, order_id: str, language: str) -> Response:
    """303 to the page that leads to where the order's payment under way is paid: begun here if it was not. Safe to repeat: one payment, one checkout."""
    parts, words = visitor.parts, WORDS[language]
    asking, payment = asking_of(parts), _payment(parts, order_id)
    page = page_path(parts.codes, "order", order_id)
    to_order = [Action(words["o_to_order"], page, primary=True)]
    if asking is None or payment is None or payment.provider != asking.payments.name:
        return RedirectResponse(page, 303)
    if payment.state == "wanted":
        try:
            settled = asking.begin(_wanted(visitor, payment, page, language))
        except PaymentsAway as error:
            log.warning("payment_not_begun", order=order_id, why=str(error))
            return told_page(
                visitor, words["o_away_title"], words["o_away"], actions=to_order, status=503, language=language
            )
        except PaymentRefused:
            return told_page(
                visitor, words["o_away_title"], words["o_refused"], actions=to_order, status=409, language=language
            )
        carry_out(parts, settled.follows)
        payment = _payment(parts, order_id)
    if payment is None or payment.state != "open" or payment.checkout_url is None:
        return RedirectResponse(page, 303)
    return RedirectResponse(f"{page}/pay?lang={language}", 303, headers={"cache-control": "no-store"})


def checkout_page(visitor: PageVisitor, order_id: str, language: str) -> Response:
    """What leads on to the checkout by itself: no form does, so no `form-action` holds it or the bank's page that the checkout leads on to."""
    payment, words = _payment(visitor.parts, order_id), WORDS[language]
    if payment is None or payment.state != "open" or payment.checkout_url is None:
        return RedirectResponse(page_path(visitor.parts.codes, "order", order_id), 303)
    amount = speaking.money(payment.amount_thousandths, payment.currency, language)
    to_pay = Action(words["o_checkout"], payment.checkout_url, primary=True, outside=True)
    to_order = Action(words["o_to_order"], page_path(visitor.parts.codes, "order", order_id))
    return told_page(
        visitor,
        words["o_checkout_title"],
        words["o_checkout_amount"].format(amount=amount),
        actions=[to_pay, to_order],
        language=language,
        headers={"refresh": f"0; url={payment.checkout_url}", "cache-control": "no-store"},
    )


def heal(parts: Parts, order_id: str) -> None:
    """Ask what became of a payment whose webhook may be lost, at most every few seconds; whatever goes wrong, the page is shown."""
    asking = asking_of(parts)
    if asking is None:
        return
    with parts.database.transaction() as session:
        payment = take_the_look(session, order_id, now=parts.now())
    if payment is None or payment.provider != asking.payments.name:
        return
    try:
        settled = asking.ask(payment)
    except (PaymentsAway, PaymentRefused) as error:
        log.warning("payment_not_asked", order=order_id, why=str(error))
        return
    carry_out(parts, settled.follows)


def _payment(parts: Parts, order_id: str) -> ToPay | None:
    with parts.database.reading() as session:
        return payment_to_pay(session, order_id)


def _wanted(visitor: PageVisitor, payment: ToPay, page: str, language: str) -> PaymentWanted:
    request, settings = visitor.request, visitor.parts.settings
    base = settings.base_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return PaymentWanted(
        payment_id=payment.payment_id,
        order_id=payment.order_id,
        amount_thousandths=payment.amount_thousandths,
        currency=payment.currency,
        description=f"{WORDS[language]['o_order']} {payment.code or payment.order_id}",
        return_url=f"{base}{page}?paid=1",
        webhook_url=f"{base}/hooks/mollie?payment={payment.payment_id}&mark={hook_mark(visitor.parts.codes, payment.payment_id)}",
        language=language,
    )
