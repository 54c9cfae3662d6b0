"""What is asked of a preview, and what it says of one language's text."""

import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from offers.rules.personalise import FITS_BODY, FITS_TITLE, MAX_BODY, MAX_TITLE, Words, word
from offers.rules.profile import Id
from offers.rules.templates import TemplateError, fill
from offers.rules.values import Moment, Strict


class PreviewBody(Strict):
    """`POST /v1/campaigns/{id}/preview`. Absent: the first place it names, the variant that the customer would get, and now."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"customer": "sanne", "place": "kalverstraat-102"}]},
    )

    customer: Id
    place: Id | None = None
    variant: str | None = Field(None, max_length=50)
    at: Moment | None = None


def preview_text(
    message: Mapping[str, str], facts: Mapping[str, Any], language: str, path: str, most_bytes: int | None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """One language's text as it would go out, and why it would not go out in its own words.

    `{title, body, url, bytes, missing, warnings}`: `missing` are the facts that keep its own words back, `warnings` as
    `{path, message}` what a phone would not show. `most_bytes` is none where no push carries it: then title and body are all there is, of any
    size, and `url` is none. `path` is where the message stands in the campaign.
    """
    if most_bytes is None:
        message = {part: source for part, source in message.items() if part != "url"}
    words = word(message, facts, language, sys.maxsize if most_bytes is None else most_bytes)
    refusals = [{"path": f"{path}.{gap.part}".rstrip("."), "name": gap.kind, "message": gap.said} for gap in words.gaps]
    text = {
        "title": words.title,
        "body": words.body,
        "url": words.url,
        "bytes": words.bytes,
        "missing": list(dict.fromkeys(fact for gap in words.gaps for fact in gap.facts)),
        "warnings": [] if words.gaps or most_bytes is None else _too_long(message, facts, words, path),
    }
    return text, refusals


def _too_long(message: Mapping[str, str], facts: Mapping[str, Any], words: Words, path: str) -> list[dict[str, str]]:
    """What is cut, or is more than a phone shows."""
    found = []
    for part, said, fits, most in (
        ("title", words.title, FITS_TITLE, MAX_TITLE),
        ("body", words.body, FITS_BODY, MAX_BODY),
    ):
        if (long := _length(message[part], facts)) > most:
            said_of = f"has {long} characters and is cut to {most}; a phone shows about {fits}"
        elif len(said) > fits:
            said_of = f"has {len(said)} characters; a phone shows about {fits}"
        else:
            continue
        found.append({"path": f"{path}.{part}", "message": said_of})
    return found


def _length(source: str, facts: Mapping[str, Any]) -> int:
    try:
        return len(fill(source, facts))
    except TemplateError:
        return 0
