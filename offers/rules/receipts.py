"""What phones and browsers tell of a message, as callers write it: that it arrived, that it was opened, and when."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from offers.rules.values import Moment, Strict

What = Literal["received", "opened"]
MOST_RECEIPTS = 100


class WhenBody(Strict):
    """`POST /v1/deliveries/{id}/received` and `…/opened`; the body may be left out."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"at": "2026-12-01T13:00:05+01:00"}]}
    )

    at: Moment | None = None
    """When it happened, by the phone's clock; missing is now."""


class ReceiptBody(Strict):
    """`POST /v1/receipts`: one, or up to a hundred in an array."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "ack_id": "dlv_01kbc3f0m8v6w2x9y4z7a1b2c3.hT0kYc1mUe8Qw2ra",
                    "what": "received",
                    "at": "2026-12-01T13:00:05+01:00",
                }
            ]
        },
    )

    ack_id: str = Field(min_length=1, max_length=200)
    what: What
    at: Moment | None = None


Receipts = Annotated[
    Annotated[ReceiptBody, Tag("one")]
    | Annotated[list[ReceiptBody], Field(min_length=1, max_length=MOST_RECEIPTS), Tag("several")],
    Discriminator(lambda value: "several" if isinstance(value, list) else "one"),
]


def happened_at(said: datetime | None, sent_at: datetime, now: datetime) -> datetime:
    """A phone's clock may be wrong: nothing arrives before it was sent, and nothing will have arrived."""
    return max(min(said or now, now), sent_at)
