from offers.records.queries.writing import write_together
from offers.records.tables import Delivery
from offers.rules.sending import Step, Tried

STEPPED = ("state", "reason", "claim", "lease_until", "not_before", "attempts", "doubts", "context")
"""What a step may change: rows of one batch differ in which of these do."""


def tried(row: Delivery) -> Tried:
    return Tried(row.kind, row.attempts, row.doubts, row.expires_at)


def take_step(row: Delivery, step: Step) -> None:
    """Write what follows; nobody holds it any more."""
    row.state, row.reason = step.state, step.reason
    row.attempts, row.doubts = max(step.attempts, 0), step.doubts
    row.claim = row.lease_until = None
    row.not_before = step.not_before or row.not_before
    if step.fault:
        row.context = {**row.context, "fault": step.fault}
    write_together(row, *STEPPED)


def settle_by_receipt(row: Delivery) -> None:
    """What a phone tells of did leave, whatever the service said of it: it is in doubt no more, and does not go again."""
    if row.received_at is not None and row.state in ("unknown", "queued"):
        row.state, row.reason, row.sent_at = "sent", "receipt", row.received_at
