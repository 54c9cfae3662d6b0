"""Opens the payment provider that the settings name. The one place where providers are plugged in; web and worker share it."""

import re
from urllib.parse import urlsplit

from redis import Redis

from offers.errors import Misconfigured
from offers.payment import Payments
from offers.settings import Settings
from workers.payments.demo import DemoPayments
from workers.payments.mollie import MolliePayments

KEY = re.compile(r"(live|test)_[A-Za-z0-9]{20,100}", re.ASCII)


def open_payments(settings: Settings, redis: Redis) -> Payments | None:
    """None where nobody pays on a page. Connects to nobody. `Misconfigured` where it could never work."""
    if wrong := wrong_payments(settings):
        raise Misconfigured(wrong)
    match settings.payments:
        case "mollie":
            return MolliePayments(settings.mollie_api_key.get_secret_value(), settings.mollie_endpoint.rstrip("/"))
        case "demo":
            return DemoPayments(redis)
    return None


def wrong_payments(settings: Settings) -> str | None:
    """What is wrong with the settings of payments, in one line; none where nothing is."""
    if settings.payments != "mollie":
        return None
    key = settings.mollie_api_key.get_secret_value()
    if not key:
        return "PASSERBY_MOLLIE_API_KEY is not set: PASSERBY_PAYMENTS=mollie needs the profile's API key."
    if not KEY.fullmatch(key):
        return "PASSERBY_MOLLIE_API_KEY is no API key of Mollie's, live_… or test_…."
    if not settings.base_url:
        return "PASSERBY_BASE_URL is not set: Mollie has to know where customers and its webhook come back to."
    if settings.mollie_endpoint and urlsplit(settings.mollie_endpoint).scheme not in ("http", "https"):
        return "PASSERBY_MOLLIE_ENDPOINT is no address such as http://localhost:9500."
    return None
