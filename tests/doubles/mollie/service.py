"""Mollie without a socket, by its documentation: create-payment, get-payment, api-idempotency, handling-errors, webhooks."""

import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.faults import Fault, Faults

KINDS = {"hang", "killed", "lost", "html", "redirect", "elsewhere"}
STATES = ("open", "pending", "authorized", "paid", "canceled", "expired", "failed")
DECIMALS = {"EUR": 2, "GBP": 2, "USD": 2, "CHF": 2, "JPY": 0}
LOCALES = {"en_US", "en_GB", "nl_NL", "nl_BE", "fr_FR", "fr_BE", "de_DE", "de_AT", "de_CH", "es_ES", "it_IT"}
TITLES = {
    401: "Unauthorized Request",
    404: "Not Found",
    410: "Gone",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
}
KNOWN = {
    *(
        "amount",
        "description",
        "redirectUrl",
        "webhookUrl",
        "cancelUrl",
        "locale",
        "method",
        "metadata",
        "sequenceType",
    ),
}


def refusal(status: int, detail: str, field_name: str | None = None) -> Answer:
    body: dict[str, Any] = {"status": status, "title": TITLES.get(status, "Error"), "detail": detail}
    if field_name:
        body["field"] = field_name
    body["_links"] = {
        "documentation": {"href": "https://docs.mollie.com/reference/handling-errors", "type": "text/html"}
    }
    return Answer(status, json.dumps(body).encode(), content_type="application/hal+json")


@dataclass
class Made:
    """A payment."""

    body: dict[str, Any]
    state: str = "open"
    method: str | None = None
    amount: dict[str, str] = field(default_factory=dict)


