"""The doors with a page beside them for each hand-made landing, `/l/stage-NAME`, and a picture for its product."""

from fastapi import APIRouter
from starlette.responses import Response

from tests.web.landing.examples import NOWHERE, STATES, told_in
from web.app import Doors
from web.landing.entering import Looks
from web.landing.pages import landing_page, nowhere_page
from web.problems import ProblemError


def stage(doors: Doors) -> None:
    router = APIRouter(prefix="/l/stage")

    @router.get("/{name}")
    def staged(visitor: Looks, name: str, size: str | None = None, store: str | None = None) -> Response:
        language = visitor.language()
        if name in NOWHERE:
            landing, status = NOWHERE[name]
            return nowhere_page(visitor, told_in(landing, language), status)
        return landing_page(visitor, told_in(STATES[name], language), size=size, store=store)

    @router.get("/problem/{status}")
    def problem(visitor: Looks, status: int) -> Response:
        raise ProblemError("bad_input", status, "for developers only", headers={"Retry-After": "150"})

    doors.desk.include_router(router)
