"""How a browser is recognised as a customer's: by a code to their phone, or by a link from the brand's app."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.queries import customers as customer_queries
from offers.records.queries import devices as device_queries
from offers.records.queries import linking
from offers.records.queries import places as place_queries
from offers.records.queries import recognitions as queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.browsers import browser_by_id, is_browser_in_use, new_browser
from offers.records.queries.posters import poster_by_id
from offers.records.queries.targets import targets_of
from offers.records.tables import Customer, Device, PageLink, PhoneCode, Scan
from offers.rules.coupon_codes import CodeKeys
from offers.rules.phone_codes import LIFE, YOUNG, is_phone_code, phone_code, text_of
from offers.scan_decisions import decide_scan
from offers.texting import TextMessage

LINK_LIFE = timedelta(minutes=5)
RING_FIRST = timedelta(seconds=10)
"""For so long a new text is left to the ring that follows its commit; then the sweep looks after it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a number was asked for."""

    scan_id: str
    zone: str | None
    """Of the store that the poster hangs at, or nearest to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form for the code carries. It looks the same whoever asked."""

    form_id: str
    text_id: str | None
    """Of the text that is to be sent; none for a number that is not known here."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A browser that is a customer's from now on: the device that its new cookie names."""

    device_id: str
    customer_id: str
    scan_id: str | None
    follows: Follows


def asking_at(session: Session, scan_id: str) -> Asking:
    """`NotFound` for a page that is none."""
    scan = scan_queries.scan_by_id(session, scan_id)
    poster = poster_by_id(session, scan.poster_id) if scan else None
    if scan is None or poster is None:
        raise NotFound("page")
    place_id = poster.place_id or place_queries.nearest_store_id(session, poster.lat, poster.lon)
    place = place_queries.place_by_id(session, place_id) if place_id else None
    return Asking(scan.id, place.time_zone if place else None)


def ask_code(session: Session, phone: str, *, language: str, now: datetime) -> Asked:
    """A code for the one known customer with this number, in E.164.

    A number that nobody has makes no row and costs no text. Nor does one that several have: whose offers and orders it opens could not
    be told, and families share numbers.
    """
    form_id = new_id("pc")
    found = queries.who_has(session, phone)
    if len(found) != 1:
        return Asked(form_id, None)
    session.add(
        PhoneCode(
            id=form_id,
            customer_id=found[0].id,
            language=language,
            created_at=now,
            expires_at=now + LIFE,
            tries=0,
            failed=0,
        )
    )
    session.flush()
    return Asked(form_id, form_id)


def text_to_send(session: Session, code_id: str, *, keys: CodeKeys, host: str, now: datetime) -> TextMessage | None:
    """The text of a code that still waits for one; none when it has left, is over, or its customer has another number by now."""
    row = queries.code_by_id(session, code_id)
    if row is None or row.sent_at is not None or row.used_at is not None or now - row.created_at > YOUNG:
        return None
    customer = customer_queries.customer_by_id(session, row.customer_id)
    if customer is None or customer.phone is None:
        return None
    return TextMessage(row.id, customer.phone, text_of(row.language, phone_code(keys, row.id), host))


def note_text(session: Session, code_id: str, *, sent: bool, now: datetime) -> None:
    """What the gateway made of it. Safe to repeat."""
    queries.note_text(session, code_id, now if sent else None)


def unsent_texts(session: Session, *, now: datetime, limit: int = 100) -> list[str]:
    """Ids of codes whose text has not left, and whose customers still wait for it."""
    return list(queries.unsent(session, now - YOUNG, now - RING_FIRST, limit))


def enter_code(
    session: Session,
    scan_id: str,
    form_id: str,
    typed: str,
    device_id: str | None,
    *,
    language: str,
    keys: CodeKeys,
    now: datetime,
) -> Recognised | None:
    """The browser becomes the customer's whom the code was sent to; none for a code that is not right, or not any more.

    A wrong code runs the same one statement whether its id leads to a row or not.
    """
    if not is_phone_code(keys, form_id, typed):
        queries.count_try(session, form_id, now)
        return None
    row = queries.code_by_id(session, form_id)
    scan = scan_queries.scan_by_id(session, scan_id)
    if row is None or scan is None:
        return None
    old = customer_queries.device_with_its_customer_locked(session, device_id or "", [row.customer_id])
    customer = session.get(Customer, row.customer_id)
    if customer is None or queries.use_code(session, form_id, now) is None:
        return None
    queries.end_codes(session, customer.id, now)
    device, follows, before = _take_over(session, old, customer, language, now)
    happened = _give(session, scan, customer, device, keys=keys, now=now)
    if before is not None:
        linking.remove_if_empty(session, before)
    return Recognised(device.id, customer.id, scan.id, follows | happened)


