"""A scan as the app tells it (API.md's shape), checked field by field."""

from datetime import datetime, timedelta

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Moment, Strict

LONGEST_AGO = timedelta(hours=24)
"""A phone that was offline tells its scans this late."""
CLOCK_MAY_BE_AHEAD = timedelta(minutes=2)


class ScanBody(Strict):
    """`POST /v1/scans`. `code`: the code, the whole address that the camera read, or a GS1 Digital Link."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"code": "https://passerby.shop.example/q/K7M49XQT2R"}]},
    )

    code: str = Field(min_length=1, max_length=2000)
    at: Moment | None = None
    """When it was scanned, where that is not now: up to a day ago."""
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    """Both or none: whether that is in a store, and nothing else; they are not kept."""

    @model_validator(mode="after")
    def _is_a_position(self) -> "ScanBody":
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise PydanticCustomError("position", "is missing: lat and lon go together", {PATH_WITHIN: missing})
        return self


def when(at: datetime | None, now: datetime) -> datetime:
    """When it was scanned: never later than now. `ValueError` says why it can not be."""
    if at is None:
        return now
    if at > now + CLOCK_MAY_BE_AHEAD:
        raise ValueError("is in the future")
    if at < now - LONGEST_AGO:
        raise ValueError("is more than 24 hours ago")
    return min(at, now)
