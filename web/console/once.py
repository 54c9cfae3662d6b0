"""The number that each of our forms carries unseen, so that what it makes is made once."""

from starlette.responses import Response

from offers import once
from web.console.forms import Form

FIELD = "once"
ARRIVED = "passerby-arrived"
ARRIVED_S = 60
UNSAID = (FIELD, "token")
"""What a form carries and does not say."""


def id_of(form: Form, prefix: str) -> str:
    """Of what this form makes: the same for the same form, however often it is sent."""
    said = (pair for pair in form.pairs() if pair[0] not in UNSAID)
    return once.id_of(prefix, form.text(FIELD), said)


def arrived(answer: Response, form: Form) -> Response:
    """A file leads to no other page: a cookie tells the page's script that what this form asked for is there. It is no secret and opens nothing."""
    if once.is_number(form.text(FIELD)):
        answer.set_cookie(ARRIVED, form.text(FIELD), max_age=ARRIVED_S, path="/console", samesite="strict")
    return answer
