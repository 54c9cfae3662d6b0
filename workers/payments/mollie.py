"""Mollie, by its Payments API v2 (docs.mollie.com: create-payment, get-payment, api-idempotency, handling-errors, webhooks).

Only what a payment needs is sent: no name, no address, no phone number. No redirect is followed, so that the key goes nowhere else.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from offers.payment import STATES, PaymentRefused, PaymentsAway, PaymentTold, PaymentWanted
from offers.rules.price import payment_text, read_payment_text

ENDPOINT = "https://api.mollie.com"
TIMEOUT = httpx.Timeout(10.0, connect=4.0)
"""Seconds. A visitor waits for it, and a webhook of Mollie's waits 15."""
LOCALES = {"nl": "nl_NL", "de": "de_DE", "en": "en_GB"}
ID = re.compile(r"tr_[A-Za-z0-9]{1,40}", re.ASCII)
GONE = (404, 410)


class MolliePayments:
    """No method is chosen here: Mollie's checkout offers those that the profile has switched on, iDEAL first where that is the profile's own order."""

    name = "mollie"

    def __init__(self, api_key: str, endpoint: str = "") -> None:
        """`endpoint`: of a test's own Mollie; empty for the real one."""
        self._own = urlsplit(endpoint) if endpoint else None
        self._client = httpx.Client(
            base_url=endpoint or ENDPOINT,
            headers={"authorization": f"Bearer {api_key}", "user-agent": "passerby"},
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    def create(self, wanted: PaymentWanted) -> PaymentTold:
        body = {
            "amount": {
                "currency": wanted.currency,
                "value": payment_text(wanted.amount_thousandths, wanted.currency),
            },
            "description": wanted.description[:255],
            "redirectUrl": wanted.return_url,
            "webhookUrl": wanted.webhook_url,
            "locale": LOCALES.get(wanted.language, LOCALES["en"]),
            "metadata": {"payment_id": wanted.payment_id, "order_id": wanted.order_id},
        }
        answer = self._ask("POST", "/v2/payments", json=body, headers={"idempotency-key": wanted.payment_id})
        if answer.status_code not in (200, 201):
            raise PaymentRefused(_why(answer))
        return self._told(answer)

    def fetch(self, provider_id: str) -> PaymentTold | None:
        if not ID.fullmatch(provider_id):
            return None
        answer = self._ask("GET", f"/v2/payments/{provider_id}")
        if answer.status_code in GONE:
            return None
        if answer.status_code != 200:
            raise PaymentRefused(_why(answer))
        told = self._told(answer)
        if told.provider_id != provider_id:
            raise PaymentsAway("mollie answered with another payment")
        return told

    def close(self) -> None:
        self._client.close()

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise PaymentsAway(f"mollie does not answer ({type(error).__name__})") from None
        # 409: the same key is being worked at this moment; 429: too many requests
        if answer.status_code >= 500 or answer.status_code in (408, 409, 425, 429) or answer.is_redirect:
            raise PaymentsAway(f"mollie answered {answer.status_code}")
        return answer

    def _told(self, answer: httpx.Response) -> PaymentTold:
        """What the answer says; a payment that can not be read is one of which nobody knows."""
        try:
            said = answer.json()
            amount, metadata = said["amount"], said.get("metadata")
            told = PaymentTold(
                provider_id=str(said["id"]),
                state=str(said["status"]),
                amount_thousandths=read_payment_text(str(amount["value"])),
                currency=str(amount["currency"]),
                method=str(said["method"])[:50] if said.get("method") else None,
                checkout_url=self._checkout(said),
                payment_id=str(metadata["payment_id"])
                if isinstance(metadata, dict) and "payment_id" in metadata
                else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise PaymentsAway("mollie's answer can not be read") from None
        if told.state not in STATES or not ID.fullmatch(told.provider_id):
            raise PaymentsAway("mollie's answer can not be read")
        return told

    def _checkout(self, said: dict[str, Any]) -> str | None:
        """Where the customer pays: at Mollie's, over https, and nowhere else."""
        link = (said.get("_links") or {}).get("checkout")
        if not link:
            return None
        url = str(link["href"])
        parts = urlsplit(url)
        host = parts.hostname or ""
        at_mollie = parts.scheme == "https" and (host == "mollie.com" or host.endswith(".mollie.com"))
        at_own = self._own is not None and (parts.scheme, parts.netloc) == (self._own.scheme, self._own.netloc)
        if not (at_mollie or at_own) or (parts.username or parts.password):
            raise ValueError("a checkout that is not Mollie's")
        return url


def _why(answer: httpx.Response) -> str:
    """`422 amount.value: …`, from Mollie's `{status, title, detail, field}`. Never the request, which has the key."""
    try:
        said = answer.json()
        field, detail = said.get("field"), str(said.get("detail") or said.get("title") or "")[:200]
    except (ValueError, AttributeError):
        field, detail = None, "without a reason"
    return f"mollie answered {answer.status_code}{f' {field}' if field else ''}: {detail}"
