"""Every route asks a guard who comes in, or stands in PUBLIC with the reason why it asks nobody."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import RouteContext, iter_route_contexts

from offers.settings import Settings
from web import pings
from web.app import Doors, build_app, build_parts
from web.guards import PUBLIC, Guard
from web.landing.entering import PageGuard

_NOTHING = SimpleNamespace(call=None, dependencies=())


@pytest.fixture
def doors() -> Iterator[Doors]:
    settings = Settings.model_validate(
        {"redis_url": "redis://127.0.0.1:1/0", "secret_key": "x" * 40, "database_url": "sqlite://", "demo": True}
    )
    one = build_app(build_parts(settings))
    yield one
    one.parts.ringing.close()
    one.parts.database.close()


def routes(doors: Doors) -> list[RouteContext]:
    return list(iter_route_contexts(doors.desk.routes))


def guards_of(dependant: Any) -> list[Guard]:
    own = [dependant.call] if isinstance(dependant.call, Guard) else []
    return own + [guard for below in dependant.dependencies for guard in guards_of(below)]


def test_every_route_has_a_guard_or_a_reason(doors: Doors) -> None:
    unguarded = set()
    for route in routes(doors):
        dependant = getattr(route, "dependant", None)
        if dependant is None or not guards_of(dependant):
            unguarded.add(route.path)
    assert unguarded == set(PUBLIC)
    assert all(PUBLIC.values())
    assert len(routes(doors)) > 30


def test_who_has_a_pages_address_may_look_and_no_more(doors: Doors) -> None:
    """A visitors' page lets everybody in who has its address: nothing is changed there but by a form's own guard."""
    looking = [
        route
        for route in routes(doors)
        if any(isinstance(one, PageGuard) for one in guards_of(getattr(route, "dependant", None) or _NOTHING))
    ]
    assert len(looking) > 8
    for route in looking:
        assert set(route.methods or ()) <= {"GET", "HEAD"}, route.path


def test_one_guard_is_enough(doors: Doors) -> None:
    """Two would each look the credential up, and one could let in whom the other refuses."""
    for route in routes(doors):
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            assert len(guards_of(dependant)) <= 1, route.path


def test_the_ping_door_stands_beside_the_routers_with_a_guard_of_its_own(doors: Doors) -> None:
    assert pings.GUARDED_BY
    assert pings.PATH not in {route.path for route in routes(doors)}
    assert pings.PATH not in PUBLIC
