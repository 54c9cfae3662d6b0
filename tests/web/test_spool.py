"""The disk holds as many files as it was promised to, however many are sent in at one moment."""

import asyncio
from collections import Counter

from fastapi import Request
from starlette.types import Message

from web.problems import ProblemError
from web.spool import MOST_KEPT, Spool


async def _sent_at_once(number: int) -> Counter[str]:
    spool = Spool()
    ends = asyncio.Event()

    async def receive() -> Message:
        await ends.wait()
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send() -> str:
        try:
            (await spool.take(Request({"type": "http", "method": "POST", "headers": []}, receive))).close()
        except ProblemError as refused:
            return refused.name
        return "taken"

    sent = [asyncio.create_task(send()) for _ in range(number)]
    await asyncio.wait(sent, timeout=0.3)
    ends.set()
    return Counter(await asyncio.gather(*sent))


def test_of_many_that_come_at_one_moment_some_are_taken() -> None:
    assert asyncio.run(_sent_at_once(MOST_KEPT + 5)) == {"taken": MOST_KEPT, "service_unavailable": 5}
