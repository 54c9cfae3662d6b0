"""GS1 Digital Links as input: the address on a product's pack or a store's plate, read for what it is about.

`https://id.gs1.org/01/09506000134352/10/ABC?17=271231`: somebody's own host and path, then one primary key with its value, then qualifiers of
that key in their order, then attributes. GS1 Digital Link Standard: URI Syntax 1.4. Each part is looked at once; long input is refused first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from offers.rules.gs1_identifiers import (
    EXCLUDES,
    KEYS,
    REQUIRED,
    WORDS,
    ends_by_itself,
    is_known,
    what_is_wrong,
)

LONGEST = 2000
"""Characters of a link."""
_STARTS = re.compile(r"(?:https?|HTTPS?)://", re.ASCII)
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*)|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_FORBIDDEN = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]", re.ASCII)
"""What no address holds unencoded, RFC 3986 section 2."""
_CODED = re.compile(r"%(.{0,2})", re.DOTALL)
_HEX = re.compile(r"[0-9A-Fa-f]{2}", re.ASCII)
_ALL_DIGITS = re.compile(r"[0-9]+", re.ASCII)
SUPPRESSED = frozenset({8, 12, 13})
"""Digits of a GTIN that is written without the zeros before it."""


class DigitalLinkError(ValueError):
    """Why a text is no Digital Link, for a person; it does not repeat the text."""


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """Values are decoded. `path` is the key and its qualifiers, `attributes` what the query says; each an (identifier, value)."""

    path: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.path[0]

    @property
    def element_string(self) -> str:
        """As a barcode holds it, `^` for FNC1."""
        text, open_ended = "^", False
        for ai, value in (*self.path, *self.attributes):
            text += f"{'^' if open_ended else ''}{ai}{value}"
            open_ended = not ends_by_itself(ai)
        return text


def parse_digital_link(
    uri: str, *, zero_suppressed_gtin: bool = False, key_words: bool = False, unknown_ais: bool = False
) -> DigitalLink:
    """`DigitalLinkError` says what is wrong.

    `zero_suppressed_gtin` takes GTINs of 8, 12 and 13 digits; `key_words` takes `/gtin/` for `/01/`; `unknown_ais` attributes that nobody knows.
    """
    path_text, query = _parts(uri)
    path = _path(path_text, zero_suppressed_gtin=zero_suppressed_gtin, key_words=key_words)
    attributes = _attributes(query, path, zero_suppressed_gtin=zero_suppressed_gtin, unknown_ais=unknown_ais)
    _stand_together([ai for ai, _ in (*path, *attributes)])
    return DigitalLink(path, attributes)


def poster_keys(link: DigitalLink) -> tuple[str, ...]:
    """What a poster may be kept under for this link, most specific first: `414/8712345000004/254/KALV-102`, `414/8712345000004`."""
    written = [f"{ai}/{quote(value, safe='')}" for ai, value in link.path]
    return tuple("/".join(written[:count]) for count in range(len(written), 0, -1))


def _parts(uri: str) -> tuple[str, str]:
    """The path without its first slash, and the query."""
    if len(uri) > LONGEST:
        raise DigitalLinkError(f"is longer than {LONGEST:,} characters")
    start = _STARTS.match(uri)
    if start is None:
        raise DigitalLinkError("does not start with http:// or https://")
    if _FORBIDDEN.search(uri):
        raise DigitalLinkError("holds a character that an address has only percent-encoded")
    address, _, _ = uri[start.end() :].partition("#")
    address, _, query = address.partition("?")
    host, slash, path = address.partition("/")
    if not _HOST.fullmatch(host):
        raise DigitalLinkError("has no host that is one")
    if not slash or not path:
        raise DigitalLinkError("has no path")
    return path, query


def _path(path: str, *, zero_suppressed_gtin: bool, key_words: bool) -> tuple[tuple[str, str], ...]:
    """From the end two by two, up to the first primary key: what stands before it is the owner's own."""
    pieces = path.split("/")
    found: list[tuple[str, str]] = []
    for number in range(len(pieces) - 2, -1, -2):
        ai = WORDS.get(pieces[number].lower(), pieces[number]) if key_words else pieces[number]
        found.append((ai, pieces[number + 1]))
        if ai in KEYS:
            break
    else:
        raise DigitalLinkError("names nothing that GS1 has a key for, such as /01/ and a GTIN of 14 digits")
    found.reverse()
    key, qualifiers = found[0][0], [ai for ai, _ in found[1:]]
    if qualifiers and not any(_in_order(qualifiers, order) for order in KEYS[key]):
        raise DigitalLinkError(f"has after {key} what does not belong there, or not in this order")
    if (required := REQUIRED.get(key)) and required not in qualifiers:
        raise DigitalLinkError(f"has {key} without its {required}")
    return tuple(
        (ai, _value(ai, value, zero_suppressed_gtin=zero_suppressed_gtin, in_query=False)) for ai, value in found
    )


