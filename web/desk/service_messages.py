"""The doors of the words that customers are told of their orders: ours, and the brand's own."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from offers import service_texts
from offers.rules.profile import Id
from offers.rules.service_texts import ServiceTextsBody
from web.bodies import JsonRoute, json_answer
from web.examples import Json, answers
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/service-messages", tags=["service messages"], route_class=JsonRoute)

Moment = Annotated[Id, Path(description="One of the moments of an order, such as `ready`.")]
EXAMPLE: Json = {
    "moment": "ready",
    "life": "P2D",
    "waits_for_morning": True,
    "ours": {
        "en": {
            "title": "Your order is ready",
            "body": "You can collect {{ order.called }} at {{ place.name }}. Your code is {{ order.code }}.",
        }
    },
    "texts": {"nl": {"title": "Je sneakers staan klaar", "body": "Haal ze op bij {{ place.name }}."}},
}


@router.get("", summary="What customers are told of their orders", responses=answers({"items": [EXAMPLE]}))
def list_service_messages(_caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return json_answer({"items": service_texts.list_service_texts(session)})


@router.put("/{moment}", summary="Say it in the brand's own words", responses=answers(EXAMPLE))
def put_service_message(moment: Moment, body: ServiceTextsBody, _caller: Server, parts: Have) -> Response:
    """In the languages that are named; the others stay ours. A text of which a fact is missing gives way to ours, so that no message has a hole."""
    with parts.database.transaction() as session:
        return json_answer(service_texts.put_service_text(session, moment, body, now=parts.now()))


@router.delete("/{moment}", status_code=204, summary="Say it in our words again")
def remove_service_message(moment: Moment, _caller: Server, parts: Have) -> Response:
    with parts.database.transaction() as session:
        service_texts.remove_service_text(session, moment)
    return Response(status_code=204)
