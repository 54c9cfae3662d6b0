"""*Save the offer*: a visitor takes what a page offers to everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.records.queries import counting
from offers.records.queries import scans as scan_queries
from offers.records.queries.browsers import browser_locked, new_browser
from offers.records.tables import Customer
from offers.rules.coupon_codes import CodeKeys
from offers.scan_decisions import decide_scan


@dataclass(frozen=True, slots=True)
class Saved:
    """`coupon_id` is none where there was nothing to save; `outcome` then says why, or is none where the code leads to no campaign, and `device_id` is
    nobody's where the browser was.
    """

    device_id: str
    coupon_id: str | None
    outcome: str | None
    follows: Follows


def save_offer(
    session: Session, scan_id: str, device_id: str | None, *, language: str, keys: CodeKeys, now: datetime
) -> Saved:
    """The coupon of the scan's campaign, for this browser's customer; for a browser that is nobody's a person nobody knows is made.

    Safe to repeat in a browser that keeps its cookie. `NotFound` for a page that is none.
    """
    scan = scan_queries.scan_by_id(session, scan_id)
    if scan is None:
        raise NotFound("page")
    found = browser_locked(session, device_id)
    if found is None:
        device = new_browser(session, language, now)
        customer = session.get_one(Customer, device.customer_id)
        customer.language = language
    else:
        device, customer = found
    given = decide_scan(session, scan, customer, asked_for=True, keys=keys, now=now)
    scan_queries.recognise(session, scan.id, customer.id, device.id)  # after the offer, as everybody locks them
    follows = Follows(happened=tuple(given.happened))
    if given.coupon is None:
        if found is None:  # nobody is kept for whom there is nothing
            counting.count_what_goes_with(session, customer.id)
            session.delete(customer)
            session.flush()
        return Saved(device.id, None, given.outcome, follows)
    scan_queries.finish(session, scan.id, "saved", now)
    return Saved(device.id, given.coupon.id, given.outcome, follows)