class Mollie:
    def __init__(self, key: str) -> None:
        self.key = key
        self.origin = ""
        self.payments: dict[str, Made] = {}
        self.removed: set[str] = set()
        self.requests: list[tuple[str, str, int]] = []
        self.faults = Faults({"create": KINDS, "fetch": KINDS})
        self._replays: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self.chosen: Callable[[str], None] = lambda _id: None
        """Called when a customer has chosen at the checkout."""

    def answer(self, request: Request) -> Answer:
        with self._lock:
            answer = self._route(request)
            self.requests.append((request.method, request.path, answer.status))
            return answer

    def _route(self, request: Request) -> Answer:
        if request.path.startswith("/checkout/"):
            return self._checkout(request, request.path.removeprefix("/checkout/"))
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return refusal(401, "Missing authentication, or failed to authenticate")
        if request.path == "/v2/payments" and request.method == "POST":
            return self._faulty("create", lambda: self._create(request))
        if request.path.startswith("/v2/payments/") and request.method == "GET":
            return self._faulty("fetch", lambda: self._fetch(request.path.removeprefix("/v2/payments/")))
        return refusal(404, "The resource does not exist")

    def _faulty(self, place: str, work: Callable[[], Answer]) -> Answer:
        fault = self.faults.draw(place)
        if fault is None:
            return work()
        if fault.status is not None:
            return refusal(fault.status, "Injected fault")
        return self._broken(fault, work)

    def _broken(self, fault: Fault, work: Callable[[], Answer]) -> Answer:
        match fault.kind:
            case "hang":
                return Answer(ending="hang")
            case "killed":
                return Answer(ending="killed")
            case "lost":
                work()
                return Answer(ending="killed")
            case "redirect":
                return Answer(302, b"", {"Location": f"{self.origin}/v2/elsewhere"})
            case "elsewhere":
                said = json.loads(work().body)
                said["_links"]["checkout"]["href"] = "https://mollie.com.evil.example/checkout/1"
                return reply(201, said)
        return Answer(200, b"<html>hello</html>", content_type="text/html")

    def _create(self, request: Request) -> Answer:
        key = request.headers.get("idempotency-key")
        if key is not None and key in self._replays:
            return self._replays[key]
        answer = self._made(request)
        if key is not None and answer.status < 500:
            self._replays[key] = answer
        return answer

    def _made(self, request: Request) -> Answer:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return refusal(422, "The request body is not JSON")
        try:
            body = json.loads(request.body)
        except ValueError:
            return refusal(422, "The request body is not JSON")
        if wrong := _wrong(body):
            return refusal(422, wrong[1], wrong[0])
        payment_id = f"tr_{secrets.token_hex(8)}"
        self.payments[payment_id] = Made(body, amount=dict(body["amount"]))
        return self._shown(payment_id, 201)

    def _fetch(self, payment_id: str) -> Answer:
        if payment_id in self.removed:
            return refusal(410, "The payment is not available any more")
        if payment_id not in self.payments:
            return refusal(404, f"No payment exists with token {payment_id}.")
        return self._shown(payment_id, 200)

    def _shown(self, payment_id: str, status: int) -> Answer:
        made = self.payments[payment_id]
        links: dict[str, Any] = {
            "self": {"href": f"{self.origin}/v2/payments/{payment_id}", "type": "application/hal+json"}
        }
        if made.state == "open":
            links["checkout"] = {"href": f"{self.origin}/checkout/{payment_id}", "type": "text/html"}
        shown = {
            "resource": "payment",
            "id": payment_id,
            "mode": "test",
            "createdAt": "2026-11-26T12:00:00+00:00",
            "amount": made.amount,
            "description": made.body["description"],
            "method": made.method,
            "metadata": made.body.get("metadata"),
            "status": made.state,
            "profileId": "pfl_QkEhN94Ba",
            "sequenceType": "oneoff",
            "redirectUrl": made.body["redirectUrl"],
            "webhookUrl": made.body.get("webhookUrl"),
            "_links": links,
        }
        return Answer(status, json.dumps(shown).encode(), content_type="application/hal+json")

    def _checkout(self, request: Request, payment_id: str) -> Answer:
        made = self.payments.get(payment_id)
        if made is None:
            return Answer(404, b"no such payment", content_type="text/plain")
        if request.method == "POST":
            state = parse_qs(request.body.decode()).get("state", [""])[0]
            if state in STATES:
                made.state, made.method = state, "ideal"
                threading.Thread(target=self.chosen, args=(payment_id,), daemon=True).start()
            return Answer(303, b"", {"Location": made.body["redirectUrl"]})
        buttons = "".join(f"<button name=state value={state}>{state}</button>" for state in STATES)
        page = f"<!doctype html><title>Checkout</title><h1>{escape(made.amount['value'])}</h1><form method=post>{buttons}</form>"
        return Answer(200, page.encode(), content_type="text/html; charset=utf-8")


def _wrong(body: Any) -> tuple[str, str] | None:
    """The field and what is wrong with it, of a body to create a payment."""
    if not isinstance(body, dict):
        return "", "The request body is no object"
    if unknown := body.keys() - KNOWN:
        return min(unknown), "Non-existent body parameter"
    amount = body.get("amount")
    if not isinstance(amount, dict) or set(amount) != {"currency", "value"}:
        return "amount", "The amount contains an invalid value"
    decimals = DECIMALS.get(amount["currency"])
    if decimals is None:
        return "amount.currency", "The currency is not supported"
    pattern = r"\d+" + (rf"\.\d{{{decimals}}}" if decimals else "")
    if not isinstance(amount["value"], str) or not re.fullmatch(pattern, amount["value"]):
        return "amount.value", "The amount contains an invalid value"
    if float(amount["value"]) < 0.01:
        return "amount", "The amount is lower than the minimum"
    if not isinstance(body.get("description"), str) or not body["description"]:
        return "description", "The description is invalid"
    for name, needed in (("redirectUrl", True), ("webhookUrl", False)):
        if name in body or needed:
            url = urlsplit(str(body.get(name) or ""))
            if url.scheme not in ("http", "https") or not url.hostname:
                return name, "The address is invalid"
    if body.get("locale", "nl_NL") not in LOCALES:
        return "locale", "The locale is invalid"
    return None
