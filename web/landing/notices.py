"""Short pages that say what happened and what to do; and in which language a form is answered."""

import math

from starlette.responses import Response

from offers import my_offers
from web.landing.entering import PageForm, PageVisitor
from web.landing.rendering import render
from web.landing.words import WORDS
from web.tongues import LANGUAGES


def language_of(visitor: PageVisitor) -> str:
    """Of a form the page's that it was on; else what is asked for, the profile's, the browser's."""
    if isinstance(visitor, PageForm) and (said := visitor.form.text("language")) in LANGUAGES:
        return said
    if visitor.device_id is None:
        return visitor.language()
    with visitor.parts.database.reading() as session:
        return visitor.language(my_offers.language_of(session, visitor.device_id))


def notice(
    visitor: PageVisitor,
    language: str,
    name: str,
    *,
    status: int = 200,
    text: str | None = None,
    title: str | None = None,
    leads_to: tuple[str, str],
) -> Response:
    """The page of the phrases `name_title` and `name`; `leads_to` is an address and the phrase of its link."""
    words, request = WORDS[language], visitor.request
    path, phrase = leads_to
    return render(
        request,
        "notice.html",
        language,
        status=status,
        title=title or words[f"{name}_title"],
        text=text or words[name],
        next=(path, words[phrase]),
        path=path if request.method == "POST" else request.url.path,
    )


def gone(visitor: PageVisitor, language: str) -> Response:
    return notice(visitor, language, "known_gone", status=404, leads_to=("/my/offers", "to_my_offers"))


def wait(visitor: PageVisitor, language: str, wait_s: int, leads_to: tuple[str, str]) -> Response:
    """Too many; when there may be more."""
    text = WORDS[language]["known_wait"].format(minutes=math.ceil(wait_s / 60))
    answer = notice(visitor, language, "known_wait", status=429, text=text, leads_to=leads_to)
    answer.headers["retry-after"] = str(wait_s)
    return answer


def away(visitor: PageVisitor, language: str, leads_to: tuple[str, str]) -> Response:
    """Nothing was counted, so nothing was done."""
    answer = notice(visitor, language, "away", status=503, leads_to=leads_to)
    answer.headers["retry-after"] = "5"
    return answer
