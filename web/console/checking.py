"""What a launch would say of a campaign, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from offers.errors import Fault
from web.console.faults import rule_said
from web.console.speaking import Voice

NAMED = ("places", "campaigns")
Names = Mapping[str, str]


class Found(Protocol):
    """A finding of a launch check, or the fault that it became."""

    @property
    def name(self) -> str | None: ...
    @property
    def path(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def said_of(found: Iterable[Found], voice: Voice, kind: str = "check", names: Names | None = None) -> list[Fault]:
    """Each as a fault in words; one that has none is said as it is. `kind` is `check` or `warn`, `names` those of places and campaigns."""
    return [Fault(one.path, _said(one, voice, kind, names or {})) for one in found]


def _said(one: Found, voice: Voice, kind: str, names: Names) -> str:
    phrase = voice.words.get(f"{kind}_{one.name}")
    if phrase is None:
        return rule_said(one.message, voice)
    return phrase.format(**{fact: _shown(fact, value, one.facts, voice, names) for fact, value in one.facts.items()})


def _shown(fact: str, value: Any, facts: Mapping[str, Any], voice: Voice, names: Names) -> str:
    if fact in NAMED:
        listed = [names.get(str(one), str(one)) for one in value]
        more = [voice.words["and_more"].format(count=facts["more"])] if facts.get("more") else []
        return str(voice.series([*listed, *more]).unescape())
    if fact in ("role", "noun"):
        return voice.words.get(f"{fact}_{value}", str(value))
    if fact == "until" and "T" in str(value):
        return voice.moment(value)
    return str(value)
