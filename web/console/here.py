"""Whether a page that stands open may still send its form: somebody is signed in, and this is their form's token."""

from fastapi import APIRouter
from starlette.responses import Response

from web.bodies import json_answer
from web.console import cookies
from web.console.entering import Anyone
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@router.get("/here")
def here(desk: Anyone) -> Response:
    """`{who, token}`, for our own pages alone: who was signed out meanwhile is sent to the sign-in, as from every page."""
    answer = json_answer({"who": desk.user.user_id, "token": cookies.token_of(desk.secret)})
    answer.headers["cache-control"] = "no-store"
    answer.headers["cross-origin-resource-policy"] = "same-origin"
    return answer
