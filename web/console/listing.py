"""A list of the console: its columns, what it is filtered by, how it is sorted, and one page of it.

Every list is made of this and of `list_parts.html`: heads that sort, a form with filters on top, pages both ways, and the same rows as CSV.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from offers.errors import BadInput
from offers.rules.leafing import MOST_COUNTED, Leaf, Turn
from web.console.entering import Desk
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form

Read = Callable[[Any, Turn], Leaf]
"""A page of a list, read in a session."""
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Column:
    """`word` is the phrase at its head. `sorts`: the list can be sorted by it, under this name. `number`: it stands to the right."""

    name: str
    word: str
    sorts: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """`own` is the order that it has unless asked otherwise; `filters` are the names that the address may say, beside `sort` and `cursor`.

    `choices` are filters of which only these texts mean something.
    """

    path: str
    columns: tuple[Column, ...]
    own: str
    filters: tuple[str, ...] = ()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    page: int = 100
    anchor: str = ""
    """Where on its page the list is, when much stands above it: whoever sorts it or turns a page comes back there."""

    @property
    def sorts(self) -> frozenset[str]:
        return frozenset(name for one in self.columns if one.sorts for name in (one.name, f"-{one.name}"))


@dataclass(slots=True)
class Asked:
    """What a list was asked by its address. `errors` says what means nothing, at its field; nothing typed is lost."""

    desk: Desk
    listing: Listing
    form: Form
    errors: Errors

    @property
    def sort(self) -> str:
        return self.form.text("sort") or self.listing.own

    def text(self, name: str) -> str:
        return self.form.text(name).strip()[:LONGEST_TEXT]

    def turn(self, limit: int | None = None) -> Turn:
        return Turn(self.form.text("sort"), self.form.text("cursor"), limit or self.listing.page, count=limit is None)

    def look(self, read: Read, session: Any) -> Leaf:
        """The page, or an empty one where it was asked for what there is not."""
        if self.errors:
            return Leaf([])
        try:
            return read(session, self.turn())
        except BadInput as refused:
            self.errors |= {
                "": self.desk.voice.words["list_bad_sort" if refused.faults[0].path == "sort" else "list_bad_cursor"]
            }
            return Leaf([])

    def address(self, ending: str = "", **other: str | None) -> str:
        """The same list with what was asked, but for the page; what is in `other` in its place."""
        named = ("sort", *self.listing.filters)
        wanted = {name: self.form.text(name) for name in named} | other
        said = urlencode({name: text for name, text in wanted.items() if text}, quote_via=quote)
        path = self.listing.path + ending
        return f"{path}?{said}" if said else path


def read_asked(desk: Desk, listing: Listing, form: Form | None = None, errors: Errors | None = None) -> Asked:
    """`BadInput` for a cursor with NUL in it, which `query_of` reads over: no list made it, and it is not the first page that was asked for."""
    if "\0" in desk.request.query_params.get("cursor", ""):
        raise BadInput.at("cursor", "holds U+0000")
    form, wrong = form or query_of(desk), dict(errors or {})
    if form.text("sort") and form.text("sort") not in listing.sorts:
        wrong[""] = desk.voice.words["list_bad_sort"]
    for name, known in listing.choices.items():
        if form.text(name) and form.text(name) not in known:
            wrong[name] = desk.voice.words["bad_choice"]
    return Asked(desk, listing, form, wrong)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a list as `list_parts.html` shows it."""

    asked: Asked
    leaf: Leaf

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.asked.listing.columns

    @property
    def rows(self) -> list[Any]:
        return self.leaf.items

    @property
    def path(self) -> str:
        return self.asked.listing.path

    @property
    def sort(self) -> str:
        return self.asked.form.text("sort")

    @property
    def filtered(self) -> bool:
        return any(self.asked.form.text(name) for name in self.asked.listing.filters)

    @property
    def is_there(self) -> bool:
        """Whether there is anything to filter: rows, or a filter that left none."""
        return bool(self.rows or self.filtered or self.asked.form.text("cursor") or self.asked.errors)

    def direction(self, column: Column) -> str | None:
        """`ascending` or `descending` where the list is sorted by this."""
        if self.asked.sort.removeprefix("-") != column.name:
            return None
        return "descending" if self.asked.sort.startswith("-") else "ascending"

    def sorted_by(self, column: Column) -> str:
        """The way to the list sorted by this; the other way round where it is already."""
        wanted = f"-{column.name}" if self.direction(column) == "ascending" else column.name
        return self._here(sort="" if wanted == self.asked.listing.own else wanted)

    @property
    def first(self) -> str | None:
        return self._here() if self.asked.form.text("cursor") else None

    @property
    def previous(self) -> str | None:
        return self._here(cursor=self.leaf.previous) if self.leaf.previous else None

    @property
    def next(self) -> str | None:
        return self._here(cursor=self.leaf.next) if self.leaf.next else None

    def _here(self, **other: str | None) -> str:
        anchor = self.asked.listing.anchor
        return self.asked.address("", **other) + (f"#{anchor}" if anchor else "")

    @property
    def csv(self) -> str:
        return self.asked.address(".csv")

    @property
    def looked(self) -> str | None:
        """How many rows this page was sifted out of, where there may be more beyond them."""
        return None if self.leaf.looked is None else self.asked.desk.voice.figures(self.leaf.looked)

    @property
    def count(self) -> str | None:
        """How many in all, where it was counted."""
        many, voice = self.leaf.count, self.asked.desk.voice
        if many is None:
            return None
        if many > MOST_COUNTED:
            return str(voice.say("list_more_than", count=voice.words["list_ten_thousand"]))
        return str(voice.say("list_count_one" if many == 1 else "list_count", count=many))
