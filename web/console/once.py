"""The number that each of our forms carries unseen, so that what it makes is made once."""

from offers import once
from web.console.forms import Form

FIELD = "once"
UNSAID = (FIELD, "token")
"""What a form carries and does not say."""


def id_of(form: Form, prefix: str) -> str:
    """Of what this form makes: the same for the same form, however often it is sent."""
    said = (pair for pair in form.pairs() if pair[0] not in UNSAID)
    return once.id_of(prefix, form.text(FIELD), said)
