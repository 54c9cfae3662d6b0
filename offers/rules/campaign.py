"""A campaign as the desk writes it (API.md's shape), checked field by field."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, LiteralString

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.audience import Audience, AudienceError, read_audience
from offers.rules.opening import check_hours
from offers.rules.personalise import LEAST, MAX_BODY, MAX_TITLE, PARTS, size_of
from offers.rules.profile import Id
from offers.rules.public_address import public_url
from offers.rules.refusals import PATH_WITHIN
from offers.rules.templates import TemplateError, check_template, facts_named, own_text
from offers.rules.values import Duration, Flag, Language, Moment, Strict

Trigger = Literal["enter", "dwell", "exit", "scan", "abandoned", "order_ready", "approach", "arrived"]
ON_A_PAGE = frozenset({"scan"})
"""Answered on the page that the customer looks at: nobody is woken by it, no device has to be reached, and it is never late."""
OF_A_POSTER = frozenset({"scan", "abandoned"})
"""Moments of posters, not of geofences: they have no role, and no position of the customer is used for them."""
OF_AN_ORDER = frozenset({"order_ready", "approach", "arrived"})
"""Moments of an order that is ready: they are at its store, and have no role."""
WITHOUT_ROLE = OF_A_POSTER | OF_AN_ORDER
WITHOUT_POSITION = OF_A_POSTER | {"order_ready"}
"""No position of the customer is used for them."""
Role = Literal["premises", "approach", "other"]


def _template(source: str) -> str:
    try:
        check_template(source)
    except TemplateError as error:
        raise ValueError(str(error)) from None
    return source


_ADDRESS = re.compile(r"(?:https://[^\s/{}\\?#@]+(?=[/?#]|$)|/(?![/\\]))[^\x00-\x1f\x7f\\]*")


def _safe_url(source: str) -> str:
    """No fact decides the host, and no path is read as one."""
    if not _ADDRESS.fullmatch(source):
        raise ValueError("must start with https:// and a host, or be a path on this service")
    return source


def _picture(source: str) -> str:
    if "{{" in source or "{%" in source:
        raise ValueError("is the same for everybody: no {{ fact }} can be in it")
    if not _PICTURE.fullmatch(source):
        raise ValueError("must start with https:// and a host, without a name or password before it")
    return public_url(source)


_PICTURE = re.compile(r"https://[^\s/{}\\?#@]+(?=[/?#]|$)[^\s\x00-\x1f\x7f\\]*")

Template = Annotated[str, Field(min_length=1), AfterValidator(_template)]


def _no_longer_than(most: int) -> AfterValidator:
    """By what it says whatever its facts are; how long a filled text gets is told by the preview."""

    def check(source: str) -> str:
        if (long := len(own_text(source))) > most:
            raise ValueError(f"has {long} characters without its facts; at most {most} go out")
        return source

    return AfterValidator(check)


class Message(Strict):
    title: Annotated[Template, _no_longer_than(MAX_TITLE)]
    body: Annotated[Template, _no_longer_than(MAX_BODY)]
    url: Annotated[Template, AfterValidator(_safe_url)] | None = None
    image: Annotated[str, Field(max_length=2000), AfterValidator(_picture)] | None = None
    """Shown with the message where the phone does that; no template, as the push service or the phone fetches it for everybody."""

    @model_validator(mode="after")
    def _can_be_carried(self) -> "Message":
        takes = size_of(*(own_text(source) for source in self.sources().values()))
        if takes > LEAST:
            raise ValueError(f"takes {takes} bytes without its facts; push services take {LEAST}")
        return self

    def sources(self) -> dict[str, str]:
        """Its templates by part, those that there are."""
        return {part: source for part in PARTS if (source := getattr(self, part)) is not None}

    def facts_named(self) -> frozenset[str]:
        return frozenset().union(*map(facts_named, self.sources().values()))


Messages = Annotated[dict[Language, Message], Field(min_length=1, max_length=50)]


class Variant(Strict):
    """One of several texts that are tried against each other: customers are drawn by weight, and stay with what they drew."""

    name: str = Field(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    weight: int = Field(1, ge=0, le=1000)
    messages: Messages | None = None
    """In a language that it has none in: the campaign's own."""


class TriggerRule(Strict):
    on: Trigger
    places: list[str] = Field(default=[], max_length=10_000)
    tags: list[str] = Field(default=[], max_length=100)
    role: Role = "premises"

    def covers(self, trigger: str, role: str, place: str, tags: frozenset[str]) -> bool:
        """Whether this moment is one the campaign waits for; no places and no tags mean everywhere."""
        if self.on != trigger or (self.on not in WITHOUT_ROLE and self.role != role):
            return False
        return not (self.places or self.tags) or place in self.places or not tags.isdisjoint(self.tags)


class Schedule(Strict):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    start: Moment | None = Field(None, alias="from")
    until: Moment | None = None
    weekly: str | None = None
    only_when_open: Flag = False

    @field_validator("weekly")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None:
            check_hours(value)
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "Schedule":
        if self.start and self.until and self.start >= self.until:
            raise ValueError("until is not after from")
        return self

    def runs_at(self, at: datetime) -> bool:
        return (self.start is None or at >= self.start) and (self.until is None or at <= self.until)


