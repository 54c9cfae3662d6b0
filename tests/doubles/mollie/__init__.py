"""A strict local double of Mollie's Payments API v2, of its checkout, and of its webhook calls.

    with MollieDouble() as mollie:
        settings = {"payments": "mollie", "mollie_api_key": mollie.key, "mollie_endpoint": mollie.origin}
        ...                                      # create a payment with it
        assert mollie.finish("paid") == [200]    # the customer pays, and the webhook is called: its answers

`payments` are those that were made, by id; `requests` every request as (method, path, status). What is checked: the key (401), required fields,
amounts as text with their currency's decimals, addresses and locales (422 with `field`), the id's form and who knows it (404; 410 of `remove`).
An `Idempotency-Key` that was used before has the answer of then, whatever the body says now.

Faults, at `create` and `fetch`: a bare `status` (429, 500, 503), or a kind: `hang` never answers, `killed` resets the connection, `lost` does what
is asked and then resets, `html` answers 200 with a page, `redirect` sends elsewhere, `elsewhere` gives a checkout that is not Mollie's.
"""

from tests.doubles.mollie.double import MollieDouble

__all__ = ["MollieDouble"]
