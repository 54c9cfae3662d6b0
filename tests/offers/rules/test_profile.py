from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from offers.rules.profile import ConsentReceipt, ConsentsBody, CustomerBody, DeviceBody, DeviceChange, Id
from tests.offers.stories import NOON


def _faults(model: type[Any], raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(raw)
    return [".".join(map(str, error["loc"])) for error in refused.value.errors()]


@pytest.mark.parametrize("model", [CustomerBody, DeviceBody])
def test_the_examples_of_the_documentation_are_taken(model: Any) -> None:
    for example in model.model_config["json_schema_extra"]["examples"]:
        model.model_validate(example)


@pytest.mark.parametrize("phone", ["+31612345678", "+4915112345678", "+12025550123"])
def test_a_phone_number_is_taken_in_e_164(phone: str) -> None:
    assert CustomerBody.model_validate({"phone": phone}).phone == phone


@pytest.mark.parametrize(
    "phone",
    ["", "0612345678", "0031612345678", "+31 6 12345678", "+31-612345678", "+316", "+31612345678901234", "+999612345678", "+", "tel",
     "+31612345678;ext=1", "+٣١٦١٢٣٤٥٦٧٨", "+31612345678\n"],
)  # fmt: skip
def test_every_other_form_of_a_phone_number_is_refused(phone: str) -> None:
    assert _faults(CustomerBody, {"phone": phone}) == ["phone"]


def test_a_refusal_never_repeats_the_number() -> None:
    with pytest.raises(ValidationError) as refused:
        CustomerBody.model_validate({"phone": "+3198765432109876"})
    assert all("98765" not in error["msg"] for error in refused.value.errors())


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"language": "dutch"}, "language"),
        ({"time_zone": "CEST+1"}, "time_zone"),
        ({"sizes": {"shoe size": "38"}}, "sizes"),
        ({"sizes": {"": "38"}}, "sizes"),
        ({"attributes": {"a.b": 1}}, "attributes"),
        ({"attributes": {"x" * 65: 1}}, "attributes"),
        ({"attributes": {str(number): 1 for number in range(201)}}, "attributes"),
        ({"attributes": {"points": float("inf")}}, "attributes"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": ["x"] * 201}, "tags"),
        ({"consents": {"newsletter": True}}, "consents.newsletter"),
        (
            {"consents": {"location": {"given": True, "at": "2026-06-10T12:00:00"}}},
            "consents.location",
        ),
        ({"nmae": "x"}, "nmae"),
    ],
    ids=lambda one: repr(one)[:50],
)
def test_a_refusal_names_its_field(raw: dict[str, Any], path: str) -> None:
    faults = _faults(CustomerBody, raw)
    assert faults
    assert all(fault == path or fault.startswith(f"{path}.") for fault in faults)


def test_attributes_keep_their_kinds() -> None:
    body = CustomerBody.model_validate({"attributes": {"member": True, "points": 3, "ratio": 0.5, "team": "Ajax"}})
    assert body.attributes == {"member": True, "points": 3, "ratio": 0.5, "team": "Ajax"}
    assert body.attributes["member"] is True


def test_a_purpose_that_is_not_named_makes_no_receipt() -> None:
    assert ConsentsBody().receipts(NOON, "app") == {}
    assert ConsentsBody(offers=False).receipts(NOON, "app") == {
        "offers": ConsentReceipt(given=False, at=NOON, source="app")
    }


def test_a_receipt_keeps_what_was_said_and_gets_its_time_and_source() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    said = {"given": True, "text_version": "2026-01", "language": "nl", "at": then.isoformat(), "source": "till"}
    body = ConsentsBody.model_validate({"location": said, "orders": {"given": True}})
    receipts = body.receipts(NOON, "app")
    assert receipts["location"] == ConsentReceipt.model_validate(said)
    assert (receipts["orders"].at, receipts["orders"].source) == (NOON, "app")


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({}, "platform"),
        ({"platform": "windows"}, "platform"),
        ({"platform": "ios", "push_token": ""}, "push_token"),
        ({"platform": "ios", "push_token": "x" * 4097}, "push_token"),
        ({"platform": "ios", "customer": ""}, "customer"),
        ({"platform": "ios", "customer": "a/b"}, "customer"),
        ({"platform": "ios", "time_zone": "Mars/Olympus"}, "time_zone"),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_a_device_names_its_bad_field(raw: dict[str, Any], path: str) -> None:
    assert _faults(DeviceBody, raw) == [path]


@pytest.mark.parametrize(
    "said", ["yes", "on", "t", "1", "True", "false", 1, 0, 1.0, [], {"given": "yes"}, {"given": 1}]
)
def test_a_consent_is_never_guessed(said: Any) -> None:
    with pytest.raises(ValidationError, match="must be true or false"):
        ConsentsBody.model_validate({"location": said})
    assert ConsentsBody.model_validate({"location": True}).location is True


def test_what_is_no_flag_makes_no_token_without_expiry() -> None:
    assert _faults(DeviceBody, {"platform": "ios", "positions_only": "yes"}) == ["positions_only"]


def test_a_change_knows_what_was_said_from_what_was_not() -> None:
    assert DeviceChange.model_validate({"push_token": None}).model_fields_set == {"push_token"}
    assert DeviceChange.model_validate({}).model_fields_set == set()


@pytest.mark.parametrize("good", ["a", "sanne", "4711", "s@nne.example:1_2-3"])
def test_an_id_that_is_good(good: str) -> None:
    assert TypeAdapter(Id).validate_python(good) == good


@pytest.mark.parametrize("bad", ["", "-a", ".", "..", "a b", "a/b", "é", "a\n", "a\x00", "x" * 101])
def test_an_id_that_is_none(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(bad)
