"""What each answer of a browser's push service means for the message, RFC 8030 and what the services really say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from offers.push import Outcome

LANE = "web_push"
MOST_WAIT_S = 3600.0
QUOTA_WAIT_S = 60.0
"""What a service that is asked too often gets when it does not say how long."""
LONGEST_ID = 500
"""Characters of a `Location` that are kept."""

OTHER_KEY = (
    "vapidpkhashmismatch",  # Apple, 400
    "vapid public key mismatch",  # Mozilla, 401 with errno 109, which it says of other faults too
    "do not correspond to the credentials used to create the subscription",  # Google, 403
    "does not correspond to the sender id",  # Google, 403, of older subscriptions
)
"""How the services say that a subscription was made with another key than ours. Nothing but subscribing anew mends that."""
NO_KEY = ("unauthorizedregistration", "badjwttoken", "vapid", "authorization header", "jwt")
"""How a 400 says that it is our signature that was refused, and not the message."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    """The beginning of what was said."""


def outcome_of(answer: Answer, now: datetime) -> Outcome:
    """What became of the message; every answer has an outcome."""
    status, said = answer.status, answer.text.lower()
    if 200 <= status < 300:
        location = answer.headers.get("Location", "")[:LONGEST_ID]
        kept = location.isascii() and location.isprintable()  # no database takes half a character
        return Outcome("sent", provider_id=location if location and kept else None)
    if status in {404, 410}:
        return Outcome("failed", "subscription_gone", address="dead")
    if status in {400, 401, 403} and any(one in said for one in OTHER_KEY):
        return Outcome("failed", "vapid_mismatch", address="mismatched")
    if status in {401, 403} or (status == 400 and any(one in said for one in NO_KEY)):
        return Outcome("waiting", "credentials_refused", lane=LANE, alarm=True)
    if status in {406, 429}:  # 406 is how Windows says it
        asked = retry_after_s(answer.headers, now)
        return Outcome("waiting", "quota", retry_after_s=QUOTA_WAIT_S if asked is None else asked)
    if status == 408 or status >= 500:
        return Outcome("waiting", "unavailable", retry_after_s=retry_after_s(answer.headers, now))
    if status in {400, 413}:
        return Outcome("failed", "bad_payload", alarm=True)
    return Outcome("failed", "not_understood", alarm=True)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """`Retry-After` in seconds, up to an hour; none where there is none that can be read. RFC 9110, section 10.2.3."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", text, re.ASCII):
        return min(float(text[:9]), MOST_WAIT_S)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    wait = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    return min(max(wait, 0.0), MOST_WAIT_S)


def why_refused(text: str) -> str:
    """The service's own word for it, as far as a log may hold it: Apple's reason or Mozilla's number, never a text."""
    found = re.search(r'"reason"\s*:\s*"([A-Za-z]{1,40})"', text) or re.search(r'"errno"\s*:\s*([0-9]{1,4})', text)
    return found[1] if found else ""
