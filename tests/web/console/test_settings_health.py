"""Health in plain words: what /readyz says, what it means, and what to do."""

import pytest
from redis import Redis

from offers.push import Outcome
from offers.push_lanes import learn_of_lanes
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import Served
from tests.web.console.conftest import Enter
from web.console.settings_health import PARTS
from web.health import LOOKS
from workers.vitals import HEARD_BEAT, HEARD_WORKER

WHERE = "/console/settings/health"


def test_every_part_of_readyz_has_its_words() -> None:
    assert set(PARTS) == {*LOOKS, "mqtt", "disk"}


def test_what_does_not_work_comes_first_with_what_to_do(enter: Enter, redis_db: Redis) -> None:
    boss = enter("admin")
    page = boss.look(WHERE)
    assert "Not everything works: Workers and Beat." in page.text
    assert "Start passerby worker" in page.text.replace("`", "")
    assert [one for one in page.ids if one.startswith("part-")][:2] == ["part-workers", "part-beat"]
    redis_db.mset({HEARD_WORKER: NOON.timestamp(), HEARD_BEAT: NOON.timestamp()})
    page = boss.look(WHERE)
    assert "Everything works." in page.text
    assert "Start passerby worker" not in page.text.replace("`", "")


@pytest.mark.parametrize("language", ["nl", "de"])
def test_a_push_service_that_refuses_us_is_named(
    enter: Enter, database: Database, served: Served, language: str
) -> None:
    refused = Outcome("failed", "sender_forbidden", lane="fcm", alarm=True)
    with database.transaction() as session:
        learn_of_lanes(session, [("fcm", refused)], now=NOON)
    page = enter("admin", language=language).look(WHERE)
    assert "part-push" in page.ids
    ill = page.html.partition('id="part-push"')[2].partition("</li>")[0]
    assert "is-failed" in ill
    assert "fcm" in ill
