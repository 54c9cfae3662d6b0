"""What an event of a shop comes to: orders in our words, nothing to us, something that can not be used, or something to look up first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import phonenumbers

from offers.rules.shop import USUAL

REASONS: Mapping[str, str] = {
    "late": "Something newer of this order had come before.",
    "already_so": "The order is that already.",
    "no_pickup": "The order is not collected in a store.",
    "unknown_topic": "Nothing here follows from this topic.",
    "unknown_order": "The order never came here, or was erased: there is nothing to cancel.",
    "status_not_ours": "Add the shop's status to `statuses`, and replay.",
    "unreadable": "The body was signed, and is not the JSON that this topic has.",
    "bad_order": "The field that is named can not be used.",
    "unknown_place": "Add the shop's location that is named to `places`, or set `default_place`, and replay.",
    "not_theirs": "The order belongs to another customer, or to another shop.",
    "token_missing": "Shopify's event has no order in it: set `api_token`, and replay.",
    "token_refused": "Shopify refuses the API token, or it lacks a scope: set another, and replay.",
    "not_there": "The shop does not know what its event names.",
    "lookup_away": "The shop did not answer for a day. Replay when it does.",
    "secret_key_changed": "The body was sealed under another secret key.",
}
"""Why an event changed nothing, each with what to do about it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One shop's own."""

    id: str
    kind: str
    statuses: Mapping[str, str]
    places: Mapping[str, str]
    default_place: str | None
    has_token: bool = False

    def meaning(self, *words: str | None) -> str | None:
        """What the first of these words means that means something, the shop's own reading before the usual one."""
        usual = USUAL[self.kind]
        found = (self.statuses.get(word) or usual.get(word) for word in words if word)
        return next((one for one in found if one), None)

    def place(self, *names: str | None) -> str | None:
        """Our place of the first name that is known; for none of them the default."""
        return next((self.places[name] for name in names if name and name in self.places), self.default_place)


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str | None = None
    phone: str | None = None
    """E.164."""


@dataclass(frozen=True, slots=True)
class Said:
    """One order, or one part of one, as the shop has it now."""

    order_id: str
    at: datetime | None
    """By the shop's clock; none: it does not say, so now."""
    status: str | None
    """A Meaning; none: nothing is said of it."""
    person: Person | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Of OrderBody: place, items, total, currency, number, part, parts."""
    only_known: bool = False
    """Changes an order that is there, and makes none."""
    insists: bool = False
    """Counts though something newer was said: what the shop brought back from its bin is as old as it was."""


@dataclass(frozen=True, slots=True)
class Orders:
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Unused:
    """`ignored` is not for us; `failed` may be replayed when its cause is mended."""

    state: str
    reason: str
    what: str = ""
    """What of it: a field, a name of a location, a status."""


@dataclass(frozen=True, slots=True)
class ToLookUp:
    """`gid` is Shopify's, of an order or of a fulfilment order."""

    gid: str


Read = Orders | Unused | ToLookUp


def unreadable(what: str = "") -> Unused:
    return Unused("failed", "unreadable", what)


def read_body(raw: bytes) -> Any:
    """The JSON of a body, or none where it is none: NaN, half a text, a depth that nobody writes."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any, longest: int = 200) -> str | None:
    """A text that is one, or a number as a text; without blanks around, shortened, and nothing that no database keeps."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        plain = str(value).encode(errors="ignore").decode().replace("\0", "").strip()
    except ValueError:  # a number of thousands of digits
        return None
    return plain[:longest].strip() or None


def numeral(value: Any) -> str | None:
    """A number that names an order or an account in its shop; nothing else, so that behind the id of one shop it never is the id of another's."""
    said = text(value, 41)
    return said if said and len(said) <= 40 and said.isascii() and said.isdigit() else None


def moment(value: Any, *, zone_is_utc: bool = False) -> datetime | None:
    """RFC 3339, with as many digits of a second as there are; WooCommerce's `…_gmt` has no offset."""
    said = text(value, 40)
    try:
        at = datetime.fromisoformat(said) if said else None
    except ValueError:
        return None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC) if zone_is_utc else None
    try:
        return None if at is None or at.year < 1971 else at.astimezone(UTC)
    except OverflowError:
        return None


def until(at: datetime | None, now: datetime) -> datetime:
    """The shop's time, or now: a clock that is ahead shall not make all that follows late."""
    return now if at is None else min(at, now)


def phone(value: Any, country: Any = None) -> str | None:
    """In E.164, where it can be read as a number of that country; else none, and nothing is guessed."""
    said, region = text(value, 40), text(country, 2)
    if said is None:
        return None
    try:
        number = phonenumbers.parse(said, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def pieces(value: Any) -> int | None:
    """How many of a line: whole ones, since half a metre of cloth is one thing to hand over; none where nothing is left of it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10_000:
        return None
    return math.ceil(value)


def full_name(*parts: Any) -> str | None:
    return text(" ".join(one for one in (text(part) for part in parts) if one))
