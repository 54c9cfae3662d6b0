"""Shopify without a shop: shopify.dev's Admin GraphQL API, rate limits and error codes."""

import json
import re
import secrets
from types import TracebackType
from typing import Any, Self

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.faults import Fault, Faults, Said
from tests.doubles.running import InThread

KINDS = {"throttled", "denied", "hang", "killed", "html", "redirect"}
PATH = re.compile(r"/admin/api/\d{4}-(01|04|07|10)/graphql\.json")
GID = re.compile(r"gid://shopify/(Order|FulfillmentOrder)/(\d+)")
COST = {
    "requestedQueryCost": 52,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 2, "restoreRate": 100.0},
}


def fulfilment(number: int, location: int, *, status: str = "OPEN", method: str = "PICK_UP") -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "updatedAt": "2026-11-23T10:00:00Z",
        "deliveryMethod": {"methodType": method},
        "assignedLocation": {"name": f"Store {location}", "location": {"id": f"gid://shopify/Location/{location}"}},
        "lineItems": {
            "nodes": [{"sku": f"SKU-{number}", "productTitle": "Shoe", "variantTitle": "38", "totalQuantity": 1}]
        },
    }


def order(number: int, *parts: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "updatedAt": "2026-11-23T10:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "email": "sanne@shop.example",
        "phone": "+31612345678",
        "customer": {"id": "gid://shopify/Customer/7", "firstName": "Sanne", "lastName": "de Vries"},
        "currentTotalPriceSet": {"shopMoney": {"amount": "89.95", "currencyCode": "EUR"}},
        "fulfillmentOrders": {"nodes": list(parts)},
        **change,
    }


class ShopifyDouble:
    """A context manager: one shop, in a thread of this process."""

    def __init__(self, port: int = 0) -> None:
        self.token = f"shpat_{secrets.token_hex(16)}"
        self.orders: dict[int, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, int]] = []
        self._faults = Faults({"lookup": KINDS})
        self._thread = InThread(self, None, port)

    def __enter__(self) -> Self:
        self._thread.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.__exit__(kind, error, trace)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._thread.port}"

    def faults(self, lookup: Said) -> None:
        self._faults.put({"lookup": lookup})

    def answer(self, request: Request) -> Answer:
        answer, gid = self._answer(request)
        self.requests.append((request.path, gid, answer.status))
        return answer

    def _answer(self, request: Request) -> tuple[Answer, str]:
        if request.method != "POST" or not PATH.fullmatch(request.path):
            return reply(404, {"errors": "Not Found"}), ""
        if request.headers.get("x-shopify-access-token") != self.token:
            said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return reply(401, {"errors": said}), ""
        try:
            asked = json.loads(request.body)
            query, gid = asked["query"], asked["variables"]["id"]
        except (ValueError, KeyError, TypeError):
            return reply(400, {"errors": {"query": "Required parameter missing or invalid"}}), ""
        if "node(id: $id)" not in query:
            return reply(200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]}), gid
        if (fault := self._faults.draw("lookup")) is not None:
            return self._broken(fault), gid
        match = GID.fullmatch(gid)
        if match is None:
            said = "Variable $id of type ID! was provided invalid value"
            return reply(200, {"errors": [{"message": said, "extensions": {"code": "INVALID_VARIABLE"}}]}), gid
        return reply(200, {"data": {"node": self._node(match[1], int(match[2]))}, "extensions": {"cost": COST}}), gid

    def _node(self, kind: str, number: int) -> dict[str, Any] | None:
        if kind == "Order":
            return self.orders.get(number)
        wanted = f"gid://shopify/FulfillmentOrder/{number}"
        for one in self.orders.values():
            if any(part["id"] == wanted for part in one["fulfillmentOrders"]["nodes"]):
                return {"order": one}
        return None

    def _broken(self, fault: Fault) -> Answer:
        match fault.kind:
            case "hang":
                return Answer(ending="hang")
            case "killed":
                return Answer(ending="killed")
            case "html":
                return Answer(200, b"<html>hello</html>", content_type="text/html")
            case "redirect":
                return Answer(302, b"", {"Location": f"{self.origin}/elsewhere"})
            case "throttled":
                error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
                return reply(200, {"errors": [error], "extensions": {"cost": COST}})
            case "denied":
                error = {"message": "Access denied for node field.", "extensions": {"code": "ACCESS_DENIED"}}
                return reply(200, {"data": None, "errors": [error]})
        waits = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after}.0"}
        return reply(fault.status or 500, {"errors": "Injected fault"}, waits)
