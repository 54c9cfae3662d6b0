"""Where a customer is expected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """The store of an order that is ready: a store's position, and nobody's. Degrees."""

    order_id: str
    lat: float
    lon: float
