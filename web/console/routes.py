"""A route that answers with pages: what goes wrong on the way is told as a page too."""

from collections.abc import Callable, Coroutine
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from offers.errors import BadInput, Conflict, NotFound
from offers.records.database import AWAY, LOST_A_RACE
from web.console import cookies
from web.console.entering import Desk, TurnedAwayError
from web.console.rendering import render
from web.console.speaking import Voice
from web.problems import unexpected
from web.tongues import choose


class PageRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            except TurnedAwayError as turned:
                return turned.answer
            except NotFound:
                return _told(request, "not_found", 404)
            except (RequestValidationError, BadInput):
                return _told(request, "bad_address", 422)
            except Conflict as error:
                return _told(request, "conflict", 409, str(error))
            except HTTPException as error:
                answer = _told(request, "broken", error.status_code)
                answer.headers.update(error.headers or {})
                return answer
            except LOST_A_RACE:
                return _told(request, "broken", 409)
            except AWAY as error:
                structlog.get_logger().warning("database_unavailable", error=type(error).__name__)
                return _told(request, "broken", 503)
            except Exception as error:  # noqa: BLE001 - whatever it was: the log has its type and place, the page says it failed
                unexpected(error, method=request.method, route=self.path)
                return _told(request, "broken", 500)

        return told


def _told(request: Request, name: str, status: int, said: str = "") -> Response:
    desk: Desk | None = getattr(request.state, "desk", None)
    language = choose(None, request.headers.get("accept-language", ""))
    voice = desk.voice if desk else Voice(language, ZoneInfo("UTC"))
    shown: dict[str, Any] = {"heading": voice.words[name], "said": said or voice.words[f"{name}_why"]}
    user, token = (desk.user, cookies.token_of(desk.secret)) if desk else (None, "")
    return render("told.html", request, voice, user=user, token=token, status=status, **shown)
