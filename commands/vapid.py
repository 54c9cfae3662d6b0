"""VAPID keys: made here, where dice are; read in offers/rules/vapid.py, where none are."""

from cryptography.hazmat.primitives.asymmetric import ec

from offers.rules.vapid import NOBODY, VapidKeys, private_text, public_text, subject_of
from offers.settings import Settings


def new_private_text() -> str:
    """A fresh private key, as the settings hold it."""
    return private_text(ec.generate_private_key(ec.SECP256R1()))


def printed_pair() -> str:
    """A fresh pair: the two variables to set, and the public key beside them."""
    key = ec.generate_private_key(ec.SECP256R1())
    return (
        f"PASSERBY_VAPID_PRIVATE_KEY={private_text(key)}\n"
        "PASSERBY_VAPID_SUBJECT=mailto:push@shop.example\n"
        f"# The public key, which browsers are given by themselves: {public_text(key)}\n"
        "# Write your own address. Keep the private key: subscriptions are bound to it, and with another everybody must subscribe anew."
    )


def served_keys(settings: Settings, kept: str) -> VapidKeys:
    """What `passerby serve` signs with: what is set, else the `kept` text and a subject that is good enough to begin with."""
    private = settings.vapid_private_key.get_secret_value() or kept
    return VapidKeys.of(private, settings.vapid_subject or subject_of(settings.base_url) or NOBODY)
