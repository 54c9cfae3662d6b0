"""Moments of orders that campaigns wait for: their keys. The key has the order's id, wherever a moment waits."""

from offers.rules.campaign import OF_AN_ORDER

ROLE_OF = {"approach": "approach", "arrived": "premises"}
"""The geofence of an order's store that makes such a moment; that an order is ready needs none."""


def order_moment(trigger: str, order_id: str, which: str = "1") -> str:
    """`which`: the day, or which time the order is ready; decided once for each. An order's id may have colons, and is the last."""
    return f"{trigger}:{which}:{order_id}"


def order_of(moment: str) -> str | None:
    """The order that a moment is of, put off or not; none of any other moment."""
    trigger, _, rest = moment.partition(":")
    if trigger not in OF_AN_ORDER:
        return None
    return rest.partition(":")[2].rpartition(":deferred")[0] or rest.partition(":")[2]
