"""Sending: claim, word, hand over, record. No session is open while a message is on its way."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from offers.deliveries import Sent, claim_deliveries, record_outcomes, word_delivery
from offers.push import Outcome, Push
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from workers.failpoints import Failpoints

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sender:
    database: Database
    push: Push
    keys: CodeKeys
    failpoints: Failpoints
    follow: Callable[[list[dict[str, Any]]], None]
    """Told what became of the deliveries, after each commit."""

    def deliver(self, delivery_ids: Sequence[str], now: Callable[[], datetime]) -> int:
        """Send those of these that are queued and due; how many were handed over. Safe to repeat: a claimed one is not claimed again."""
        sender = secrets.token_hex(8)
        with self.database.transaction() as session:
            claims = claim_deliveries(session, delivery_ids, sender, keys=self.keys, now=now())
        self.follow(claims.happened)
        if not claims.held:
            return 0
        self.failpoints.reach("deliver.claimed")
        worded = [word_delivery(one) for one in claims.held]
        outcomes = self._send([message for message, _ in worded])
        self.failpoints.reach("deliver.sent")
        results = [
            Sent(one.delivery_id, one.language, words, outcome)
            for one, (_, words), outcome in zip(claims.held, worded, outcomes, strict=True)
        ]
        with self.database.transaction() as session:
            happened = record_outcomes(session, sender, results, now=now())
        self.follow(happened)
        return sum(outcome.state == "sent" for outcome in outcomes)

    def _send(self, messages: Sequence[Any]) -> list[Outcome]:
        try:
            return self.push.send(messages)
        except Exception as error:
            log.exception("push_raised", error=type(error).__name__, deliveries=len(messages))
            return [Outcome("unknown", "push_raised")] * len(messages)
