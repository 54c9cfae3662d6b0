"""What the rules refuse, by name: so that a console can say it in its reader's language where the message is English.

A message is its name's whole sentence, as it was raised here, in geofences or by pydantic; what differs between two of a kind are its facts.
The tests raise each of them in earnest, so that a message that is written anew is not forgotten here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from offers.rules.templates import FACTS, FILTERS

TEMPLATES = (
    ("unknown_fact", r"names (?P<fact>.+?), which is not a fact; known are .+"),
    ("unknown_filter", r"uses the filter (?P<filter>.+?); known are .+"),
    ("tag", r"has a \{% tag %\}; .+"),
    ("only_facts", r"has (?:a range; only facts are|.+; only \{\{ fact \| filter \}\} is) known here"),
    ("not_closed", r"is not Liquid: expected '\}\}'.*"),
    ("open_quote", r"is not Liquid: unexpected (?:\"'\"|'\"')"),
    ("brace_within", r"is not Liquid: unexpected '\{'"),
    ("strange_sign", r"is not Liquid: unexpected '(?P<sign>.)'"),
    ("no_fact_there", r"is not Liquid: expected (?:a primitive expression|an identifier).*"),
    ("no_filter_there", r"is not Liquid: expected word.*"),
    ("more_than_a_fact", r"is not Liquid: (?:expected end of expression|disallowed ternary).*"),
    ("not_liquid", r"is not Liquid: .+"),
    ("filter_fails", r"does not work: .+"),
    ("text_too_long", r"has (?P<count>\d+) characters without its facts; at most (?P<most>\d+) go out"),
    ("too_many_bytes", r"takes (?P<count>\d+) bytes without its facts; push services take (?P<most>\d+)"),
)
ADDRESSES = (
    ("address", r"must start with https:// and a host, or be a path on this service"),
    ("picture", r"must start with https:// and a host, without a name or password before it"),
    ("fact_in_picture", r"is the same for everybody: no \{\{ fact \}\} can be in it"),
    ("password_in_address", r"has a name or password before its host"),
    (
        "private_host",
        r"has a host that (?:only its own network knows|is an address within a network, not a public one)",
    ),
    ("no_host", r"has (?:no host|a host with a %|a host that is none)"),
)
VALUES = (
    ("missing", r"Field required|is missing|String should have at least 1 characters?"),
    ("number", r"Input should be a valid (?:number|integer|decimal).*|Input should be a finite number"),
    ("at_least", r"Input should be greater than or equal to (?P<limit>\S+)"),
    ("above", r"Input should be greater than (?P<limit>\S+)"),
    ("at_most", r"Input should be less than (?:or equal to )?(?P<limit>\S+)"),
    ("too_long", r"(?:String should have at most|is longer than) (?P<limit>[\d,]+) characters"),
    ("choice", r"Input should be '(?P<choices>.+)'"),
    ("id", r"String should match pattern .+"),
    ("not_here", r"Extra inputs are not permitted"),
    ("text", r"Input should be a valid string"),
    ("yes_or_no", r"must be true or false"),
    ("not_after", r"(?:until )?is not after from"),
    ("hours", r"is not an opening_hours expression .+"),
    ("zone", r"is not a time zone of the IANA database, .+"),
    ("moment", r"is not a time in RFC 3339 .+|Input should (?:be a valid datetime|have timezone info).*"),
    ("years", r"lies outside the years 1970 to 9999"),
    ("no_time", r"must be longer than nothing"),
    ("long_time", r"must be no longer than .+|is longer than time itself"),
    ("language", r"is not a language tag .+"),
    ("phone", r"is not a phone number in E\.164 form .+"),
    ("no_place", r"there is no place '(?P<place>.+)'"),
    ("no_campaign", r"there is no campaign '(?P<campaign>.+)'"),
    ("no_offer", r"there is no offer '(?P<offer>.+)'"),
    ("no_product", r"there is no product '(?P<product>.+)'"),
    ("cells", r"has (?P<count>\d+) cells where the heading has (?P<wanted>\d+)"),
    ("no_feature", r"is no GeoJSON Feature"),
    ("twice", r"'(?P<id>.+)' stands in (?P<where>.+) already, with something else"),
    ("and_more_faults", r"and (?P<count>\d+) more"),
)
SHAPES = (
    ("circle_lacks", r"a circle needs (?P<field>\S+)"),
    ("range", r"radius_m must be a number from (?P<low>\d+) to (?P<high>\d+)"),
    ("metres", r".*; this looks like metres of a projected system .+"),
    ("swapped", r"(?:(?P<where>.+): )?latitude must be from -90 to 90; were latitude and longitude swapped\?"),
    ("degrees", r"(?:.+: )?(?:lat|lon|latitude|longitude) must be from (?P<low>-\d+) to (?P<high>\d+)"),
    ("not_degrees", r"(?:.+: )?(?:lat|lon|latitude|longitude) must be a finite number(?: of degrees)?"),
    ("not_a_shape", r"geometry must be a (?:GeoJSON object|Polygon or a MultiPolygon)|a shape is a geometry, .+"),
    ("two_shapes", r"has a geometry and .+: a polygon or a circle, not both|give either geometry or .+"),
    ("premises", r"a store needs at least one geofence with the role premises"),
    ("hole_outside", r".*does not lie inside the outer ring"),
    ("holes_overlap", r".*ring \d+ \(hole\) overlaps ring \d+ \(hole\)"),
    ("areas_overlap", r"polygon (?P<one>\d+) overlaps polygon (?P<other>\d+), or shares an edge with it"),
    ("not_one_area", r".*the (?:rings|polygons) do not make one area.*"),
    ("few_corners", r".* has (?P<count>\d+) positions, a ring needs at least 4"),
    ("ring_open", r".* is not closed: its last vertex must repeat its first"),
    ("date_line", r".*, vertex (?P<vertex>\d+): the edge jumps over the antimeridian; .+"),
    ("no_area", r".* has no area: .+"),
    ("crosses", r".*, vertex (?P<vertex>\d+): the ring crosses or touches itself on the edge from here"),
    ("not_a_position", r".* must be \[longitude, latitude\]"),
    ("empty_list", r".* must be a list that is not empty"),
)
OFFERS = (
    ("code", r"is not a code of at most 64 letters, digits, hyphens, dots and underscores"),
    ("short_code", r"is a code of fewer than (?P<least>\d+) letters and digits"),
    ("code_of_another", r"reads as that of the offer '(?P<offer>.+)'"),
    ("code_not_shared", r"is one code for all, and goes with codes shared"),
    ("not_of_this_kind", r"has no place in an offer of kind \w+"),
    ("value_missing", r"is missing: an offer of kind \w+ has one"),
    ("currency_missing", r"is missing: an amount needs a currency such as EUR"),
    ("percentage", r"is a percentage above 0 and up to 100"),
    ("amount", r"is an amount above 0"),
    ("less_than_given", r"is less than the (?P<spent>\d+) that are given out; .+"),
    ("fixed", r"can not be changed once coupons are out"),
    ("told_by", r"the campaign '(?P<campaign>.+)' tells coupon\.code"),
)
POSTERS = (
    ("half_a_point", r"is missing: lat and lon go together"),
    ("hangs_nowhere", r"is missing, and so are lat and lon"),
    ("inside_what", r"is missing: inside says in which store"),
    ("never_switches", r"says neither after_scans nor at, so it would never switch"),
    ("digital_link", r"is no GS1 Digital Link: .+"),
    ("link_taken", r"leads to (?:another poster|the poster '.+') already"),
    ("retired", r"was taken down for good; make another one"),
    ("picture_address", r"may not end in \.(?P<end>\w+): that is its picture's address"),
)
ALL = (*TEMPLATES, *ADDRESSES, *SHAPES, *OFFERS, *POSTERS, *VALUES)
"""Names with the whole message as a pattern: the first that fits counts."""
NEAR = "unknown_fact_near", "unknown_filter_near"
NAMES = (*(name for name, _ in ALL), *NEAR)


@dataclass(frozen=True, slots=True)
class Named:
    """A fault's name, and what its message tells."""

    name: str
    facts: Mapping[str, str]


def named(message: str) -> Named | None:
    """The fault that a message tells; none for what has no name. A fact or a filter that is nearly one comes with the one that it is near to."""
    for name, pattern in _patterns():
        if found := pattern.fullmatch(message):
            facts = {fact: re.sub(r"',? (?:or )?'", ", ", said or "") for fact, said in found.groupdict().items()}
            return _near(name, facts)
    return None


def _near(name: str, facts: dict[str, str]) -> Named:
    known = {"unknown_fact": ("fact", FACTS), "unknown_filter": ("filter", FILTERS)}.get(name)
    if known is None:
        return Named(name, facts)
    fact, choices = known
    near = get_close_matches(facts[fact], choices, n=1, cutoff=0.8)
    return Named(f"{name}_near", facts | {"near": near[0]}) if near else Named(name, facts)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern, re.DOTALL)) for name, pattern in ALL)
