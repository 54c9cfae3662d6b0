"""What a page of rows was asked: filters as they were typed, read into what the list takes, or what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from offers.history import After, Asked
from offers.rules.profile import Id
from web.console.choosing import meant
from web.console.clock import as_typed, read_typed
from web.console.entering import Desk
from web.console.faults import Errors
from web.console.forms import Form

STATES = ("queued", "sending", "sent", "unknown", "failed", "expired")
TESTS = {"no": False, "only": True}
"""Of deliveries: without the tests, or they alone."""
TOLD: tuple[Literal["received", "opened"], ...] = ("received", "opened")
"""What the phone told of a message."""
KINDS = ("offer", "order", "reply")
"""Of deliveries; tests have a filter of their own."""
AFTER: tuple[After, ...] = ("visited", "redeemed", "bought")
"""What was done after a decision."""
WITHOUT: tuple[Literal["place", "variant", "language"], ...] = ("place", "variant", "language")
AGAINST = "no"
"""Of decisions, in the place of an outcome: all by which nothing was to be sent and nobody was held out."""
LONGEST = 50
"""Of a variant's or a language's name."""
MOST_NAMED = 5
T = TypeVar("T", bound=str)
_ID = TypeAdapter(Id)
_IDS = ("customer", "campaign", "place")


@dataclass(frozen=True, slots=True)
class Filters:
    """`asked` is not to be asked when something is wrong; `form` keeps what was typed."""

    form: Form
    asked: Asked
    errors: Errors


def read_filters(desk: Desk, places: Mapping[str, str], *more: str) -> Filters:
    """From the address: customer, campaign, place, since, until, and `more`. An empty filter is none.

    A place is said by its id, or by what only its name holds; `places` are all of them. One that was removed is said by its id.
    """
    form = query_of(desk)
    errors: Errors = {}
    place = form.or_none("place")
    fitting = meant(places, place) if place else []
    if len(fitting) > 1:
        named = ", ".join(places[one] for one in fitting[:MOST_NAMED]) + (" …" if len(fitting) > MOST_NAMED else "")
        errors["place"] = desk.voice.words["several_places"].format(names=named)
    for name in _IDS:
        if (typed := form.text(name)) and not (name == "place" and fitting):
            try:
                _ID.validate_python(typed)
            except ValidationError:
                errors[name] = desk.voice.words["bad_id"]
    moments: dict[str, datetime | None] = {"since": None, "until": None}
    for name in moments:
        try:
            moments[name] = read_typed(form.text(name), desk.voice.zone)
        except ValueError:
            errors[name] = desk.voice.words["bad_moment"]
    outcome = form.or_none("outcome") if "outcome" in more else None
    asked = Asked(
        customer=form.or_none("customer"),
        campaign=form.or_none("campaign"),
        place=fitting[0] if fitting else place,
        since=moments["since"],
        until=moments["until"],
        outcome=None if outcome == AGAINST else outcome,
        against=outcome == AGAINST,
        state=form.or_none("state") if "state" in more else None,
        tests=TESTS.get(form.text("tests")) if "tests" in more else None,
        told=_one_of(TOLD, form, "told", more),
        variant=form.text("variant")[:LONGEST] or None if "variant" in more else None,
        language=form.text("language")[:LONGEST] or None if "language" in more else None,
        without=_one_of(WITHOUT, form, "without", more),
        kind=_one_of(KINDS, form, "kind", more),
        after=_one_of(AFTER, form, "after", more),
    )
    for name, at in moments.items():
        if at is not None:  # as the field shows it, whatever offset it came with
            form = form.but(**{name: as_typed(at, desk.voice.zone) or ""})
    return Filters(form, asked, errors)


def _one_of(known: Sequence[T], form: Form, name: str, more: Sequence[str]) -> T | None:
    """What else is typed the list says at its field."""
    return next((one for one in known if name in more and one == form.text(name)), None)


def query_of(desk: Desk) -> Form:
    """The address's values as a form. NUL, which no database takes, is read over."""
    return Form((name, text.replace("\0", "")) for name, text in desk.request.query_params.multi_items())
