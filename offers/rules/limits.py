"""The desk's settings and their defaults: the limits that hold over all campaigns."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import Field

from offers.rules.values import Duration, Language, Strict, Window


class FrequencyCap(Strict):
    """At most so many offers in a rolling window, over all campaigns."""

    messages: int = Field(ge=1, le=1000)
    window: Duration


class Limits(Strict):
    frequency_cap: FrequencyCap | None = FrequencyCap(messages=3, window=timedelta(days=1))
    quiet_hours: Window | None = Window(**{"from": time(21), "until": time(8)})
    hold_out_percent: int = Field(0, ge=0, le=100)
    default_language: Language = "en"
    message_life: Duration = timedelta(minutes=15)
    abandoned_after: Annotated[Duration, Field(lt=timedelta(days=1))] | None = timedelta(hours=1)
    """How long after a scan of which nothing came its customer is reminded, by campaigns with the trigger `abandoned`; none: never."""
    uncollected_after: Duration | None = timedelta(days=3)
    """How long after an order was ready its customer is told once more that it waits, and it comes on the store's list; none: never."""
    approach_reach_m: int = Field(2000, ge=0, le=20_000)
    """How far from its store, in metres, a customer with an order that is ready leaves a landmark and is reminded; 0: of no landmark."""
    delivery_rate: int | None = Field(None, ge=1, le=100_000)
    """Messages a second, over all processes and ways out."""
