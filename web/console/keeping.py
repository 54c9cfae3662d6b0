"""A form that is kept on a page until somebody is signed in again: what they typed, but for secrets, which are typed again."""

import re

from web.console.faults import Errors
from web.console.forms import Form
from web.console.once import UNSAID
from web.console.speaking import Voice

LEFT_OUT = "left_out"
"""Carries the name of a field that was typed and is not kept."""
SECRET = re.compile(r"pass|secret|token|(^|[._-])key|credential|private", re.IGNORECASE)
"""As drafts in the browser have it."""


def as_kept(form: Form) -> list[tuple[str, str]]:
    """Every name with its texts; of a secret the name alone, where something was typed."""
    said = [(name, text) for name, text in form.pairs() if name not in (*UNSAID, LEFT_OUT)]
    secret = [(LEFT_OUT, name) for name, text in said if SECRET.search(name) and text]
    kept = [(name, text) for name, text in said if not SECRET.search(name)]
    left = [(LEFT_OUT, text) for text in form.all(LEFT_OUT)]
    return [*kept, *secret, *left]


def typed_again(form: Form, voice: Voice) -> Errors:
    """What must be typed once more before the form is carried out, at its field: without it something else would be made than was meant."""
    return {
        name: voice.words["type_again"] for name in form.all(LEFT_OUT) if SECRET.search(name) and not form.text(name)
    }
