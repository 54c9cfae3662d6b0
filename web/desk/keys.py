"""The doors of keys: made, listed without their secret, revoked. For a server key of role admin alone."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict
from starlette.responses import Response

from offers import keys
from offers.rules.values import Strict
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, no_content
from web.examples import KEY, KEY_MADE, answers, answers_with_page
from web.guards import Admin
from web.parts import Have

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=JsonRoute)


class KeyBody(Strict):
    """`POST /v1/keys`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"role": "till"}]})

    role: Literal["admin", "orders", "till", "read", "publishable"]


@router.post("", summary="Make a key", status_code=201, responses=answers(KEY_MADE, 201, idempotent=True))
def add_key(body: KeyBody, request: Request, caller: Admin, parts: Have) -> Response:
    """`key` is shown this once: only its hash is kept."""

    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            made = keys.make_key(session, body.role, now=parts.now(), by=caller.key_id)
        return {"id": made.id, "role": made.role, "key": made.secret}

    return parts.repeats.once(request, body, add)


@router.get("", summary="All keys", responses=answers_with_page(KEY))
def list_keys(_caller: Admin, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Those made first first, the revoked ones too; never a secret."""
    with parts.database.reading() as session:
        return page(*keys.list_keys(session, after=cursor or "", limit=limit))


@router.delete("/{key_id}", summary="Revoke a key", status_code=204)
def revoke_key(key_id: Named, caller: Admin, parts: Have) -> Response:
    """It opens nothing any more when this is answered. 409 for the last admin, which may not revoke itself."""
    with parts.database.transaction() as session:
        keys.revoke_key(session, key_id, now=parts.now(), by=caller.key_id)
    return no_content()
