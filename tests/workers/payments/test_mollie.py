"""Mollie's real side against the double of its documented API."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from offers.payment import PaymentRefused, PaymentsAway, PaymentWanted
from tests.doubles.mollie import MollieDouble
from workers.payments import mollie as real
from workers.payments.mollie import MolliePayments

WANTED = PaymentWanted(
    payment_id="pay_1",
    order_id="ord_1",
    amount_thousandths=80950,
    currency="EUR",
    description="Order 4F7W",
    return_url="https://shop.example/o/ord_1/mark?paid=1",
    webhook_url="https://shop.example/hooks/mollie?payment=pay_1",
    language="nl",
)


@pytest.fixture
def mollie() -> Iterator[MollieDouble]:
    with MollieDouble() as double:
        yield double


@pytest.fixture
def payments(mollie: MollieDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[MolliePayments]:
    monkeypatch.setattr(real, "TIMEOUT", httpx.Timeout(0.5))
    made = MolliePayments(mollie.key, mollie.origin)
    yield made
    made.close()


def test_a_payment_is_made_with_what_it_needs_and_no_more(mollie: MollieDouble, payments: MolliePayments) -> None:
    told = payments.create(WANTED)
    assert (told.state, told.amount_thousandths, told.currency, told.payment_id) == ("open", 80950, "EUR", "pay_1")
    assert told.checkout_url == f"{mollie.origin}/checkout/{told.provider_id}"
    assert mollie.payments[told.provider_id].body == {
        "amount": {"currency": "EUR", "value": "80.95"},
        "description": "Order 4F7W",
        "redirectUrl": WANTED.return_url,
        "webhookUrl": WANTED.webhook_url,
        "locale": "nl_NL",
        "metadata": {"payment_id": "pay_1", "order_id": "ord_1"},
    }


@pytest.mark.parametrize(
    ("currency", "amount", "value"), [("JPY", 1200000, "1200"), ("EUR", 5000, "5.00"), ("EUR", 10, "0.01")]
)
def test_amounts_have_the_decimals_of_their_currency(
    mollie: MollieDouble, payments: MolliePayments, currency: str, amount: int, value: str
) -> None:
    told = payments.create(replace(WANTED, currency=currency, amount_thousandths=amount))
    assert mollie.payments[told.provider_id].amount == {"currency": currency, "value": value}
    assert told.amount_thousandths == amount


def test_a_request_that_is_repeated_makes_one_payment(mollie: MollieDouble, payments: MolliePayments) -> None:
    mollie.faults(create={"kind": "lost", "count": 1})
    with pytest.raises(PaymentsAway):
        payments.create(WANTED)
    told = payments.create(WANTED)
    assert list(mollie.payments) == [told.provider_id]
    assert payments.create(replace(WANTED, payment_id="pay_2")).provider_id != told.provider_id


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503},
        {"status": 429},
        {"status": 409},
        {"kind": "hang"},
        {"kind": "killed"},
        {"kind": "html"},
        {"kind": "redirect"},
    ],
)
def test_a_mollie_that_is_away(mollie: MollieDouble, payments: MolliePayments, fault: dict[str, object]) -> None:
    """Nobody knows what became of it, and no redirect is followed."""
    told = payments.create(WANTED)
    mollie.faults(create=fault, fetch=fault)
    with pytest.raises(PaymentsAway):
        payments.create(replace(WANTED, payment_id="pay_2"))
    with pytest.raises(PaymentsAway):
        payments.fetch(told.provider_id)
    assert all(path != "/v2/elsewhere" for _, path, _ in mollie.requests)


def test_a_checkout_elsewhere_is_no_checkout(mollie: MollieDouble, payments: MolliePayments) -> None:
    mollie.faults(create={"kind": "elsewhere"})
    with pytest.raises(PaymentsAway):
        payments.create(WANTED)


@pytest.mark.parametrize(
    "href", ["http://www.mollie.com/checkout/1", "https://evilmollie.com/1", "https://a@mollie.com/1"]
)
def test_a_checkout_is_mollies_over_https(href: str) -> None:
    payments = MolliePayments("test_key")
    with pytest.raises(ValueError, match="not Mollie's"):
        payments._checkout({"_links": {"checkout": {"href": href}}})
    good = "https://www.mollie.com/checkout/select-issuer/ideal/abc"
    assert payments._checkout({"_links": {"checkout": {"href": good}}}) == good
    payments.close()


def test_refusals_say_why_and_never_the_key(mollie: MollieDouble, payments: MolliePayments) -> None:
    with pytest.raises(PaymentRefused, match=r"422 amount.currency: The currency is not supported"):
        payments.create(replace(WANTED, currency="XXX"))
    strange = MolliePayments("test_wrong", mollie.origin)
    with pytest.raises(PaymentRefused, match="401") as refused:
        strange.create(WANTED)
    assert "test_wrong" not in str(refused.value)
    strange.close()


def test_what_mollie_does_not_know_is_none(mollie: MollieDouble, payments: MolliePayments) -> None:
    told = payments.create(WANTED)
    assert payments.fetch("tr_unknown") is None
    assert payments.fetch("../../v2/payments") is None, "no id of Mollie's, so it is not even asked"
    mollie.remove(told.provider_id)
    assert payments.fetch(told.provider_id) is None
    assert mollie.count("GET") == 2


@pytest.mark.parametrize("state", ["open", "pending", "authorized", "paid", "canceled", "expired", "failed"])
def test_states_are_told_as_they_are(mollie: MollieDouble, payments: MolliePayments, state: str) -> None:
    made = payments.create(WANTED)
    mollie.become(state)
    told = payments.fetch(made.provider_id)
    assert told is not None
    assert (told.state, told.method, told.checkout_url is not None) == (state, "ideal", state == "open")
