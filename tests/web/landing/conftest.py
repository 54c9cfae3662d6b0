"""The doors with the hand-made landings staged beside them."""

from collections.abc import Iterator

import httpx
import pytest

from offers.settings import Settings
from tests.web.conftest import Served
from tests.web.landing.staging import stage


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A shop that is paid on the page and writes to phones."""
    return settings.model_copy(update={"base_url": "https://shop.example", "payments": "demo", "sms": "outbox"})


@pytest.fixture
def staged(served: Served) -> Iterator[httpx.Client]:
    """Someone without a cookie, at a browser."""
    stage(served.doors)
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client
