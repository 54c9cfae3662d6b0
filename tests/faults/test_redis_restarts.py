"""Redis is killed and comes back, and is emptied: no accepted ping is lost to the first, nothing in SQL to the second."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds.phone import Line, Phone, moment
from tests.faults.conftest import Where
from tests.faults.town import Service, serving
from tests.faults.walk_in import PATIENT, PEOPLE, STORE, everybody_came_in_once, settle_store, walk_in

pytestmark = pytest.mark.faults


def kill_redis(service: Service) -> None:
    client: Any = service.redis()
    os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)


@pytest.mark.timeout(240)
def test_no_accepted_ping_is_lost_when_redis_is_killed(tmp_path: Path, where: Where) -> None:
    with serving(tmp_path, where()) as service:
        settle_store(service)
        walk_in(service, [(at, lambda: kill_redis(service)) for at in (2.0, 6.0)])
        service.settle(within_s=90)
        everybody_came_in_once(service)


@pytest.mark.timeout(240)
def test_an_emptied_redis_is_rebuilt_and_nobody_enters_twice(tmp_path: Path, where: Where) -> None:
    with serving(tmp_path, where()) as service:
        settle_store(service)
        walk_in(service)
        service.settle()
        client: Any = service.redis()
        client.flushall()
        service.wait_until_ready(within_s=30)

        async def once_more() -> None:
            async with httpx.AsyncClient(base_url=service.url) as http:
                for number in range(PEOPLE):
                    phone = await Phone.register(
                        Line(http, PATIENT),
                        service.key,
                        customer=f"p{number}",
                        consents={"location": True},
                        push_token=f"again{number}",
                    )
                    await phone.send([{**STORE, "accuracy_m": 10, "at": moment(time.time())}])

        asyncio.run(once_more())
        service.settle()
        assert len(service.everything("/v1/visits")) == PEOPLE
        assert len(service.everything("/v1/deliveries")) == PEOPLE
