"""Who may sign in, and what they did: for admins, to look at. Users are made at the command line."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview, users
from web.console.entering import Admin
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/users", include_in_schema=False, route_class=PageRoute)


@router.get("")
def everybody(desk: Admin) -> Response:
    with desk.parts.database.reading() as session:
        people = users.list_users(session)
        deeds = users.list_deeds(session)
        names = overview.names_of(session, [])
        places = overview.name_places(session)
    called = {"user": {one["id"]: one["email"] for one in people}, "place": places, "campaign": names.campaigns}
    called["offer"] = names.offers
    return desk.page("users.html", people=people, deeds=deeds, called=called)
