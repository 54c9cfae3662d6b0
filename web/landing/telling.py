"""Pages that only say something: what happened, why, and what to do. None of them asks the database anything."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from fastapi import Request
from starlette.responses import Response

from offers.rules.gs1_identifiers import KEYS
from web.landing.entering import PageVisitor
from web.landing.rendering import render
from web.landing.words import WORDS
from web.tongues import choose

PATHS = ("/l", "/o", "/c", "/my", "/t", "/q", "/Q", *(f"/{key}" for key in KEYS))
"""What lies below is for visitors, GS1 Digital Links among it: what goes wrong there is told as a page."""
KEPT = ("retry-after", "allow")
"""Headers of a problem that its page has too."""
_UNDER_AN_OFFER = re.compile(r"/l/([A-Za-z0-9_-]{1,100})/")
_NAMES: Mapping[int, str] = {
    403: "strange",
    404: "lost",
    405: "lost",
    409: "conflict",
    410: "over",
    429: "too_often",
    500: "broken",
    503: "away",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something to tap: a link, or with `fields` a form of one button that is posted."""

    label: str
    href: str
    primary: bool = False
    fields: tuple[tuple[str, str], ...] | None = None
    outside: bool = False
    """It leads to somebody else's page."""


def told_page(
    visitor: PageVisitor,
    title: str,
    said: str | Sequence[str],
    *,
    actions: Sequence[Action] = (),
    status: int = 200,
    language: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A plain page: a title, a paragraph or several, and what can be done. `title` and `said` are text, and escaped."""
    told = _Told(title, said, actions, status, headers)
    return told.rendered(visitor.request, language or visitor.language())


def stale_page(visitor: PageVisitor, back: str) -> Response:
    """A form whose token is not this page's: it stood open for too long, or is not ours. Nothing was changed."""
    words = WORDS[visitor.language()]
    actions = [Action(words["try_again"], back, primary=True)]
    return told_page(visitor, words["stale_title"], words["form_stale"], actions=actions, status=403)


def cookies_page(visitor: PageVisitor, back: str) -> Response:
    """What was asked for needs a cookie, and the browser refuses ours."""
    words = WORDS[visitor.language()]
    actions = [Action(words["try_again"], back, primary=True)]
    return told_page(visitor, words["cookies_title"], [words["cookies"], words["cookies_do"]], actions=actions)


def is_a_visitors(path: str) -> bool:
    return path.startswith(tuple(f"{one}/" for one in PATHS)) or path in PATHS


def told_instead(request: Request, problem: Response) -> Response:
    """On visitors' paths the page that says the same as a problem document; elsewhere the document itself."""
    if not is_a_visitors(request.url.path):
        return problem
    status = problem.status_code
    language = choose(request.query_params.get("lang"), request.headers.get("accept-language", "")[:500])
    words, name = WORDS[language], _NAMES.get(status, "bad")
    headers = {header: problem.headers[header] for header in KEPT if header in problem.headers}
    said = words[name]
    if name == "too_often":
        minutes = _minutes(problem.headers.get("retry-after", ""))
        said = words["too_often_one"] if minutes == 1 else said.format(minutes=minutes)
    actions = _ways_on(request, words, again=status in (429, 500, 503) and request.method in ("GET", "HEAD"))
    return _Told(words[f"{name}_title"], said, actions, status, headers).rendered(request, language)


def _minutes(seconds: str) -> int:
    return max(1, ceil(int(seconds) / 60)) if seconds.isascii() and seconds.isdigit() else 1


def _ways_on(request: Request, words: Mapping[str, str], *, again: bool) -> list[Action]:
    ways = [Action(words["try_again"], request.url.path, primary=True)] if again else []
    if offer := _UNDER_AN_OFFER.match(request.url.path):
        ways.append(Action(words["back_to_offer"], f"/l/{offer[1]}", primary=not ways))
    return ways


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    said: str | Sequence[str]
    actions: Sequence[Action]
    status: int
    headers: Mapping[str, str] | None

    def rendered(self, request: Request, language: str) -> Response:
        said = [self.said] if isinstance(self.said, str) else self.said
        answer = render(
            request, "told.html", language, status=self.status, title=self.title, said=said, actions=self.actions
        )
        answer.headers.update(self.headers or {})
        return answer
