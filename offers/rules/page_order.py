"""Orders that a visitor makes on a page: what names them, and how long what the page showed is good for."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from offers.rules.coupon_codes import DIGITS, CodeKeys

MOST_OPEN = 3
"""Orders made on pages that one customer, or one scan, may have open at a time: nobody empties a shop."""
FORM_LIFE = timedelta(hours=24)
"""Of what a page showed before it was confirmed."""
CLOCKS_APART = timedelta(minutes=5)
"""How far ahead the clock of the machine that showed a form may be. A form of later than that nobody was shown."""
UNDER_WAY = ("wanted", "open", "pending", "authorized")
"""States of a payment of which something may yet come."""
UNPAID_FOR = timedelta(minutes=15)
"""So long a payment that has not begun keeps its pieces, and one that is under way is not asked for by itself."""
HELD_FOR = timedelta(days=2)
"""So long a piece is put by for who reserved it and did not pay, unless the shop says that it is ready: nobody empties a shop by reserving."""
COMING_FOR = timedelta(hours=4)
"""So long who said that they are on their way, or here, to an order that is not ready is believed: the longest that they can say they need."""
CODE_SIGNS = "23456789CFGHJMPQRVWX"
"""Of pickup codes: those of open location codes, which are not read as each other and spell no words."""
CODE_LENGTH = 4
_NONCE = re.compile(r"(?P<at>[0-9]{1,12})-(?P<dice>[A-Za-z0-9_-]{12,40})", re.ASCII)


def nonce_of(at: datetime, dice: str) -> str:
    """What one showing of a form carries: `dice` is 12 unguessable characters or more, of base64url."""
    return f"{int(at.timestamp())}-{dice}"


def shown_at(nonce: str) -> datetime | None:
    """When that form was shown; none where it is no nonce, or of no year that there is."""
    read = _NONCE.fullmatch(nonce)
    try:
        return datetime.fromtimestamp(int(read["at"]), UTC) if read else None
    except (ValueError, OverflowError, OSError):
        return None


def order_id_of(scan_id: str, nonce: str) -> str:
    """One order a showing of a form: a second tap, another tab and the way back find the same. 130 bits of SHA-256."""
    number = int.from_bytes(hashlib.sha256(f"{scan_id}\n{nonce}".encode()).digest()[:17]) >> 6
    return "ord_" + "".join(DIGITS[number >> (5 * place) & 31] for place in reversed(range(26))).lower()


def payment_id_of(order_id: str, number: int) -> str:
    """Of an order's first payment, its second …: whoever begins it twice begins the same."""
    return f"pay_{order_id.removeprefix('ord_')[:40]}_{number}"


def pickup_code(keys: CodeKeys, order_id: str, attempt: int) -> str:
    """What the customer says at the counter. Another for each attempt, since one that is open at the place can not be taken."""
    number = int.from_bytes(hmac.digest(keys.making, f"pickup:{order_id}:{attempt}".encode(), "sha256")[:8])
    signs = []
    for _ in range(CODE_LENGTH + attempt // 20):
        number, digit = divmod(number, len(CODE_SIGNS))
        signs.append(CODE_SIGNS[digit])
    return "".join(signs)