_BROUGHT_BY: tuple[tuple[str, str, LiteralString], ...] = (
    ("coupon.", "offer", "coupon_code"),
    ("offer.", "offer", "offer_facts"),
    ("product.", "product", "product_facts"),
)
"""Facts that only a campaign with an offer or a product has."""


def _within(path: str, wrong: str, kind: LiteralString) -> PydanticCustomError:
    return PydanticCustomError(kind, "{wrong}", {"wrong": wrong, PATH_WITHIN: path})


class CampaignBody(Strict):
    """`PUT /v1/campaigns/{id}`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Sneakers, Kalverstraat",
                    "trigger": {"on": "enter", "places": ["kalverstraat-102"], "role": "premises"},
                    "audience": {"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "sneakers"}]},
                    "cooldown": "P1D",
                    "messages": {
                        "nl": {
                            "title": "Hoi {{ customer.first_name | default: 'daar' }}",
                            "body": "Je bent vlak bij {{ place.name }}.",
                        }
                    },
                }
            ]
        },
    )

    name: str = Field(min_length=1, max_length=200)
    trigger: TriggerRule
    audience: dict[str, Any] | None = None
    schedule: Schedule = Field(default_factory=lambda: Schedule.model_validate({}))
    offer: Id | None = None
    priority: int = Field(50, ge=0, le=1000)
    cooldown: Duration | None = None
    quiet_hours: Literal["drop", "defer"] = "drop"
    devices: Literal["last_seen", "all"] = "last_seen"
    life: Duration | None = None
    hold_out_percent: int | None = Field(None, ge=0, le=100)
    product: Id | None = None
    default_language: Language | None = None
    messages: Messages
    variants: list[Variant] = Field(default=[], max_length=20)

    @field_validator("audience")
    @classmethod
    def _tree(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        try:
            read_audience(value)
        except AudienceError as error:
            said = {"wrong": error.message, PATH_WITHIN: error.path}
            raise PydanticCustomError("audience", "{wrong}", said) from None
        return value

    @model_validator(mode="after")
    def _has_what_it_tells(self) -> "CampaignBody":
        for root, field, kind in _BROUGHT_BY:
            if getattr(self, field) is not None:
                continue
            for path, source in self.texts():
                for fact in sorted(facts_named(source)):
                    if fact.startswith(root):
                        raise _within(path, f"names {fact}, and the campaign has no {field}", kind)
        return self

    @model_validator(mode="after")
    def _falls_back_to_what_it_has(self) -> "CampaignBody":
        if self.default_language is not None and self.default_language not in self.messages:
            wrong = f"is {self.default_language}, and messages has only {', '.join(sorted(self.messages))}"
            raise _within("default_language", wrong, "default_language")
        return self

    @model_validator(mode="after")
    def _variants_can_be_drawn(self) -> "CampaignBody":
        if self.variants and not any(one.weight for one in self.variants):
            raise _within("variants", "need at least one with a weight above 0", "variants_weight")
        seen = Counter[str]()
        for number, one in enumerate(self.variants):
            seen[one.name] += 1
            if seen[one.name] > 1:
                raise _within(f"variants[{number}].name", f"there is another variant {one.name!r}", "variants_name")
        return self

    @cached_property
    def who(self) -> Audience:
        """The audience, checked once."""
        return read_audience(self.audience)

    def messages_of(self, variant: str | None) -> Messages:
        """The words of a variant: in each language its own, else the campaign's; the campaign's where it is gone, and for who drew none."""
        own = self._own_words(variant)
        return {**self.messages, **own[1]} if own else self.messages

    def path_of(self, variant: str | None, language: str) -> str:
        """Where these words of a variant stand: `messages.nl`, `variants[0].messages.nl`."""
        own = self._own_words(variant)
        return f"{own[0]}.{language}" if own and language in own[1] else f"messages.{language}"

    def _own_words(self, variant: str | None) -> tuple[str, Messages] | None:
        numbered = ((number, one) for number, one in enumerate(self.variants) if one.name == variant and one.messages)
        return next(((f"variants[{number}].messages", one.messages or {}) for number, one in numbered), None)

    def _wordings(self) -> dict[str, Messages]:
        """Each set of messages with its path."""
        own = {f"variants[{number}].messages": one.messages for number, one in enumerate(self.variants) if one.messages}
        return {"messages": self.messages, **own}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with its path, the variants' too: `messages.nl.body`, `variants[0].messages.nl.body`."""
        for path, messages in self._wordings().items():
            for tag, message in messages.items():
                for part, source in message.sources().items():
                    yield f"{path}.{tag}.{part}", source

    def texts_with_code(self) -> list[str]:
        """Where a text names the code of a coupon."""
        return [path for path, source in self.texts() if "coupon.code" in facts_named(source)]

    def facts_named(self) -> frozenset[str]:
        """Every fact that any of its texts names."""
        return frozenset().union(*(facts_named(source) for _, source in self.texts()))

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=False)


def parse_campaign(definition: Mapping[str, Any]) -> CampaignBody:
    """A stored campaign, which was checked when it was written. Parsed once for each of its texts: deciding asks for it with every batch."""
    return parse_campaign_text(json.dumps(definition, sort_keys=True))


@lru_cache(maxsize=2000)
def parse_campaign_text(definition: str) -> CampaignBody:
    """The same, of the JSON itself."""
    return CampaignBody.model_validate_json(definition)
