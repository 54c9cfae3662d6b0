"""The seed's story of pickup, told again and again: an order is ready as Sanne sets out from the station, and a new one when the last was collected."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from seeds.recordings import Recording
from seeds.walkers import Walker

WHO = "sanne"
ORDER = "S-10482"
WALK = "ucb-sdb-ios-3|walk_downtown_urban_canyon_7"
"""From within the station to the door of Kalverstraat 183."""
CLOSED = ("collected", "cancelled")
WITHIN_S = 5.0


def walk_of(recordings: Sequence[Recording]) -> Mapping[str, Recording]:
    """The walk that Sanne always takes, where it is among these."""
    hers = next((one for one in recordings if one.name == WALK), None)
    return {} if hers is None else {WHO: hers}


@dataclass(slots=True)
class PickupStory:
    """Tells of Sanne's orders as a shop would, by a server key. Safe to repeat: what is said already changes nothing."""

    to: str
    key: str = field(repr=False)
    order: Mapping[str, Any]
    """As in orders.json, with its `id`."""
    round: int = 1

    @classmethod
    def of_seed(cls, folder: Path, to: str, key: str) -> "PickupStory":
        orders = json.loads((folder / "orders.json").read_text(encoding="utf-8"))
        return cls(to, key, next(one for one in orders if one["id"] == ORDER))

    @property
    def order_id(self) -> str:
        """`S-10482`, then `S-10482-2`."""
        return ORDER if self.round == 1 else f"{ORDER}-{self.round}"

    async def sets_out(self, walker: Walker) -> None:
        """Before Sanne sets out her order is ready: the one that is open still, or the next. A server that is away is asked at her next walk."""
        if walker.person.customer != WHO:
            return
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            async with httpx.AsyncClient(
                base_url=self.to, headers=headers, trust_env=False, timeout=WITHIN_S
            ) as client:
                while await self._status(client) in CLOSED:
                    self.round += 1
                body = {name: value for name, value in self.order.items() if name not in ("id", "ago", "then")}
                await client.put(f"/v1/orders/{self.order_id}", json={**body, "status": "ready"})
        except httpx.HTTPError:
            return

    async def _status(self, client: httpx.AsyncClient) -> str | None:
        """None for an order that is not there yet."""
        answer = await client.get(f"/v1/orders/{self.order_id}")
        return str(answer.json()["status"]) if answer.status_code == HTTPStatus.OK else None
