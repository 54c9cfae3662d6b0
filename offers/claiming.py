"""Claiming: of what waits the next are picked, taken for one sender while they are still true, and worded."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from offers.push import MessageKind, PushKind, PushMessage, ack_id_of, lane_of, lanes_above, tag_of
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import push_lanes as lane_queries
from offers.records.queries import wording
from offers.records.queries.for_orders import deliveries_told
from offers.records.queries.giving_back import give_back
from offers.records.queries.order_wording import order_told_of
from offers.records.queries.stepping import take_step, tried
from offers.records.queries.telling import tell_elsewhere
from offers.records.queries.there import There, fetch
from offers.records.tables import Delivery, Device, Offer
from offers.rules.campaign import Message
from offers.rules.conversation import ANSWERED_IN_TIME, is_read
from offers.rules.coupon import end_of_coupon
from offers.rules.coupon_codes import CodeKeys
from offers.rules.order_moments import READY, WRONG_STORE, moment_named, name_of
from offers.rules.order_wording import order_message
from offers.rules.page_links import page_mark, page_path
from offers.rules.personal_facts import About, message_facts
from offers.rules.personalise import LEAST, MOST_BYTES, Words, choose_language, word
from offers.rules.push_lanes import TRY_PAUSE, LaneState, Ways
from offers.rules.quiet_hours import ends_at
from offers.rules.scan_moments import page_of
from offers.rules.sending import SERVICE, Step, after_the_pause, life_over, put_off
from offers.rules.service_messages import reply_message
from offers.rules.values import language_chain

LEASE = timedelta(seconds=60)
"""Longer than any send may take; a sender that has not answered by then is dead."""
PICK_LEASE = timedelta(seconds=40)
"""Longer than a statement may take: from the pick to its claim."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that one sender holds, with everything its words and its push need. No session is open while it is sent."""

    delivery_id: str
    device_id: str
    push_kind: PushKind
    push_token: str
    platform: str
    kind: MessageKind
    source_id: str
    ack_id: str
    expires_at: datetime
    language: str
    message: Mapping[str, Any]
    facts: Mapping[str, Any]
    claimed_at: datetime
    image: str | None = None

    @property
    def lane(self) -> str:
        return lane_of(self.push_kind, self.platform)


@dataclass(frozen=True, slots=True)
class Claims:
    held: list[Claimed]
    happened: list[dict[str, Any]]
    """Those that were taken back instead of sent."""
    paced: int = 0
    """How many wait since their lane goes slowly; these have used the rate."""


def pick_deliveries(session: Session, sender: str, most: int, *, now: datetime) -> list[str]:
    """Mark the next that are due for `sender`, in their order over all that wait; a transaction of its own, which waits for nobody.

    A sender that dies before its claim leaves them free when the mark's time is over.
    """
    return delivery_queries.pick(session, sender, now, now + PICK_LEASE, most)


def count_due(session: Session, most: int, *, now: datetime) -> int:
    """How many could be picked now, `most` at most."""
    return len(delivery_queries.due_deliveries(session, now, most))


def claim_deliveries(
    session: Session,
    ids: Sequence[str],
    sender: str,
    *,
    keys: CodeKeys,
    now: datetime,
    dice: Callable[[], float] = random.random,
) -> Claims:
    """Take what is queued of these for `sender`, and take back what may not go any more: consent, quiet hours, life.

    What goes by a lane that pauses, or what somebody waits for in the quiet hours, is put off and not taken. From here on the coupon of what is taken can
    be redeemed: its code may be on the phone before anybody has written so.

    Customers are locked before their deliveries, here as everywhere, so that nobody waits in a circle.
    """
    states = lane_queries.lane_states(session)
    tries = [name for name in _to_try(session, states, ids, now) if _takes_the_try(session, name, now)]
    customers = customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
    rows = delivery_queries.claim(session, ids, sender, now, now + LEASE)
    fetched = fetch(session, rows, customers, keys, now)
    theres = {row.id: fetched.there(row) for row in rows}
    refused = {row.id: why for row in rows if (why := why_not(row, theres[row.id]))}
    going = Counter(_lane(theres[row.id].device) for row in rows if row.id not in refused)
    ways = Ways(states, tries, now, going)
    going_on, taken_back, paced = [], [], 0
    for row in rows:
        there = theres[row.id]
        step = _taken_back(row, refused[row.id]) if row.id in refused else _until_morning(row, there)
        if step is None and (wait := ways.wait(lanes_above(_lane(there.device)))):
            paced += wait.paced
            step = put_off(tried(row), wait.reason, after_the_pause(wait.until, dice()), attempts=row.attempts - 1)
        if step is None:
            going_on.append(row)
            continue
        take_step(row, step)
        if step.state != "queued":
            taken_back.append(row)
    session.flush()  # before the others: rows of one flush are one statement where the same changes in all
    held = [_claimed(row, theres[row.id], keys) for row in going_on]
    session.flush()
    give_back(session, taken_back, now)
    tell_elsewhere(session, taken_back, now)
    return Claims(held, deliveries_told(session, taken_back), paced)


