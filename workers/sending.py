"""Sending: pick, claim, word, hand over, record. No session is open while a message is on its way."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from offers.claiming import LEASE, Claimed, claim_deliveries, count_due, pick_deliveries, word_delivery
from offers.deliveries import Sent, SentTo, record_outcomes
from offers.push import Outcome, Push, PushMessage
from offers.push_lanes import Learnt, give_back_to_rate, learn_of_lanes, take_from_rate
from offers.records.database import AWAY, Database
from offers.rules.coupon_codes import CodeKeys
from workers.failpoints import Failpoints

MOST = 100
"""Deliveries of one pick: their customers are locked together."""

LONGEST_CLAIM_S = 15.0
"""Of the lease (60 s) so much remains at least that a send (35 s at most) and what is written of it fit in."""
WRITTEN_WITHIN_S = LEASE.total_seconds() - 5.0
"""From the claim on: for so long it is tried to write what is known of messages that have left."""
AGAIN_S, LONGEST_AGAIN_S = 0.2, 2.0

NOT_HANDED_OVER = Outcome("waiting")
"""Surely not sent; where there is no other try, its life says so."""

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """What one pick came to."""

    picked: int
    sent: int
    more: bool
    """Whether to pick again at once: there may be more that is due, and the rate may let it go."""


@dataclass(frozen=True, slots=True)
class Sender:
    database: Database
    push: Push
    keys: CodeKeys
    failpoints: Failpoints
    follow: Callable[[list[dict[str, Any]]], None]
    """Told what became of the deliveries, after each commit. It must not raise: some of them may be about to be sent."""
    longest_claim_s: float = LONGEST_CLAIM_S
    written_within_s: float = WRITTEN_WITHIN_S

    def deliver_next(self, now: Callable[[], datetime], most: int = MOST) -> Round:
        """Send the next that are due over all that wait, as many as the rate lets go. Safe to repeat, and to run in many processes at once."""
        allowed, is_full = self._allowed(now, most)
        if not allowed:
            return Round(0, 0, more=False)
        sender = secrets.token_hex(8)
        with self.database.transaction() as session:
            picked = pick_deliveries(session, sender, allowed, now=now())
        self.failpoints.reach("deliver.picked")
        used, sent = self._send_picked(picked, sender, now) if picked else (0, 0)
        if used < allowed:
            with self.database.transaction() as session:
                give_back_to_rate(session, allowed - used)
        return Round(len(picked), sent, more=is_full and bool(picked))

    def deliver(self, delivery_ids: Sequence[str], now: Callable[[], datetime]) -> int:
        """Send those of these that are queued and due; how many were handed over. Safe to repeat: a claimed one is not claimed again."""
        _, sent = self._send_picked(delivery_ids, secrets.token_hex(8), now)
        return sent

    def _allowed(self, now: Callable[[], datetime], most: int) -> tuple[int, bool]:
        """How many may go now, and whether that is all that this round takes."""
        with self.database.reading() as session:
            due = count_due(session, most, now=now())
        if not due:
            return 0, False
        with self.database.transaction() as session:
            return take_from_rate(session, due, now=now()), due == most

    def _send_picked(self, ids: Sequence[str], sender: str, now: Callable[[], datetime]) -> tuple[int, int]:
        """How many of these have used the rate, and how many were handed over."""
        began = time.monotonic()
        with self.database.transaction() as session:
            claims = claim_deliveries(session, ids, sender, keys=self.keys, now=now())
        self.follow(claims.happened)
        if not claims.held:
            return claims.paced, 0
        self.failpoints.reach("deliver.claimed")
        worded = [(one, *word_delivery(one)) for one in claims.held]
        took_s = time.monotonic() - began
        outcomes = self._send_those_in_time([message for _, message, _ in worded], claims.held[0].claimed_at, took_s)
        self.failpoints.reach("deliver.sent")
        until = began + self.written_within_s
        self._learn(claims.held, outcomes, now, until)
        results = [
            Sent(one.delivery_id, one.language, words, outcome, message.image, _to(one))
            for (one, message, words), outcome in zip(worded, outcomes, strict=True)
        ]
        happened = self._written(lambda session: record_outcomes(session, sender, results, now=now()), until)
        self.failpoints.reach("deliver.recorded")
        self.follow(happened)
        return len(claims.held) + claims.paced, sum(outcome.state == "sent" for outcome in outcomes)

    def _send_those_in_time(
        self, messages: Sequence[PushMessage], claimed_at: datetime, took_s: float
    ) -> list[Outcome]:
        """The claim may have waited for locks: what has no life left by now is not handed over, nor anything of which the lease would end on its way."""
        if took_s > self.longest_claim_s:
            log.warning("claim_too_slow", seconds=round(took_s), deliveries=len(messages))
            return [NOT_HANDED_OVER] * len(messages)
        at = claimed_at + timedelta(seconds=took_s)
        in_time = [one for one in messages if one.expires_at > at]
        outcomes = iter(self._send(in_time) if in_time else [])
        return [next(outcomes) if one.expires_at > at else NOT_HANDED_OVER for one in messages]

    def _written(self, work: Callable[[Any], T], until: float) -> T:
        """A transaction after the messages have left: while the database is away it is tried again, for as long as the lease holds.

        What is never written is `unknown`: an offer too few, an order told twice.
        """
        wait_s = AGAIN_S
        while True:
            try:
                with self.database.transaction() as session:
                    return work(session)
            except AWAY as error:
                if time.monotonic() + wait_s > until:
                    raise
                log.warning("outcomes_wait_for_the_database", error=type(error).__name__)
                time.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_AGAIN_S)

    def _send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        try:
            outcomes = self.push.send(messages)
        except Exception as error:
            log.exception("push_raised", error=type(error).__name__, deliveries=len(messages))
            outcomes = []
        if len(outcomes) != len(messages):  # nobody can tell which is whose
            return [Outcome("unknown", "push_raised")] * len(messages)
        return outcomes

    def _learn(
        self, held: Sequence[Claimed], outcomes: Sequence[Outcome], now: Callable[[], datetime], until: float
    ) -> None:
        """Before the outcomes are recorded, so that pauses and brakes hold for the batch that shows them."""
        answers = [(one.lane, outcome) for one, outcome in zip(held, outcomes, strict=True)]
        learnt = self._written(lambda session: learn_of_lanes(session, answers, now=now()), until)
        _tell_of_lanes(learnt)


def _to(claimed: Claimed) -> SentTo:
    return SentTo(claimed.lane, claimed.push_token, claimed.claimed_at)


def _tell_of_lanes(learnt: Learnt) -> None:
    for reason, count in learnt.alone.items():
        log.error("push_message_refused", reason=reason, count=count)
    for lane, reason in learnt.alarmed:
        log.error("push_lane_alarm", lane=lane, reason=reason)
    for lane in learnt.braked:
        log.error("push_lane_braked", lane=lane, reason="sender_mismatch")
    for lane in learnt.healed:
        log.warning("push_lane_healed", lane=lane)
