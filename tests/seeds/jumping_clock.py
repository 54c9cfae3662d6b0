"""A clock for what waits: nobody waits, and what was asked for can be read."""

import asyncio


class JumpingClock:
    """Sleeping is done at once; what was asked for is kept."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.at = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)