def _to_try(session: Session, states: Mapping[str, LaneState], ids: Sequence[str], now: datetime) -> list[str]:
    """Lanes whose alarm has waited long enough, of those that these deliveries go by."""
    over = [name for name, state in states.items() if state.may_try(now)]
    if not over:
        return []
    addresses = delivery_queries.addresses(session, ids)
    under = {name for kind, platform in addresses for name in lanes_above(lane_of(kind or "token", platform))}
    return [name for name in over if name in under]


def _takes_the_try(session: Session, name: str, now: datetime) -> bool:
    return lane_queries.take_the_try(session, name, now, now + TRY_PAUSE)


def _lane(device: Device) -> str:
    return lane_of(device.push_kind or "token", device.platform)


# why something may not go


def why_not(row: Delivery, there: There) -> str | None:
    """Why this may go no more, by name; what each kind of message asks is one function."""
    if there.now >= row.expires_at:
        return "too_late"
    if row.kind == "reply" and there.conversation and is_read(there.conversation.read_at, _moment(row, "said_at")):
        return "read"
    if row.kind == "order":
        return _why_no_order(row, there)
    return WHY_NOT[row.kind](there)


def _moment(row: Delivery, name: str) -> datetime:
    return datetime.fromisoformat(row.context[name])


def _why_no_offer(there: There) -> str | None:
    campaign, coupon = there.campaign, there.coupon
    # of a poster's moment no position was used: offers alone have to be agreed to
    if not (there.customer.offers and (there.customer.location or there.scan_id)):
        return "no_consent"
    if campaign is None:
        return "not_live"
    if there.is_over:
        return "finished"
    if not there.is_reachable:
        return "no_reachable_device"
    if there.place is None:
        return "place_removed"
    if there.is_quiet:
        return "quiet_hours"
    if there.offer is not None and there.offer.valid_until is not None and there.offer.valid_until <= there.now:
        return "sold_out"  # it has ended since: its coupon would be good for nothing
    if campaign.offer != (coupon.offer_id if coupon else None):
        return "sold_out"  # the campaign was edited since: its text would promise what was not reserved
    return None


def _why_no_order(row: Delivery, there: There) -> str | None:
    """Whoever waits for it gave the consent for that alone. In the quiet hours it waits, it does not end."""
    if not there.customer.orders:
        return "no_consent"
    if there.order is None:
        return "order_removed"
    if there.order.status not in moment_named(row.moment).while_in:
        return "not_ready" if name_of(row.moment) == READY else "over"
    if name_of(row.moment) == WRONG_STORE and not there.is_still_here:
        return "over"  # they walked past
    return None if there.is_reachable else "no_reachable_device"


def _why_no_reply(there: There) -> str | None:
    """Whoever asked gave the consent for what they wait for. Whether they have read it meanwhile is asked before."""
    if not there.customer.orders:
        return "no_consent"
    if there.conversation is None:
        return "conversation_removed"
    return None if there.is_reachable else "no_reachable_device"


def _why_no_test(there: There) -> str | None:
    """Nothing that keeps a customer's messages apart keeps this; but nobody gets a try of what they did not agree to."""
    if not there.customer.offers:
        return "no_consent"
    if there.campaign is None:
        return "campaign_removed"
    return None if there.is_reachable else "no_reachable_device"


WHY_NOT: Mapping[str, Callable[[There], str | None]] = {
    "offer": _why_no_offer,
    "reply": _why_no_reply,
    "test": _why_no_test,
}


def _taken_back(row: Delivery, reason: str) -> Step:
    if reason == "too_late":
        return life_over(tried(row), row.reason)
    return Step("failed", reason, row.attempts, row.doubts)


def _until_morning(row: Delivery, there: There) -> Step | None:
    """What somebody waits for is not dropped for the quiet hours; and who asked just now is awake, and is told."""
    window = there.limits.quiet_hours
    if row.kind not in SERVICE or window is None or not there.is_quiet:
        return None
    if row.kind == "order" and not moment_named(row.moment).waits:
        return None
    if row.kind == "reply" and there.now - _moment(row, "asked_at") <= ANSWERED_IN_TIME:
        return None
    return put_off(tried(row), "quiet_hours", ends_at(there.now, there.zone, window), attempts=row.attempts - 1)


