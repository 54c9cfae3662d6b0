"""A place and its geofences as the desk writes them (API.md's shape), checked field by field."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from geofences.shapes import ShapeError, read_shape
from offers.rules.opening import check_hours
from offers.rules.profile import Phone
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Flag, Strict, Zone


class GeofenceBody(Strict):
    """A circle `{role, lat, lon, radius_m}` or a polygon `{role, geometry}`."""

    role: Literal["premises", "approach", "other"]
    geometry: dict[str, Any] | None = None
    lat: float | None = None
    lon: float | None = None
    radius_m: float | None = None
    dwell_s: int | None = Field(None, ge=1, le=86_400)

    @model_validator(mode="after")
    def _is_a_shape(self) -> "GeofenceBody":
        try:
            read_shape(self.shape())
        except ShapeError as error:
            raise PydanticCustomError(
                "shape", "{message}", {"message": error.message, PATH_WITHIN: error.path}
            ) from None
        return self

    def shape(self) -> dict[str, Any]:
        """What geofences.shapes.read_shape takes."""
        if self.geometry is not None:
            circle = [name for name in ("lat", "lon", "radius_m") if getattr(self, name) is not None]
            if circle:
                message = f"has a geometry and {' and '.join(circle)}: a polygon or a circle, not both"
                raise ShapeError(circle[0], message)
            return {"geometry": self.geometry}
        return {name: value for name in ("lat", "lon", "radius_m") if (value := getattr(self, name)) is not None}


class PlaceBody(Strict):
    """`PUT /v1/places/{id}`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Kalverstraat 102",
                    "kind": "store",
                    "lat": 52.3702516,
                    "lon": 4.8906199,
                    "time_zone": "Europe/Amsterdam",
                    "opening_hours": "Mo-Sa 09:00-19:00; Su 11:00-18:00",
                    "pickup": True,
                    "geofences": [
                        {"role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100, "dwell_s": 60}
                    ],
                }
            ]
        },
    )

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["store", "landmark"]
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    time_zone: Zone
    address: str | None = Field(None, max_length=500)
    phone: Phone | None = None
    opening_hours: Annotated[str, AfterValidator(check_hours)] | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(default=[], max_length=100)
    pickup: Flag = False
    paused: Flag = False
    geofences: list[GeofenceBody] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _store_has_premises(self) -> "PlaceBody":
        if self.kind == "store" and not any(one.role == "premises" for one in self.geofences):
            message = "a store needs at least one geofence with the role premises"
            raise PydanticCustomError("premises", message, {PATH_WITHIN: "geofences"})
        return self
