"""What a report was asked: which days, of what, and what its table tells apart; or what is wrong with it, and at which field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from offers.funnels import MOST_DAYS, Asked
from offers.rules.profile import Id
from web.console.choosing import meant
from web.console.entering import Desk
from web.console.faults import Errors
from web.console.filtering import MOST_NAMED, query_of
from web.console.forms import Form

DAYS = (7, 30, 90)
USUAL = 30
BY = ("campaign", "place", "variant", "language", "day")
_ID = TypeAdapter(Id)


@dataclass(frozen=True, slots=True)
class Report:
    """`asked` is none when something is wrong; `form` keeps what was typed."""

    form: Form
    asked: Asked | None
    errors: Errors
    path: str

    def address(self, **also: str) -> str:
        """The same report with something else in it."""
        kept = {
            name: self.form.text(name)
            for name in ("days", "from", "until", "place", "variant", "language", "by", "sort")
        }
        said = urlencode({name: text for name, text in (kept | also).items() if text})
        return f"{self.path}?{said}" if said else self.path


def read_report(desk: Desk, places: Mapping[str, str], campaign: str | None, today: date) -> Report:
    """From the address. Days of one's own go before a number of days; what is not typed is the usual."""
    form, errors = query_of(desk), Errors()
    first, last = _span(desk, form, errors, today)
    place = form.or_none("place")
    if place is not None:
        fitting = meant(places, place)
        if len(fitting) > 1:
            named = ", ".join(places[one] for one in fitting[:MOST_NAMED]) + (" …" if len(fitting) > MOST_NAMED else "")
            errors["place"] = desk.voice.words["several_places"].format(names=named)
        elif fitting:
            place = fitting[0]
        else:
            try:
                _ID.validate_python(place)
            except ValidationError:
                errors["place"] = desk.voice.words["bad_id"]
    kinds = [one for one in BY if one != ("campaign" if campaign else "variant")]
    by = form.text("by") if form.text("by") in kinds else ("day" if campaign else "campaign")
    asked = Asked(
        first,
        last,
        campaign=campaign,
        place=place,
        variant=form.or_none("variant") if campaign else None,
        language=form.or_none("language"),
        by=by,
    )
    shown = form.but(by=by, days=form.text("days") or str(USUAL))
    return Report(shown, None if errors else asked, errors, desk.request.url.path)


def _span(desk: Desk, form: Form, errors: Errors, today: date) -> tuple[date, date]:
    """The first and the last day, both included."""
    days = form.text("days")
    if days and days not in {str(one) for one in DAYS}:
        errors["days"] = desk.voice.words["rep_bad_days"]
        days = ""
    first = today - timedelta(days=int(days or USUAL) - 1)
    typed: dict[str, date] = {}
    for name in ("from", "until"):
        if said := form.text(name):
            try:
                typed[name] = date.fromisoformat(said)
            except ValueError:
                errors[name] = desk.voice.words["rep_bad_day"]
    last = min(typed.get("until", today), today)
    if "until" in typed and "from" not in typed:
        try:
            first = last - timedelta(days=int(days or USUAL) - 1)
        except OverflowError:
            errors["until"] = desk.voice.words["rep_bad_day"]
    first = typed.get("from", first)
    if not errors and first > last:
        errors["from" if "from" in typed else "until"] = desk.voice.words["rep_from_after"]
    elif not errors and (last - first).days >= MOST_DAYS:
        errors["from"] = desk.voice.words["rep_too_long"].format(most=MOST_DAYS)
    return first, last
