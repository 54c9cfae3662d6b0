"""PostgreSQL is killed, with all its processes, while people come in: no accepted ping is lost, nothing is doubled."""

import time
from pathlib import Path

import pytest

from tests.faults.conftest import on_postgresql
from tests.faults.town import Service, serving
from tests.faults.walk_in import everybody_came_in_once, settle_store, walk_in
from tests.postgres import NoPostgresqlError, Server, postgresql

pytestmark = pytest.mark.faults


@pytest.mark.timeout(300)
def test_killing_postgresql_three_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    try:
        with postgresql(own=True) as server:
            people_come_in_meanwhile(tmp_path, server)
    except NoPostgresqlError as error:
        pytest.skip(f"no PostgreSQL here: {error}")


def people_come_in_meanwhile(folder: Path, server: Server) -> None:
    killed: list[int] = []

    def strike(service: Service) -> None:
        """Gone for a second, and then every part works again within 30."""
        killed.append(server.kill())
        time.sleep(1)
        server.start_again()
        service.wait_until_ready(within_s=30)

    with serving(folder, on_postgresql(server)()) as service:
        settle_store(service)
        walk_in(service, [(at, lambda: strike(service)) for at in (2.0, 5.0, 8.0)])
        service.settle(within_s=90)
        everybody_came_in_once(service)
    assert len(killed) == 3
    assert min(killed) > 3, "the postmaster alone was killed"
