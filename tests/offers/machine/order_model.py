"""Orders told a second time, with nothing of the code in it: which status may follow which by whose word, and who must have been told."""

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
RISES = ("placed", "ready", "on_the_way", "nearby", "arrived")
"""Open, each further than the one before."""
SAYS = {
    "server": {"ready", "on_the_way", "nearby", "arrived", "collected", "cancelled"},
    "page": {"on_the_way", "arrived", "cancelled"},
    "device": {"on_the_way", "arrived"},
    "staff": {"ready", "arrived", "collected"},
}
HERE = {"premises": "arrived", "approach": "nearby"}
"""What an order is whose customer is within."""
QUARTER = timedelta(days=90)


def is_open(status: str) -> bool:
    return status in RISES


class Orders:
    """One town's orders, customers and phones."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.agreed: dict[str, bool] = {}
        self.phones: dict[str, Row] = {}  # customer, token, heard, in
        self.orders: dict[str, Row] = {}  # customer, status, ready, back, lines, before, closed
        self.must: dict[tuple[str, str], set[str]] = {}
        """(order, moment) that must have a message, with what may have ended it since."""

    def reachable(self, customer: str) -> bool:
        return any(
            one["customer"] == customer and one["token"] and self.now - one["heard"] <= QUARTER
            for one in self.phones.values()
        )

    def covered(self, customer: str) -> bool:
        """Whether pings of this customer, who agreed to nothing but `orders`, are anything to us."""
        mine = [one for one in self.orders.values() if one["customer"] == customer]
        return self.agreed[customer] and any(is_open(one["status"]) for one in mine)

    def may_step(self, before: str, said: str, source: str) -> bool:
        if said not in SAYS[source] or not is_open(before):
            return False
        if said == "collected":
            return True
        if said == "cancelled":
            return source == "server" or before in ("placed", "ready")
        return RISES.index(said) > RISES.index(before)

    def begins(self, name: str, customer: str) -> None:
        self.orders[name] = {"customer": customer, "status": "placed", "ready": False, "back": 0, "lines": []}

    def comes_back(self, name: str) -> None:
        """The shop brings back what was cancelled: from its beginning, and what was told until now is of another time."""
        self.excuse("not_ready", order=name)
        self.excuse("over", order=name)
        order = self.orders[name]
        order |= {"ready": False, "back": order["back"] + 1}
        self.stands(name, "placed", "server")

    def says(self, name: str, said: str, source: str, *, is_first: bool = False) -> None:
        """A step, or nothing; and whoever agreed and can be reached must be told of what is ready. Of what is over when it is first heard of nobody is."""
        order = self.orders[name]
        before = order["status"]
        if self.may_step(before, said, source):
            self.stands(name, said, source)
        elif said == "ready" and said in SAYS[source] and before in RISES[2:] and not order["ready"]:
            order["ready"] = True  # they came before it was; where they stand they stand
        else:
            return
        if said == "ready":
            self.tells(name, "ready")
        if said == "cancelled" and source == "server" and not is_first:
            self.tells(name, "cancelled")
        if order["status"] == "ready" and (here := self.is_here(order["customer"])):
            self.stands(name, here, "location")

    def stands(self, name: str, status: str, source: str) -> None:
        order = self.orders[name]
        was_open = is_open(order["status"])
        if was_open and not is_open(status):
            order |= {"before": order["status"], "closed": self.now}
        order["status"] = status
        order["lines"].append((status, source))
        if status == "ready":
            order["ready"] = True
        if was_open:
            self.forgets_where(order["customer"])

    def said_by(self, name: str) -> str | None:
        """Who brought it to where it stands."""
        order = self.orders[name]
        return next((source for status, source in reversed(order["lines"]) if status == order["status"]), None)

    def tells(self, name: str, moment: str) -> None:
        order = self.orders[name]
        if self.agreed[order["customer"]] and self.reachable(order["customer"]):
            key = moment if not order["back"] else f"{moment}:{order['back'] + 1}"
            self.must.setdefault((name, key), set())

    def excuse(self, why: str, *, customer: str | None = None, order: str | None = None) -> None:
        """From now on a message that must be there may have ended for this reason."""
        for (name, _), excuses in self.must.items():
            if order == name or (customer is not None and self.orders[name]["customer"] == customer):
                excuses.add(why)

    # where they are: docs/pickup.md, "On the way, near, here", of one store, whose exits are all seen

    def within(self, customer: str, role: str) -> bool:
        return any(one["customer"] == customer and role in one["in"] for one in self.phones.values())

    def is_here(self, customer: str) -> str | None:
        if not self.agreed[customer]:
            return None
        return next((HERE[role] for role in HERE if self.within(customer, role)), None)

    def forgets_where(self, customer: str) -> None:
        """Who is covered no more is nowhere."""
        if not self.covered(customer):
            for one in self.phones.values():
                if one["customer"] == customer:
                    one["in"] = frozenset()

    def crosses(self, phone: str, kind: str, role: str) -> None:
        """The first phone in and the last one out count; the same crossing twice is one."""
        mine = self.phones[phone]
        customer = mine["customer"]
        if not self.covered(customer):
            return
        before = self.within(customer, role)
        mine["in"] = mine["in"] | {role} if kind == "enter" else mine["in"] - {role}
        if self.within(customer, role) == before:
            return
        for name, one in self.orders.items():
            if one["customer"] == customer and one["ready"] and is_open(one["status"]):
                if kind == "enter":
                    self._comes(name, HERE[role])
                else:
                    self._goes(name, role)

    def _comes(self, name: str, to: str) -> None:
        if RISES.index(to) > RISES.index(self.orders[name]["status"]):
            self.stands(name, to, "location")

    def _goes(self, name: str, role: str) -> None:
        """What a button, staff or the shop said stays."""
        order = self.orders[name]
        status, customer = order["status"], order["customer"]
        takes_back = {"premises": ("arrived",), "approach": ("arrived", "nearby")}[role]
        if status not in takes_back or self.said_by(name) != "location" or self.within(customer, "premises"):
            return
        self.stands(name, "nearby" if self.within(customer, "approach") else "ready", "location")

    def may_undo(self, name: str) -> bool:
        order = self.orders[name]
        return bool(order["status"] == "collected" and self.now - order["closed"] <= timedelta(minutes=1))
