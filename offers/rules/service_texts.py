"""The brand's own words of an order's message, checked as a campaign's are."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from offers.rules.order_wording import ORDER_FACTS
from offers.rules.personalise import LEAST, MAX_BODY, MAX_TITLE, size_of
from offers.rules.templates import TemplateError, check_template, own_text
from offers.rules.values import Language, Strict


def _template(source: str) -> str:
    try:
        check_template(source, ORDER_FACTS)
    except TemplateError as error:
        raise ValueError(str(error)) from None
    return source


def _no_longer_than(most: int) -> AfterValidator:
    def check(source: str) -> str:
        if (long := len(own_text(source))) > most:
            raise ValueError(f"has {long} characters without its facts; at most {most} go out")
        return source

    return AfterValidator(check)


Template = Annotated[str, Field(min_length=1), AfterValidator(_template)]


class ServiceMessage(Strict):
    title: Annotated[Template, _no_longer_than(MAX_TITLE)]
    body: Annotated[Template, _no_longer_than(MAX_BODY)]

    @model_validator(mode="after")
    def _can_be_carried(self) -> "ServiceMessage":
        takes = size_of(own_text(self.title), own_text(self.body))
        if takes > LEAST:
            raise ValueError(f"takes {takes} bytes without its facts; push services take {LEAST}")
        return self


class ServiceTextsBody(Strict):
    """`PUT /v1/service-messages/{moment}`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "texts": {
                        "nl": {
                            "title": "Je sneakers staan klaar",
                            "body": "Haal ze op bij {{ place.name }} met code {{ order.code }}.",
                        }
                    }
                }
            ]
        },
    )

    texts: Annotated[dict[Language, ServiceMessage], Field(min_length=1, max_length=50)]

    def as_json(self) -> dict[str, Any]:
        written: dict[str, Any] = self.model_dump(mode="json")["texts"]
        return written
