"""Every fault that has a name is raised in earnest, and found by it."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from offers.rules.campaign import CampaignBody
from offers.rules.fault_names import NAMES, named
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.poster import PosterBody
from offers.rules.refusals import refusals
from offers.rules.templates import TemplateError, check_template
from tests.offers.stories import campaign_body

TEMPLATES = {
    "unknown_fact_near": (
        "Hoi {{ customer.first_nam }}",
        {"fact": "customer.first_nam", "near": "customer.first_name"},
    ),
    "unknown_fact": ("{{ weather }}", {"fact": "weather"}),
    "unknown_filter_near": ("{{ weekday | upcas }}", {"filter": "upcas", "near": "upcase"}),
    "unknown_filter": ("{{ weekday | append: 'x' }}", {"filter": "append"}),
    "tag": ("Hoi {% if x %}", {}),
    "only_facts": ("{{ (1..3) }}", {}),
    "not_closed": ("Hoi {{ weekday ", {}),
    "open_quote": ("{{ weekday | default: 'a }}", {}),
    "brace_within": ("{{{ weekday }}}", {}),
    "strange_sign": ("{{ weekday | default: “a” }}", {"sign": "“"}),
    "no_fact_there": ("{{ }}", {}),
    "no_filter_there": ("{{ weekday | }}", {}),
    "more_than_a_fact": ("{{ weekday | default 'x' }}", {}),
    "filter_fails": ("{{ weekday | truncate: 'a' }}", {}),
    "too_long": ("x" * 501, {"limit": "500"}),
}
ALSO = [
    "{{ weekday }", '{{ "x }}', "{{ customer. }}", "{{ weekday if true }}", "{{ a b }}", "{{ weekday; }}", "{{ weekday || default: 'x' }}",
    "{{ weekday | truncate: 5, 6, 7 }}", "{{ weekday | upcase: 3 }}", "{{ {{ weekday }} }}", "{{ weekday == 'x' }}", "{{ voornaam klant }}",
    "{{ weekday | default: x, y: }}", "{{ '}}' }}", "{{ | upcase }}", "{{ customer[ }}", "{{ ) }}", "{{ not }}",
]  # fmt: skip
"""What people write besides; each has some name."""
CIRCLE = {"role": "premises", "lat": 52.0, "lon": 4.0, "radius_m": 100}
PLACE: dict[str, Any] = {
    "name": "A", "kind": "store", "lat": 52.0, "lon": 4.0, "time_zone": "Europe/Amsterdam", "geofences": [CIRCLE],
}  # fmt: skip
OFFER: dict[str, Any] = {"name": "A", "kind": "percentage", "value": 10}
POSTER: dict[str, Any] = {"campaign": "a", "place": "b"}
SQUARE = [[4.0, 52.0], [4.01, 52.0], [4.01, 52.01], [4.0, 52.01], [4.0, 52.0]]


def says(**more: str) -> dict[str, Any]:
    return campaign_body(messages={"nl": {"title": "a", "body": "b"} | more})


def area(*rings: Any, kind: str = "Polygon") -> dict[str, Any]:
    return PLACE | {"geofences": [CIRCLE, {"role": "other", "geometry": {"type": kind, "coordinates": list(rings)}}]}


def circle(**other: Any) -> dict[str, Any]:
    return PLACE | {"geofences": [CIRCLE | other]}


def hole(west: float, east: float) -> list[list[float]]:
    return [[west, 52.002], [east, 52.002], [east, 52.004], [west, 52.004], [west, 52.002]]


FAULTS: list[tuple[str, type[BaseModel], dict[str, Any]]] = [
    ("text_too_long", CampaignBody, says(title="x" * 121)),
    ("too_many_bytes", CampaignBody, says(title="👟" * 120, body="👟" * 400, url="/" + "👟" * 480)),
    ("address", CampaignBody, says(url="http://shop.example")),
    ("picture", CampaignBody, says(image="http://shop.example/a.png")),
    ("fact_in_picture", CampaignBody, says(image="https://shop.example/{{ weekday }}.png")),
    ("private_host", CampaignBody, says(image="https://localhost/a.png")),
    ("private_host", CampaignBody, says(image="https://127.0.0.1/a.png")),
    ("no_host", CampaignBody, says(image="https://a..b/a.png")),
    ("not_after", CampaignBody, campaign_body(schedule={"from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"})),
    ("hours", CampaignBody, campaign_body(schedule={"weekly": "whenever"})),
    ("no_time", CampaignBody, campaign_body(cooldown="PT0S")),
    ("long_time", CampaignBody, campaign_body(cooldown="P99999D")),
    ("language", CampaignBody, campaign_body(default_language="dutch!")),
    ("at_most", CampaignBody, campaign_body(priority=1001)),
    ("years", OfferBody, OFFER | {"valid_until": "1960-01-01T00:00:00Z"}),
    ("moment", OfferBody, OFFER | {"valid_until": "soon"}),
    ("missing", PlaceBody, {name: one for name, one in PLACE.items() if name != "name"}),
    ("missing", PlaceBody, PLACE | {"name": ""}),
    ("number", PlaceBody, PLACE | {"lat": "north"}),
    ("at_least", PlaceBody, PLACE | {"lat": -91}),
    ("at_most", PlaceBody, PLACE | {"lat": 91}),
    ("too_long", PlaceBody, PLACE | {"name": "x" * 201}),
    ("choice", PlaceBody, PLACE | {"kind": "shop"}),
    ("not_here", PlaceBody, PLACE | {"colour": "red"}),
    ("text", PlaceBody, PLACE | {"name": 5}),
    ("yes_or_no", PlaceBody, PLACE | {"pickup": "perhaps"}),
    ("zone", PlaceBody, PLACE | {"time_zone": "Amsterdam"}),
    ("phone", PlaceBody, PLACE | {"phone": "06"}),
    ("id", PosterBody, POSTER | {"campaign": "a b"}),
    ("premises", PlaceBody, PLACE | {"geofences": []}),
    ("circle_lacks", PlaceBody, PLACE | {"geofences": [{"role": "premises", "lat": 52.0, "radius_m": 100}]}),
    ("range", PlaceBody, circle(radius_m=0)),
    ("metres", PlaceBody, circle(lat=487000.0)),
    ("degrees", PlaceBody, circle(lat=95.0)),
    ("swapped", PlaceBody, area([[52.0, 100.0], *SQUARE])),
    ("not_degrees", PlaceBody, area([["a", 52.0], *SQUARE])),
    ("not_a_shape", PlaceBody, area(SQUARE, kind="Point")),
    ("not_a_shape", PlaceBody, PLACE | {"geofences": [{"role": "premises"}]}),
    ("two_shapes", PlaceBody, circle(geometry={"type": "Polygon", "coordinates": [SQUARE]})),
    ("hole_outside", PlaceBody, area(SQUARE, [[lon + 1, lat] for lon, lat in SQUARE])),
    ("holes_overlap", PlaceBody, area(SQUARE, hole(4.002, 4.006), hole(4.004, 4.008))),
    ("areas_overlap", PlaceBody, area([SQUARE], [[[lon + 0.005, lat] for lon, lat in SQUARE]], kind="MultiPolygon")),
    ("not_one_area", PlaceBody, area(SQUARE, hole(4.0, 4.01))),
    ("few_corners", PlaceBody, area(SQUARE[:2])),
    ("ring_open", PlaceBody, area(SQUARE[:4])),
    ("date_line", PlaceBody, area([[179.9, 52.0], [-179.9, 52.0], [-179.9, 52.1], [179.9, 52.0]])),
    ("no_area", PlaceBody, area([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]])),
    ("crosses", PlaceBody, area([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]])),
    ("not_a_position", PlaceBody, area([[4.0], *SQUARE])),
    ("empty_list", PlaceBody, area()),
    ("code", OfferBody, OFFER | {"codes": "shared", "code": "a b"}),
    ("short_code", OfferBody, OFFER | {"codes": "shared", "code": "a"}),
    ("code_not_shared", OfferBody, OFFER | {"code": "SUMMER"}),
    ("not_of_this_kind", OfferBody, OFFER | {"kind": "text"}),
    ("not_of_this_kind", OfferBody, OFFER | {"currency": "EUR"}),
    ("value_missing", OfferBody, {"name": "A", "kind": "percentage"}),
    ("currency_missing", OfferBody, OFFER | {"kind": "amount"}),
    ("percentage", OfferBody, OFFER | {"value": 101}),
    ("amount", OfferBody, OFFER | {"kind": "amount", "value": 0, "currency": "EUR"}),
    ("half_a_point", PosterBody, POSTER | {"lat": 52.0}),
    ("hangs_nowhere", PosterBody, {"campaign": "a"}),
    ("inside_what", PosterBody, {"campaign": "a", "lat": 52.0, "lon": 4.0, "inside": True}),
    ("never_switches", PosterBody, POSTER | {"then": {"campaign": "b"}}),
    ("at_least", PosterBody, POSTER | {"then": {"campaign": "b", "after_scans": 0}}),
    ("not_after", PosterBody, POSTER | {"from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}),
    ("digital_link", PosterBody, POSTER | {"digital_link": "https://shop.example/"}),
]  # fmt: skip
OF_THE_RECORDS: Mapping[str, str] = {
    "no_place": "there is no place 'kalverstraat'",
    "no_campaign": "there is no campaign 'sneakers'",
    "no_offer": "there is no offer 'ten'",
    "no_product": "there is no product 'SNEAK-1'",
    "cells": "has 3 cells where the heading has 8",
    "no_feature": "is no GeoJSON Feature",
    "twice": "'a' stands in line 2 already, with something else",
    "and_more_faults": "and 3 more",
    "code_of_another": "reads as that of the offer 'ten'",
    "less_than_given": "is less than the 5 that are given out; 5 gives out no more",
    "fixed": "can not be changed once coupons are out",
    "told_by": "the campaign 'sneakers' tells coupon.code",
    "link_taken": "leads to the poster 'window' already",
    "retired": "was taken down for good; make another one",
    "picture_address": "may not end in .svg: that is its picture's address",
    "password_in_address": "has a name or password before its host",
    "not_liquid": "is not Liquid: RecursionError",
    "above": "Input should be greater than 0",
}
"""What only a look at the records, or at a file, finds out; and what no value of ours is known to bring about."""


@pytest.mark.parametrize(("name", "told"), TEMPLATES.items())
def test_a_text_is_refused_by_name(name: str, told: tuple[str, dict[str, str]]) -> None:
    source, facts = told
    with pytest.raises(TemplateError) as refused:
        check_template(source)
    fault = named(str(refused.value))
    assert fault is not None
    assert (fault.name, dict(fault.facts)) == (name, facts)


@pytest.mark.parametrize("source", ALSO)
def test_whatever_is_wrong_with_a_text_has_a_name(source: str) -> None:
    with pytest.raises(TemplateError) as refused:
        check_template(source)
    assert named(str(refused.value)) is not None


@pytest.mark.parametrize(("name", "model", "raw"), FAULTS)
def test_a_value_is_refused_by_name(name: str, model: type[BaseModel], raw: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(raw)
    found = {message: named(message) for _, message in refusals(refused.value.errors(), raw)}
    assert [fault.name for fault in found.values() if fault] == [name], found


@pytest.mark.parametrize(("name", "message"), OF_THE_RECORDS.items())
def test_what_the_records_refuse_has_a_name(name: str, message: str) -> None:
    fault = named(message)
    assert fault is not None
    assert fault.name == name


def test_every_name_is_tried_here() -> None:
    assert {*TEMPLATES, *(name for name, _, _ in FAULTS), *OF_THE_RECORDS} == set(NAMES)


def test_what_has_no_name_is_none() -> None:
    assert named("is wrong in a way that nobody thought of") is None


def test_choices_are_told_without_their_quotes() -> None:
    fault = named("Input should be 'a', 'b' or 'c'")
    assert fault is not None
    assert dict(fault.facts) == {"choices": "a, b, c"}
