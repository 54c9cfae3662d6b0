"""A campaign's variants as rows of its form: each a name, a weight, and texts of its own in the languages in which it has some."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.console.forms import Form
from web.console.speaking import Voice

PARTS = ("title", "body", "url", "image")
MOST = 20
MOST_READ = 100
"""Rows that are read at all: more than may be saved, so that too many are told and none is lost."""
ADD, DROP = "variant", "drop."
"""What the buttons say: one more row; and which one goes, by its number."""
_NAME = re.compile(r"variants\.(0|[1-9]\d{0,3})\.")
_PATH = re.compile(r"^variants\[(\d+)\]")

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """`texts` says of each language whose words go out: `own`, `base` or `none`."""

    number: int
    name: str
    share: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A variant as a campaign's page shows it: each language's message, and whether it is its own."""

    name: str
    share: str
    texts: list[tuple[str, Mapping[str, str], bool]]


def rows_of(form: Form, tags: Iterable[str], voice: Voice) -> list[Row]:
    """The rows of a form, with what each does."""
    tags, numbers = list(tags), numbers_of(form)
    base = {tag for tag in tags if _texts(form, "messages", tag)}
    told = shares([_weight(form.text(f"variants.{number}.weight")) for number in numbers], voice)
    return [
        Row(
            number,
            form.text(f"variants.{number}.name"),
            share,
            {
                tag: "own" if _texts(form, f"variants.{number}.messages", tag) else "base" if tag in base else "none"
                for tag in tags
            },
        )
        for number, share in zip(numbers, told, strict=True)
    ]


def numbers_of(form: Form) -> list[int]:
    found = {int(is_one[1]) for name, _ in form.pairs() if (is_one := _NAME.match(name))}
    return sorted(found)[:MOST_READ]


def names_of(form: Form) -> list[str]:
    named = (form.text(f"variants.{number}.name") for number in numbers_of(form))
    return list(dict.fromkeys(one for one in named if one))


def shown(item: Item) -> dict[str, str | list[str] | None]:
    """The fields of what is saved. `variants.known` are those that the page was made with."""
    variants = item.get("variants", [])
    values: dict[str, str | list[str] | None] = {"variants.known": [one["name"] for one in variants]}
    for number, one in enumerate(variants):
        values |= _fields(number, one)
    return values


def beside_theirs(form: Form, now: Item) -> dict[str, str | list[str]]:
    """The variants that somebody else added meanwhile, as rows after those that were typed."""
    had = {*form.all("variants.known"), *names_of(form)}
    number = max(numbers_of(form), default=-1) + 1
    values: dict[str, str | list[str]] = {"variants.known": [one["name"] for one in now.get("variants", [])]}
    for one in now.get("variants", []):
        if one["name"] not in had:
            values |= {name: text for name, text in _fields(number, one).items() if isinstance(text, str)}
            number += 1
    return values


def pressed(form: Form, do: str) -> tuple[Form, int | None]:
    """The form after one of the rows' buttons, and the number of the row to go on in. A first one brings a second: alone it tries nothing."""
    numbers = numbers_of(form)
    if do == ADD:
        first = max(numbers, default=-1) + 1
        added = [first] if numbers else [first, first + 1]
        return form.but(**{f"variants.{number}.weight": "1" for number in added}), first
    gone = f"variants.{do.removeprefix(DROP)}."
    return Form(pair for pair in form.pairs() if not pair[0].startswith(gone)), None


def is_button(do: str) -> bool:
    return do == ADD or do.startswith(DROP)


def read(form: Form, tags: Iterable[str], before: Item | None) -> list[Any]:
    """As the API would be told them. A page that knew of none takes none away."""
    if before and before.get("variants") and not form.all("variants.known"):
        return list(before["variants"])
    tags = list(tags)
    return [_said(form, number, tags) for number in written(form)]


def written(form: Form) -> list[int]:
    """The numbers of the rows that say anything: those that were only added do not."""
    return [number for number in numbers_of(form) if _says_something(form, number)]


def messages_in(form: Form, under: str, tags: Iterable[str]) -> dict[str, dict[str, str]]:
    """Languages of which anything is written; an address alone says nothing, but is not thrown away silently."""
    found = {}
    for tag in tags:
        texts = _texts(form, under, tag)
        if texts:
            found[tag] = {"title": "", "body": ""} | texts
    return found


def path_on_form(path: str, numbers: Sequence[int]) -> str:
    """`variants.4.name` for `variants[1].name` where the second that says anything is row 4."""
    within = _PATH.match(path)
    if within is None:
        return path
    position = int(within[1])
    return f"variants.{numbers[position] if position < len(numbers) else position}{path[within.end() :]}"


def numbers_in(paths: Iterable[str]) -> list[int]:
    return sorted({int(found[1]) for path in paths if (found := re.match(r"variants\.(\d+)", path))})


def shares(weights: Sequence[int], voice: Voice) -> list[str]:
    """What part of the customers draws each, in percent."""
    whole = sum(weights)
    return [voice.words["percent"].format(percent=_figure(100 * one / whole if whole else 0, voice)) for one in weights]


def of_item(item: Item, voice: Voice) -> list[Shown]:
    """The variants that are saved, with what each says in the languages of the campaign and in its own."""
    variants = item.get("variants", [])
    told = shares([one.get("weight", 1) for one in variants], voice)
    found = []
    for one, share in zip(variants, told, strict=True):
        own = one.get("messages") or {}
        found.append(
            Shown(one["name"], share, [(tag, said, tag in own) for tag, said in {**item["messages"], **own}.items()])
        )
    return found


def _figure(percent: float, voice: Voice) -> str:
    """With one decimal where there is one."""
    said = f"{percent:.1f}".removesuffix(".0")
    return said if voice.language == "en" else said.replace(".", ",")


def _fields(number: int, one: Item) -> dict[str, str | list[str] | None]:
    at = f"variants.{number}"
    values: dict[str, str | list[str] | None] = {f"{at}.name": one["name"], f"{at}.weight": str(one.get("weight", 1))}
    for tag, message in (one.get("messages") or {}).items():
        values |= {f"{at}.messages.{tag}.{part}": message.get(part) for part in PARTS}
    return values


def _said(form: Form, number: int, tags: Iterable[str]) -> dict[str, Any]:
    at = f"variants.{number}"
    said: dict[str, Any] = {"name": form.text(f"{at}.name"), "weight": form.text(f"{at}.weight") or 1}
    own = messages_in(form, f"{at}.messages", tags)
    return said | ({"messages": own} if own else {})


def _says_something(form: Form, number: int) -> bool:
    at = f"variants.{number}."
    return any(
        text.strip() and not (name == f"{at}weight" and text.strip() == "1")
        for name, text in form.pairs()
        if name.startswith(at)
    )


def _texts(form: Form, under: str, tag: str) -> dict[str, str]:
    return {part: text for part in PARTS if (text := form.text(f"{under}.{tag}.{part}"))}


def _weight(text: str) -> int:
    try:
        return min(max(int(text or 1), 0), 1000)
    except ValueError:
        return 0
