"""What the pages of asking a store share: what goes wrong on the way is a page too, and how a store's hours and first questions are said."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from offers.asking import About, AskedStore
from offers.errors import BadInput, NotFound
from offers.records.database import AWAY, LOST_A_RACE
from offers.rules.conversation import Topic
from offers.rules.localised import moment_near
from web.landing.rendering import render
from web.landing.words import WORDS
from web.problems import unexpected
from web.tongues import LANGUAGES, choose

A_DAY_H, AN_HOUR_MIN = 24, 60


class AskingRoute(APIRoute):
    """A route whose refusals are pages, in the visitor's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            except (NotFound, RequestValidationError):
                return told_page(request, "ask_gone", 404)
            except BadInput:
                return told_page(request, "ask_not_ours", 422)
            except HTTPException as refused:
                return _refused(request, refused)
            except LOST_A_RACE:
                return told_page(request, "away", 409)
            except AWAY as error:
                structlog.get_logger().warning("database_unavailable", error=type(error).__name__)
                return told_page(request, "away", 503)
            except Exception as error:  # noqa: BLE001 - whatever it was: the log has its type and place, the page says it failed
                unexpected(error, method=request.method, route=self.path)
                return told_page(request, "away", 500)

        return told


def _refused(request: Request, refused: HTTPException) -> Response:
    headers = dict(refused.headers or {})
    name = {429: "too_often", 503: "away"}.get(refused.status_code, "ask_not_ours")
    wait_s = headers.get("Retry-After", "60")
    answer = told_page(request, name, refused.status_code, minutes=-(-int(wait_s) // 60) if wait_s.isdigit() else 1)
    answer.headers.update(headers)
    return answer


def told_page(request: Request, name: str, status: int, **values: Any) -> Response:
    """A page with the words `name` (or `name_title`) and what they say beside it."""
    wanted = request.query_params.get("lang")
    language = choose(wanted if wanted in LANGUAGES else None, request.headers.get("accept-language", "")[:500])
    words = WORDS[language]
    title = words.get(f"{name}_title", words[name] if f"{name}_why" in words else "")
    said = words.get(f"{name}_why", words[name]).format(**values)
    return render(request, "asking_told.html", language, status=status, heading=title, said=said)


def query_of(path: str, values: Mapping[str, str | None]) -> str:
    said = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{said}" if said else path


def near(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """A moment by the store's clock."""
    return moment_near(at.astimezone(zone), now.astimezone(zone), language)


def hours_said(store: AskedStore, now: datetime, language: str) -> str:
    """Whether somebody is there now, else when."""
    words = WORDS[language]
    if store.is_open:
        return words["ask_open"]
    if store.opens_at is None:
        return words["ask_closed"]
    return words["ask_opens"].format(at=near(store.opens_at, now, store.zone, language))


def usually_said(store: AskedStore, language: str) -> str:
    """How soon the store answers; nothing where that was not measured, or takes longer than a day."""
    if store.minutes is None:
        return ""
    hours = -(-store.minutes // AN_HOUR_MIN)
    if store.minutes <= AN_HOUR_MIN:
        return WORDS[language]["ask_usually"].format(minutes=store.minutes)
    return WORDS[language]["ask_usually_hours"].format(hours=hours) if hours <= A_DAY_H else ""


def first_question(topic: Topic, about: About, language: str) -> str:
    """What a tap on a topic sends by itself; nothing for `other`, which only the customer can say."""
    if topic == "other":
        return ""
    words = WORDS[language]
    name = f"ask_first_{topic}"
    if topic == "pickup" and about.order:
        name += "_order"
    elif about.size is None:
        name += "_any"
    return words[name].format(
        item=about.title or words["ask_this_item"],
        size=about.size or "",
        store=about.store.name if about.store else "",
        order=about.order_called or "",
    )