# what is handed to the words and to the push


def _claimed(row: Delivery, there: There, keys: CodeKeys) -> Claimed:
    language, message, facts, image = WORDED[row.kind](row, there)
    device = there.device
    return Claimed(
        delivery_id=row.id,
        device_id=device.id,
        push_kind=cast("PushKind", device.push_kind or "token"),
        push_token=device.push_token or "",
        platform=device.platform,
        kind=cast("MessageKind", row.kind),
        source_id=row.source_id,
        ack_id=ack_id_of(row.id, keys),
        expires_at=row.expires_at,
        language=language,
        message=message,
        facts=facts,
        claimed_at=there.now,
        image=image,
    )


Worded = tuple[str, Mapping[str, Any], Mapping[str, Any], str | None]
"""Language, the message's templates by part, the facts that they are filled from, and its picture."""


def _offer_worded(row: Delivery, there: There) -> Worded:
    coupon = there.coupon
    row.coupon, code = (coupon.name, coupon.code) if coupon else (None, None)
    told = _about(row, there)
    return _worded(row, there, replace(told, code=code, ends_at=_end_of(there.offer, there.now) if coupon else None))


def _test_worded(row: Delivery, there: There) -> Worded:
    return _worded(row, there, wording.with_an_example(_about(row, there), there.offer, there.now))


def _about(row: Delivery, there: There) -> About:
    assert there.campaign is not None, "a delivery without its campaign has a reason not to go"
    distance_m = row.context.get("distance_m")
    return wording.about(there.customer, there.place, there.device, there.campaign, there.named, distance_m=distance_m)


def _worded(row: Delivery, there: There, about: About) -> Worded:
    campaign = there.campaign
    assert campaign is not None, "see _about"
    messages = campaign.messages_of(row.variant)
    defaults = (campaign.default_language, there.limits.default_language)
    language = choose_language(messages, language_chain(there.customer.language or there.device.locale, *defaults))
    message = messages[language]
    facts = message_facts(
        about, language_chain(language, *defaults), there.now.astimezone(there.zone), message.facts_named()
    )
    return language, _sources(message, there.scan_id), facts, wording.image_of(message, campaign, there.named)


def _sources(message: Message, scan_id: str | None) -> Mapping[str, str]:
    """A reminder that names no address leads to the page of its scan."""
    sources = message.sources()
    return sources if scan_id is None or "url" in sources else {**sources, "url": page_of(scan_id)}


def _order_worded(row: Delivery, there: There) -> Worded:
    theirs = language_chain(there.customer.language or there.device.locale, there.limits.default_language)
    language, message, facts = order_message(order_told_of(row, there), theirs, there.texts)
    return language, {**message, "url": page_path(there.keys, "order", row.source_id)}, facts, None


def _reply_worded(row: Delivery, there: There) -> Worded:
    """In the language of the conversation. Its words are not told: a locked screen is anybody's to read."""
    assert there.conversation is not None, "a reply without its conversation has a reason not to go"
    theirs = language_chain(there.conversation.language, there.customer.language, there.limits.default_language)
    mark = page_mark(there.keys, "conversation", row.source_id)
    return (*reply_message(row.source_id, mark, there.place.name if there.place else "", theirs), None)


WORDED: Mapping[str, Callable[[Delivery, There], Worded]] = {
    "offer": _offer_worded,
    "order": _order_worded,
    "reply": _reply_worded,
    "test": _test_worded,
}


def _end_of(offer: Offer | None, now: datetime) -> datetime | None:
    """When a coupon that is issued about now will end."""
    return None if offer is None else end_of_coupon(now, offer.valid_for_s, offer.valid_until)


def word_delivery(claimed: Claimed) -> tuple[PushMessage, Words]:
    """Fill the words; pure and outside any transaction."""
    words = word(claimed.message, claimed.facts, claimed.language, MOST_BYTES.get(claimed.platform, LEAST))
    message = PushMessage(
        delivery_id=claimed.delivery_id,
        device_id=claimed.device_id,
        push_kind=claimed.push_kind,
        push_token=claimed.push_token,
        platform=claimed.platform,
        kind=claimed.kind,
        tag=tag_of(claimed.kind, claimed.source_id),
        ack_id=claimed.ack_id,
        expires_at=claimed.expires_at,
        language=claimed.language,
        title=words.title,
        body=words.body,
        url=words.url,
        image=claimed.image,
        label=claimed.source_id if claimed.kind == "offer" else claimed.kind,
    )
    return message, words
