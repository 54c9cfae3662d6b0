"""Settings: what is kept where, for admins."""

from fastapi import APIRouter
from starlette.responses import Response

from web.console.entering import Admin
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/settings", include_in_schema=False, route_class=PageRoute)


@router.get("")
def everything(desk: Admin) -> Response:
    return desk.page("settings.html")
