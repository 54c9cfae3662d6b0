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
QUARTER = timedelta(days=90)


def is_open(status: str) -> bool:
    return status in RISES


class Orders:
    """One town's orders, customers and phones."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.agreed: dict[str, bool] = {}
        self.phones: dict[str, Row] = {}  # customer, token, heard
        self.orders: dict[str, Row] = {}  # customer, status, ready, before, closed
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

    def says(self, name: str, said: str, source: str) -> None:
        """A step, or nothing; and whoever agreed and can be reached must be told of what is ready."""
        order = self.orders[name]
        before = order["status"]
        if self.may_step(before, said, source):
            self.stands(name, said)
        elif said == "ready" and is_open(before) and before != "placed" and not order["ready"]:
            order["ready"] = True  # they came before it was; where they stand they stand
        else:
            return
        if said == "ready":
            self.tells(name, "ready")
        if said == "cancelled" and source == "server":
            self.tells(name, "cancelled")

    def stands(self, name: str, status: str) -> None:
        order = self.orders[name]
        if is_open(order["status"]) and not is_open(status):
            order |= {"before": order["status"], "closed": self.now}
        order["status"] = status
        if status == "ready":
            order["ready"] = True

    def tells(self, name: str, moment: str) -> None:
        customer = self.orders[name]["customer"]
        if self.agreed[customer] and self.reachable(customer):
            self.must.setdefault((name, moment), set())

    def excuse(self, why: str, *, customer: str | None = None, order: str | None = None) -> None:
        """From now on a message that must be there may have ended for this reason."""
        for (name, _), excuses in self.must.items():
            if order == name or (customer is not None and self.orders[name]["customer"] == customer):
                excuses.add(why)

    def from_pings(self, name: str, kind: str) -> set[str]:
        """What an order's status may be after its customer crossed a border: as it was, or a step that pings may say.

        Which border says which step is `arrivals`'s: whoever extends this to the one right answer replaces the set by it.
        """
        order = self.orders[name]
        status = order["status"]
        if not order["ready"] or not is_open(status):
            return {status}
        if kind == "enter":
            return {status, *RISES[RISES.index(status) + 1 :]}
        return {status, *({"arrived": {"nearby"}, "nearby": {"ready"}, "on_the_way": {"ready"}}.get(status, set()))}

    def may_undo(self, name: str) -> bool:
        order = self.orders[name]
        return bool(order["status"] == "collected" and self.now - order["closed"] <= timedelta(minutes=1))