def _take_over(
    session: Session, old: Device | None, customer: Customer, language: str, now: datetime
) -> tuple[Device, Follows, Customer | None]:
    """A new device of the customer, and what an anonymous one left in this browser.

    Always a new one: whoever had put the cookie that was here into this browser would be recognised with it too.
    """
    device = new_browser(session, language, now, customer.id)
    if old is None or not is_browser_in_use(old):
        return device, Follows(), None
    before = session.get_one(Customer, old.customer_id)
    if before.id != customer.id and not before.anonymous:
        return device, Follows(), None  # somebody else's, and it stays theirs
    follows, emptied = Follows(), None
    if before.id != customer.id:
        handed = linking.hand_over(session, old, before, customer, now)
        follows = Follows(forget=(old.id,), happened=handed.happened)
        follows |= Follows.of_positions(handed.devices, handed.covered)
        follows |= Follows(targets=targets_of(session, [customer.id]))
        emptied = before
    device_queries.move_browser(session, old, device, now)
    return device, follows, emptied


def _give(
    session: Session, scan: Scan, customer: Customer, device: Device, *, keys: CodeKeys, now: datetime
) -> Follows:
    """The scan is theirs, and with it at once what its campaign gives them. The scan is written after the offer is locked, as everybody does it."""
    given = decide_scan(session, scan, customer, asked_for=False, keys=keys, now=now)
    scan_queries.recognise(session, scan.id, customer.id, device.id)
    return Follows(happened=tuple(given.happened))


@dataclass(frozen=True, slots=True)
class NewLink:
    token: str
    """Shown once; only its hash is kept."""
    expires_at: datetime


def make_link(session: Session, customer_id: str, *, now: datetime) -> NewLink:
    token = secrets.token_urlsafe(32)
    if customer_id not in customer_queries.lock_customers(session, [customer_id]):
        raise NotFound("customer")
    expires_at = now + LINK_LIFE
    session.add(PageLink(mark=_mark(token), customer_id=customer_id, created_at=now, expires_at=expires_at))
    session.flush()
    return NewLink(token, expires_at)


def follow_link(
    session: Session, token: str, scan_id: str | None, *, language: str, keys: CodeKeys, now: datetime
) -> Recognised | None:
    """A browser of the customer whose app made the link, once; none for one that was used, is over, or is none.

    What an anonymous customer left in the browser stays theirs: whoever opens a link that somebody else sent them gives nothing away.
    A scan that is named counts when it is this customer's, or nobody's.
    """
    owner = queries.owner_of_link(session, _mark(token))
    if owner is None:
        return None
    customer = customer_queries.customers_locked(session, [owner]).get(owner)
    if customer is None or queries.use_link(session, _mark(token), now) is None:
        return None
    device = new_browser(session, language, now, customer.id)
    scan = scan_queries.scan_by_id(session, scan_id) if scan_id else None
    if scan is None or scan.customer_id not in (None, customer.id):
        return Recognised(device.id, customer.id, None, Follows())
    return Recognised(device.id, customer.id, scan.id, _give(session, scan, customer, device, keys=keys, now=now))


def would_change_hands(session: Session, token: str, device_id: str | None) -> bool:
    """Whether a browser that is somebody else's by now would become the link's customer's: nobody's is swapped by an address that they were sent."""
    browser, owner = browser_by_id(session, device_id), queries.owner_of_link(session, _mark(token))
    return browser is not None and owner is not None and browser[1].id != owner


def purge_recognitions(session: Session, *, before: datetime) -> int:
    """Remove codes and links that were over before then; how many."""
    return queries.purge_recognitions(session, before)


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
