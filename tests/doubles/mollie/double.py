"""Mollie's double in a thread of this process."""

import secrets
from types import TracebackType
from typing import Self

import httpx

from tests.doubles.faults import Said
from tests.doubles.mollie.service import Made, Mollie
from tests.doubles.running import InThread


class MollieDouble:
    """A context manager. `calls_hooks` off: the customer chooses, and nobody is told."""

    def __init__(self, port: int = 0) -> None:
        self.key = f"test_{secrets.token_hex(15)}"
        self.service = Mollie(self.key)
        self.service.chosen = self._chosen
        self.calls_hooks = True
        self._thread = InThread(self.service, None, port)

    def __enter__(self) -> Self:
        self._thread.__enter__()
        self.service.origin = self.origin
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.__exit__(kind, error, trace)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._thread.port}"

    @property
    def payments(self) -> dict[str, Made]:
        return dict(self.service.payments)

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        return list(self.service.requests)

    def count(self, method: str) -> int:
        """Requests to the API with this method."""
        return sum(one[0] == method and one[1].startswith("/v2/") for one in self.service.requests)

    @property
    def newest(self) -> str:
        return next(reversed(self.service.payments))

    def faults(self, *, create: Said = None, fetch: Said = None) -> None:
        self.service.faults.put({"create": create, "fetch": fetch})

    def become(self, state: str, payment_id: str = "") -> str:
        """The customer, or time, brings a payment there, and nobody is told; its id."""
        made = self.service.payments[payment_id or self.newest]
        made.state, made.method = state, "ideal"
        return payment_id or self.newest

    def finish(self, state: str, payment_id: str = "", *, times: int = 1) -> list[int]:
        """The same with the webhook called; its answers."""
        made = self.become(state, payment_id)
        return [self.hook(made) for _ in range(times)]

    def hook(self, payment_id: str) -> int:
        url = self.service.payments[payment_id].body["webhookUrl"]
        return httpx.post(url, data={"id": payment_id}, timeout=15, trust_env=False).status_code

    def remove(self, payment_id: str) -> None:
        self.service.removed.add(payment_id)

    def _chosen(self, payment_id: str) -> None:
        if self.calls_hooks:
            self.hook(payment_id)
