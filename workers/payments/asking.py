"""Begin a payment at its provider, and ask what became of it: outside any transaction, with one after the answer that settles it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from offers import paying
from offers.follows import Follows
from offers.paying import Settled, ToPay
from offers.payment import PaymentRefused, Payments, PaymentsAway, PaymentWanted
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asking:
    """With whom and with what."""

    database: Database
    payments: Payments
    keys: CodeKeys
    now: Callable[[], datetime]

    def begin(self, wanted: PaymentWanted) -> Settled:
        """Safe to repeat. `PaymentsAway`; `PaymentRefused` leaves the order as it is, to be paid in the store."""
        try:
            told = self.payments.create(wanted)
        except PaymentRefused as error:
            log.warning("payment_refused", order=wanted.order_id, why=str(error))
            with self.database.transaction() as session:
                paying.give_up(session, wanted.payment_id, keep=True, now=self.now())
            raise
        with self.database.transaction() as session:
            settled = paying.settle(session, wanted.payment_id, told, keys=self.keys, now=self.now())
        return _logged(settled)

    def ask(self, payment: ToPay, provider_id: str | None = None) -> Settled:
        """What the provider says now. `PaymentsAway`, `PaymentRefused`."""
        asked = payment.provider_id or provider_id
        told = self.payments.fetch(asked) if asked else None
        if told is None:
            return Settled("same", payment.order_id)
        with self.database.transaction() as session:
            settled = paying.settle(session, payment.payment_id, told, keys=self.keys, now=self.now())
        return _logged(settled)

    def ask_of_nobody(self, payment_id: str, provider_id: str) -> bool:
        """Whether a payment that we once asked for, whose customer was erased since, was paid all the same: the shop's to pay back. `PaymentsAway`."""
        told = self.payments.fetch(provider_id)
        paid = told is not None and told.payment_id == payment_id and told.state == "paid"
        if paid:
            log.error("paid_but_erased", payment=payment_id, provider=provider_id)
        return paid

    def ask_for_long_open(self, follow: Callable[[Follows], None]) -> int:
        """What a webhook was lost of: those under way for a quarter of an hour and more; how many were settled. Those that never began, and those that
        the provider does not know any more, are given up: nobody can pay them.
        """
        with self.database.reading() as session:
            waiting = paying.payments_to_ask(session, now=self.now())
        settled = 0
        for payment_id in waiting:
            with self.database.transaction() as session:
                payment = paying.note_the_ask(session, payment_id, now=self.now())
            if payment is None or payment.provider != self.payments.name:
                continue
            try:
                done = self._ask_or_give_up(payment)
            except (PaymentsAway, PaymentRefused) as error:
                log.warning("payment_not_asked", order=payment.order_id, why=str(error))
                if isinstance(error, PaymentsAway):
                    break  # the others would wait as long; the next look sees them
                continue
            settled += done.outcome == "settled"
            follow(done.follows)
        return settled

    def _ask_or_give_up(self, payment: ToPay) -> Settled:
        told = self.payments.fetch(payment.provider_id) if payment.provider_id else None
        with self.database.transaction() as session:
            if told is None:
                return paying.give_up(session, payment.payment_id, keep=False, now=self.now())
            return _logged(paying.settle(session, payment.payment_id, told, keys=self.keys, now=self.now()))


def _logged(settled: Settled) -> Settled:
    if settled.attention:
        log.error(settled.attention, order=settled.order_id)
    return settled
