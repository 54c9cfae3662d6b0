"""A message that we can not work, by a fault of ours: with a real broker, as in test_mqtt."""

from typing import Any

from tests.web.conftest import PLACE
from tests.web.ingest.test_mqtt import World, broker, here, phone, settings, until, world  # noqa: F401 - its fixtures
from web.ingest.intake import Intake

FAULTY_ACC = 16


class Faulty(Intake):
    async def take(self, *args: Any) -> Any:
        if args[2].pings[0].accuracy_m == FAULTY_ACC:
            raise ZeroDivisionError
        return await super().take(*args)


def test_a_fault_of_ours_is_counted_and_shuts_nobody_out(world: World) -> None:  # noqa: F811 - the fixture
    """More messages than the broker lets be unacknowledged, twenty, and then one that can be worked."""
    with world.listen(Faulty):
        for second in range(25):
            world.phone.say(here(world.clock, acc=FAULTY_ACC, tst=int(world.clock()) - 60 + second))
        world.phone.say(here(world.clock, acc=15))
        assert until(world.lanes.pings) == [(PLACE["lat"], PLACE["lon"], world.clock(), 15)]
        assert until(lambda: world.outcomes().get("failed") == 25)
