"""The texts that customers agree to, by version and language, and how many do: to be looked at, and never changed. For admins."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import consent_texts
from offers.errors import NotFound
from web.console.consent_texts import PARTS, all_texts, text_named
from web.console.entering import Admin
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/settings/consents", include_in_schema=False, route_class=PageRoute)

NamedText = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]
"""The name that receipts keep; none asks for the receipts that name no text."""


@router.get("")
def every_text(desk: Admin) -> Response:
    """Ours, asked today or before; then those of apps and programs, of which receipts know the name alone."""
    ours = all_texts()
    known = {one.version for one in ours}
    with desk.parts.database.reading() as session:
        named, more = consent_texts.versions_agreed_to(session)
        others = [one for one in named if one not in known]
        agreed = {one: consent_texts.agreed_to(session, one, most=consent_texts.MOST_LISTED) for one in known}
        theirs = [consent_texts.times_of(session, one) for one in others]
    return desk.page("settings_consents.html", ours=ours, others=theirs, more=more, agreed=agreed)


@router.get("/text")
def one_text(desk: Admin, version: NamedText = None) -> Response:
    text = text_named(version)
    with desk.parts.database.reading() as session:
        agreed = consent_texts.agreed_to(session, version)
    if text is None and not agreed.looked_at:
        raise NotFound("text")
    rows = sorted((purpose, language or "", many) for (purpose, language), many in agreed.now.items())
    return desk.page("settings_consent.html", version=version, text=text, agreed=agreed, rows=rows, parts_of=PARTS)
