"""A customer's profile and a device's registration as callers write them, checked field by field."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from offers.rules.push_address import Addressed
from offers.rules.values import Flag, Language, Moment, Strict, Zone

PURPOSES = ("location", "offers", "orders")
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
_ID: TypeAdapter[str] = TypeAdapter(Id)


def is_id(value: str) -> bool:
    """Whether our doors take it as one."""
    try:
        _ID.validate_python(value)
    except ValidationError:
        return False
    return True


def _phone(value: str) -> str:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or not re.fullmatch(r"\+[0-9]+", value):
        raise ValueError("is not a phone number in E.164 form such as +31612345678")
    return value


Phone = Annotated[str, AfterValidator(_phone)]
"""E.164."""


def _size(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be text or a number")  # noqa: TRY004 - pydantic tells ValueErrors
    return value


class ConsentReceipt(Strict):
    """One purpose given or withdrawn, with what was shown and where."""

    given: Flag
    text_version: str | None = Field(None, max_length=100)
    language: Language | None = None
    at: Moment | None = None
    source: str | None = Field(None, max_length=100)


class ConsentsBody(Strict):
    """A purpose that is absent stays as it is."""

    location: Flag | ConsentReceipt | None = None
    offers: Flag | ConsentReceipt | None = None
    orders: Flag | ConsentReceipt | None = None

    def receipts(self, now: datetime, source: str) -> dict[str, ConsentReceipt]:
        """Every purpose that was said, as a receipt with its time and source filled in."""
        said = {}
        for purpose in PURPOSES:
            value = getattr(self, purpose)
            if value is None:
                continue
            if isinstance(value, bool):
                said[purpose] = ConsentReceipt.model_construct(
                    given=value, text_version=None, language=None, at=now, source=source
                )
            else:
                said[purpose] = value.model_copy(update={"at": value.at or now, "source": value.source or source})
        return said


class CustomerBody(Strict):
    """`PUT /v1/customers/{id}`: the profile as a whole; consents that are absent stay as they are."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Sanne de Vries",
                    "language": "nl",
                    "time_zone": "Europe/Amsterdam",
                    "sizes": {"shoes": "38"},
                    "tags": ["sneakers"],
                    "consents": {"location": True, "offers": True, "orders": True},
                }
            ]
        },
    )

    name: str | None = Field(None, min_length=1, max_length=200)
    phone: Phone | None = None
    language: Language | None = None
    time_zone: Zone | None = None
    sizes: dict[str, Annotated[str | int | float, BeforeValidator(_size)]] = Field(default={}, max_length=50)
    attributes: dict[str, str | int | float | bool] = Field(default={}, max_length=200)
    tags: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(default=[], max_length=200)
    consents: ConsentsBody = ConsentsBody()

    @field_validator("sizes", "attributes")
    @classmethod
    def _plain_names(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if not re.fullmatch(r"\w{1,64}", name):
                raise ValueError(f"{name!r} is not a name of letters, digits and _")
        return value


class DeviceBody(Addressed):
    """`POST /v1/devices`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "customer": "sanne",
                    "platform": "android",
                    "push_token": "the-token-that-the-push-service-gave",
                    "locale": "nl-NL",
                    "time_zone": "Europe/Amsterdam",
                    "consents": {"location": True, "offers": True},
                }
            ]
        },
    )

    customer: Id | None = None
    platform: Literal["ios", "android", "web"]
    locale: Language | None = None
    time_zone: Zone | None = None
    os_version: str | None = Field(None, max_length=50)
    app_version: str | None = Field(None, max_length=50)
    consents: ConsentsBody = ConsentsBody()
    positions_only: Flag = False


class DeviceChange(Addressed):
    """`PATCH /v1/devices/me`: what is absent stays as it is; null empties."""

    locale: Language | None = None
    time_zone: Zone | None = None
    os_version: str | None = Field(None, max_length=50)
    app_version: str | None = Field(None, max_length=50)
