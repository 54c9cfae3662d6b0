"""A web shop as its form shows it, and as the form says it: what its words mean here stands a line each. Secrets go in and are never shown again."""

from collections.abc import Mapping
from typing import Any

from offers.errors import Fault
from offers.rules.shop import Meaning, NewShopBody, what_does_not_fit
from web.console.choosing import meant
from web.console.faults import Errors, at_fields, read_body
from web.console.forms import Form
from web.console.speaking import Voice

FIELDS = ("id", "name", "kind", "origin", "secret", "api_token", "default_place", "places", "statuses")
MEANINGS: tuple[str, ...] = Meaning.__args__  # type: ignore[attr-defined]  # a Literal's
NO_FIT = {
    ("origin", "shopify"): "set_bad_origin_shopify",
    ("origin", "woocommerce"): "set_bad_origin_woocommerce",
    ("origin", "standard"): "set_bad_origin_standard",
    ("secret", "standard"): "set_bad_secret_standard",
    ("api_token", "standard"): "set_bad_token",
    ("api_token", "woocommerce"): "set_bad_token",
}
"""What a rule says of a kind's field, in words."""
Item = Mapping[str, Any]


def shown(item: Item) -> Form:
    """The form of a shop as it is."""
    return Form.of(
        {
            "name": item["name"],
            "origin": item["origin"],
            "default_place": item["default_place"],
            "places": _as_lines(item["places"]),
            "statuses": _as_lines(item["statuses"]),
        }
    )


def read(
    form: Form, places: Mapping[str, str], voice: Voice, before: Item | None = None
) -> tuple[NewShopBody | None, Errors]:
    """What the form says of a new shop, or of one that is there: that keeps its id and its kind, and every secret that is not typed anew."""
    words, faults = voice.words, list[Fault]()
    raw: dict[str, Any] = {
        "id": before["id"] if before else form.text("id"),
        "kind": before["kind"] if before else form.text("kind"),
        "name": form.text("name"),
        "origin": form.or_none("origin"),
    }
    for name in ("api_token",) if before else ("secret", "api_token"):
        if form.text(name):
            raw[name] = form.text(name)
    if typed := form.text("default_place"):
        fitting = meant(places, typed)
        if len(fitting) != 1:
            faults.append(Fault("default_place", words["set_bad_usual_place"]))
        raw["default_place"] = fitting[0] if len(fitting) == 1 else None
    lines, wrong = _read_lines(form.text("places"))
    raw["places"] = {}
    for number, theirs, ours in lines:
        fitting = meant(places, ours)
        if len(fitting) == 1:
            raw["places"][theirs] = fitting[0]
        else:
            wrong.append(number)
    faults += [Fault("places", words["set_bad_places"].format(line=one)) for one in sorted(wrong)[:1]]
    lines, wrong = _read_lines(form.text("statuses"))
    wrong += [number for number, _, meaning in lines if meaning not in MEANINGS]
    raw["statuses"] = {theirs: meaning for _, theirs, meaning in lines if meaning in MEANINGS}
    said = words["set_bad_statuses"]
    faults += [Fault("statuses", said.format(line=one, words=", ".join(MEANINGS))) for one in sorted(wrong)[:1]]
    body, found = read_body(NewShopBody, raw, voice)
    faults += found
    if body is not None:
        faults += [Fault(path, words[NO_FIT[path, body.kind]]) for path, _ in what_does_not_fit(body)]
        if before is None and body.kind != "standard" and body.secret is None:
            faults.append(Fault("secret", words["bad_missing"]))
    errors = at_fields(faults, FIELDS, {})
    return (None if errors else body), errors


def _as_lines(pairs: Mapping[str, str]) -> str:
    return "\n".join(f"{theirs} = {ours}" for theirs, ours in sorted(pairs.items()))


def _read_lines(text: str) -> tuple[list[tuple[int, str, str]], list[int]]:
    """`theirs = ours` with the number of its line; and the lines that say nothing of the kind, or what another said already."""
    lines: list[tuple[int, str, str]] = []
    wrong: list[int] = []
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        theirs, _, ours = (part.strip() for part in line.rpartition("="))
        if not line.strip():
            continue
        if not theirs or not ours or theirs in seen:
            wrong.append(number)
            continue
        seen.add(theirs)
        lines.append((number, theirs, ours))
    return lines, wrong