def _in_order(qualifiers: Sequence[str], order: Iterable[str]) -> bool:
    """Whether they are some of these, each once, in this order."""
    left = iter(order)
    return all(one in left for one in qualifiers)


def _attributes(
    query: str, path: Sequence[tuple[str, str]], *, zero_suppressed_gtin: bool, unknown_ais: bool
) -> tuple[tuple[str, str], ...]:
    key, qualifiers = path[0][0], {ai for ai, _ in path[1:]}
    belongs_in_path = {ai for order in KEYS[key] if qualifiers <= set(order) for ai in order}
    found: list[tuple[str, str]] = []
    for part in re.split("[&;]", query):
        ai, equals, value = part.partition("=")
        if not equals or not _ALL_DIGITS.fullmatch(ai):
            continue  # anybody's own, such as linkType
        if ai in belongs_in_path:
            raise DigitalLinkError(f"has {ai} in the query, and it belongs into the path after {key}")
        if not is_known(ai) and not (unknown_ais and 2 <= len(ai) <= 4):
            raise DigitalLinkError(f"has the identifier {ai[:10]} in the query, which nobody knows")
        found.append((ai, _value(ai, value, zero_suppressed_gtin=zero_suppressed_gtin, in_query=True)))
    return tuple(found)


def _stand_together(ais: Sequence[str]) -> None:
    each = set(ais)
    if len(each) < len(ais):
        raise DigitalLinkError("says one identifier twice")
    for ai, others in EXCLUDES.items():
        if ai in each and (other := next((one for one in others if one in each), None)):
            raise DigitalLinkError(f"has {ai} and {other}, which exclude each other")


def _value(ai: str, written: str, *, zero_suppressed_gtin: bool, in_query: bool) -> str:
    if not written:
        raise DigitalLinkError(f"has {ai} without a value")
    value = _decoded(ai, written.replace("+", " ") if in_query else written)
    if ai == "01" and zero_suppressed_gtin and len(value) in SUPPRESSED:
        value = value.zfill(14)
    if is_known(ai):
        if ai == "01" and len(value) in SUPPRESSED and _ALL_DIGITS.fullmatch(value):
            raise DigitalLinkError(f"has a GTIN of {len(value)} digits; write it as 14, with zeros before it")
        if wrong := what_is_wrong(ai, value):
            raise DigitalLinkError(f"has {ai}, whose value {wrong}")
    elif not re.fullmatch(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,90}", value, re.ASCII):
        raise DigitalLinkError(f"has {ai} with characters that GS1 has not")
    return value


def _decoded(ai: str, written: str) -> str:
    def sign(coded: re.Match[str]) -> str:
        if not _HEX.fullmatch(coded[1]):
            raise DigitalLinkError(f"has {ai} with a % that encodes nothing")
        return chr(int(coded[1], 16))

    return _CODED.sub(sign, written)
