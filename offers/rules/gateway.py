"""The service that sends text messages for the shop, as the settings name it."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def read_gateway_url(text: str) -> str:
    """https, or http on this machine. Never repeats the value: it may hold a password."""
    try:
        at = urlsplit(text)
        host, port = at.hostname or "", at.port
    except ValueError:
        host, port = "", None
    if not host or port == 0 or at.fragment or any(one.isspace() for one in text):
        raise ValueError("must be a web address with a host, such as https://sms.shop.example/texts")
    if at.scheme != "https" and not (at.scheme == "http" and _is_loopback(host)):
        raise ValueError("must be https: text messages hold phone numbers and codes. Only on this machine http will do")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
