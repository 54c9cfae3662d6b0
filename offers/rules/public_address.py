"""Whether an address that a caller names is of the public internet, by what it says itself.

Pictures are shown by phones and browsers. This service fetches none, now or at any time, so no name is looked up here: a name that today is
public and tomorrow ours tells nobody anything. What is refused are addresses that can only be meant for the inside of somebody's network, in
every way that `inet_aton` and browsers read one (WHATWG URL, "host parsing"), so that whoever fetches a picture one day is not sent there.
"""

import re
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#\\]*)", re.ASCII)
_PORT = re.compile(r":[0-9]*\Z", re.ASCII)
_NUMBER = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_INSIDE = ("localhost", "local", "internal", "localdomain", "lan", "home.arpa", "intranet", "private", "corp", "home")
"""Ends of names that no public name server knows: RFC 6761, 6762, 8375, ICANN's `internal`, and what networks use in their place."""
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
"""An IPv4 address in the last 32 bits: RFC 6052, RFC 8215, RFC 4291 section 2.5.5.1."""
_SHARED = IPv4Network("100.64.0.0/10")


def why_not_public(url: str) -> str | None:
    """What is wrong with the host of an absolute URL, as a sentence's end; none where it is a public one, as far as that can be told."""
    found = _AUTHORITY.match(url)
    authority = found[1] if found else ""
    if "@" in authority:
        return "has a name or password before its host"
    host = _PORT.sub("", authority)
    if not host:
        return "has no host"
    if "%" in host:
        return "has a host with a %"
    if host.startswith("["):
        return _of_ipv6(host)
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower().removesuffix(".")
    if _NUMBER.fullmatch(plain.rpartition(".")[2]):
        return _of_ipv4(plain)
    return _of_name(plain)


def public_url(url: str) -> str:
    """The same for a field; `ValueError` says why not."""
    if wrong := why_not_public(url):
        raise ValueError(wrong)
    return url


def _of_name(name: str) -> str | None:
    try:
        coded = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return "has a host that is none"
    labels = coded.split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        return "has a host that is none"
    if any(coded == one or coded.endswith(f".{one}") for one in _INSIDE) or len(labels) == 1:
        return "has a host that only its own network knows"
    return None


def _of_ipv4(text: str) -> str | None:
    """`127.1`, `0x7f000001`, `0177.0.0.1` and `2130706433` too: the last part fills what is left."""
    parts = text.split(".")
    numbers = [_read(part) for part in parts]
    *first, last = numbers if len(parts) <= 4 else [None]
    if last is None or any(one is None or one > 255 for one in first) or last >= 256 ** (5 - len(parts)):
        return "has a host that is none"
    whole = last + sum((one or 0) << (24 - 8 * place) for place, one in enumerate(first))
    return None if _is_public(IPv4Address(whole)) else _PRIVATE


def _read(part: str) -> int | None:
    if not _NUMBER.fullmatch(part) or len(part) > 40:
        return None
    try:
        if part[:2].lower() == "0x":
            return int(part[2:] or "0", 16)
        return int(part, 8 if part.startswith("0") else 10)
    except ValueError:
        return None


def _of_ipv6(text: str) -> str | None:
    try:
        address = IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return "has a host that is none"
    within = [one for one in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if one is not None]
    if any(address in one for one in _TRANSLATED):
        within.append(IPv4Address(int(address) & 0xFFFFFFFF))
        return None if all(map(_is_public, within)) and address in _TRANSLATED[0] else _PRIVATE
    if within:
        return None if all(map(_is_public, within)) else _PRIVATE
    return None if _is_public(address) else _PRIVATE


_PRIVATE = "has a host that is an address within a network, not a public one"


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address) and address in _SHARED:
        return False
    inside = address.is_private or address.is_multicast or address.is_reserved or address.is_link_local
    return address.is_global and not (inside or (isinstance(address, IPv6Address) and address.is_site_local))
