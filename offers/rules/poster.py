"""A poster as the desk writes it: one QR code at one placement, checked field by field."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.coupon_codes import DIGITS, normalised
from offers.rules.digital_link import LONGEST, DigitalLinkError, parse_digital_link, poster_keys
from offers.rules.profile import Id
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Flag, Moment, Strict

CODE_DIGITS = 10
"""Of `DIGITS`: 50 bits. Written into the address, so that the whole of it fits a small code."""
PICTURES = ("svg", "png", "pdf", "csv")
"""Ends of addresses, which an id of a poster may therefore not have."""


def _key_of(written: str) -> str:
    """`01/09506000134352`: of a whole Digital Link, or of such a key as it is read back."""
    link = written if "://" in written else f"https://id.gs1.org/{written.removeprefix('/')}"
    try:
        return poster_keys(parse_digital_link(link, zero_suppressed_gtin=True))[0]
    except DigitalLinkError as error:
        raise ValueError(f"is no GS1 Digital Link: it {error}") from None


def read_code(code: str) -> str | None:
    """A poster's code as somebody types it; none where it can be none."""
    read = normalised(code)
    return read if len(read) == CODE_DIGITS and set(read) <= set(DIGITS) else None


class ThenRule(Strict):
    """What a poster switches to, after so many scans by people or from a moment on, whichever comes first."""

    campaign: Id
    after_scans: int | None = Field(None, ge=1, le=10_000_000)
    at: Moment | None = None

    @model_validator(mode="after")
    def _says_when(self) -> "ThenRule":
        if self.after_scans is None and self.at is None:
            message = "says neither after_scans nor at, so it would never switch"
            raise PydanticCustomError("then", message, {PATH_WITHIN: "after_scans"})
        return self


class PosterBody(Strict):
    """`PUT /v1/posters/{id}`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Amsterdam Centraal, hall",
                    "lat": 52.3788148,
                    "lon": 4.9006278,
                    "campaign": "sneakers-scan",
                    "from": "2026-12-01T00:00:00+01:00",
                    "until": "2026-12-31T23:59:59+01:00",
                }
            ]
        },
    )

    name: str | None = Field(None, min_length=1, max_length=200)
    place: Id | None = None
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    inside: Flag = False
    campaign: Id
    in_store: Id | None = None
    again: Id | None = None
    then: ThenRule | None = None
    start: Moment | None = Field(None, alias="from")
    until: Moment | None = None
    digital_link: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_key_of)] | None = None

    @model_validator(mode="after")
    def _hangs_somewhere(self) -> "PosterBody":
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise PydanticCustomError("where", "is missing: lat and lon go together", {PATH_WITHIN: missing})
        if self.place is None and self.lat is None:
            raise PydanticCustomError("where", "is missing, and so are lat and lon", {PATH_WITHIN: "place"})
        if self.inside and self.place is None:
            raise PydanticCustomError("where", "is missing: inside says in which store", {PATH_WITHIN: "place"})
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "PosterBody":
        if self.start and self.until and self.start >= self.until:
            raise PydanticCustomError("until", "is not after from", {PATH_WITHIN: "until"})
        return self

    def campaigns(self) -> Iterator[tuple[str, str]]:
        """Each campaign that it names, with the field."""
        named = {"campaign": self.campaign, "in_store": self.in_store, "again": self.again}
        named["then.campaign"] = self.then.campaign if self.then else None
        return ((field, campaign) for field, campaign in named.items() if campaign is not None)
