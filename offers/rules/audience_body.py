"""`POST /v1/audiences/count`: an audience by itself, checked where it is read, so that a refusal names the place in the tree."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict
from pydantic_core import PydanticCustomError

from offers.rules.audience import AudienceError, read_audience
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Strict


def _tree(value: dict[str, Any] | None) -> dict[str, Any] | None:
    try:
        read_audience(value)
    except AudienceError as error:
        said = {"wrong": error.message, PATH_WITHIN: error.path}
        raise PydanticCustomError("audience", "{wrong}", said) from None
    return value


class AudienceBody(Strict):
    """`null` is everybody."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"audience": {"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "sneakers"}]}},
            ]
        },
    )

    audience: Annotated[dict[str, Any] | None, AfterValidator(_tree)]
