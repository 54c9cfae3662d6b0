"""An audience of each fact decides: whoever walks in gets the message, or the condition that kept it from them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from offers.campaigns import put_campaign
from offers.errors import BadInput
from offers.purchases import record_purchases
from offers.rules.audience.facts import FACTS, FORMS, KEYED
from offers.rules.campaign import CampaignBody
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import NOON, Town, at, campaign_body, circle, dwell, enter, leave

DAY = timedelta(days=1)


def bill(town: Town, number: str, when: datetime, customer: str = "sanne", **more: Any) -> None:
    items = [{"sku": "SNEAK-1", "category": "sneakers", "size": 38, "price": "89.95"}]
    plain = {"customer": customer, "place": "kalverstraat", "channel": "store", "total": "89.95", "currency": "EUR"}
    body = PurchaseBody.model_validate({"purchase_id": number, "at": when.isoformat(), **plain, "items": items, **more})
    town.write(lambda session: record_purchases(session, {number: body}, now=NOON))


@pytest.fixture
def store(town: Town) -> str:
    """Sanne has been here yesterday and has bought sneakers ten days ago; Damrak is another store, the station none."""
    store = town.place()
    town.place("damrak")
    town.place("station", kind="landmark")
    phone = town.phone(
        "sanne",
        tags=["vip"],
        sizes={"shoes": "38"},
        attributes={"points": 120},
        consents=("location", "offers", "orders"),
    )
    yesterday = -24 * 60
    town.cross(enter(phone, store, yesterday), leave(phone, store, yesterday + 10))
    bill(town, "1", NOON - 10 * DAY)
    bill(town, "2", NOON - 100 * DAY, channel="online", place="damrak", total="10.05")
    return store


MET: list[dict[str, Any]] = [
    {"fact": "language", "is": "nl"},
    {"fact": "time_zone", "in": ["Europe/Amsterdam"]},
    {"fact": "name", "known": True},
    {"fact": "tags", "has": "vip"},
    {"fact": "sizes.shoes", "is": "38"},
    {"fact": "attributes.points", "at_least": 120},
    {"fact": "known_since", "within_days": 1},
    {"fact": "purchases.category", "within_days": 90, "has": "sneakers"},
    {"fact": "purchases.sku", "is": "SNEAK-1"},
    {"fact": "purchases.size", "in": [38, 39]},
    {"fact": "purchases.channel", "is": "online"},
    {"fact": "purchases.place", "has": "damrak"},
    {"fact": "purchases.count", "at_least": 2},
    {"fact": "purchases.total.EUR", "at_least": "100.00"},
    {"fact": "purchases.last_at", "within_days": 11},
    {"fact": "visits.place", "is": "kalverstraat", "before": NOON.isoformat()},
    {"fact": "visits.count", "at_least": 2},
    {"fact": "visits.last_at", "within_days": 1},
    {"fact": "devices.platform", "is": "android"},
    {"fact": "devices.count", "at_most": 2},
    {"fact": "devices.push", "is": True},
    {"fact": "consents.location", "is": True},
    {"fact": "consents.offers", "is": True},
    {"fact": "consents.orders", "is": True},
    {"tag": "vip"},
    {"near": "kalverstraat"},
    {"inside": ["damrak", "kalverstraat"]},
    {"inside": "*"},
    {"visited": "*", "within_days": 30},
]
MISSED: list[dict[str, Any]] = [
    {"fact": "language", "is": "de"},
    {"fact": "time_zone", "is": "Europe/Berlin"},
    {"fact": "name", "is": "Ben"},
    {"fact": "tags", "in": ["staff", "b2b"]},
    {"fact": "sizes.shoes", "is": 38},
    {"fact": "attributes.points", "at_most": 119},
    {"fact": "known_since", "before": (NOON - DAY).isoformat()},
    {"fact": "purchases.category", "within_days": 9, "has": "sneakers"},
    {"fact": "purchases.sku", "is": "SNEAK-1", "before": (NOON - 200 * DAY).isoformat()},
    {"fact": "purchases.size", "is": 39},
    {"fact": "purchases.channel", "is": "online", "within_days": 30},
    {"fact": "purchases.place", "is": "station"},
    {"fact": "purchases.count", "at_most": 1},
    {"fact": "purchases.total.EUR", "at_least": 100.001},
    {"fact": "purchases.total.SEK", "at_least": 1},
    {"fact": "purchases.last_at", "before": (NOON - 30 * DAY).isoformat()},
    {"fact": "visits.place", "in": ["damrak"]},
    {"fact": "visits.count", "at_least": 3},
    {"fact": "visits.last_at", "before": NOON.isoformat()},
    {"fact": "devices.platform", "in": ["ios", "web"]},
    {"fact": "devices.count", "at_least": 3},
    {"fact": "devices.push", "is": False},
    {"fact": "consents.orders", "is": False},
    {"tag": "staff"},
    {"near": ["damrak", "station"]},
    {"inside": "damrak"},
    {"visited": "damrak"},
]


def test_an_audience_of_each_fact_decides(town: Town, store: str) -> None:
    """All at one moment: who is in an audience gets the message or a better one, who is not learns which condition it was."""
    for number, audience in enumerate(MET):
        town.campaign(f"met-{number:02}", audience=audience)
    for number, audience in enumerate(MISSED):
        town.campaign(f"missed-{number:02}", audience={"all": [{"fact": "language", "known": True}, audience]})
    town.cross(enter(town.device("sanne"), store, 5))
    decisions = {one["campaign"]: one for one in town.decisions("sanne")}
    met = [decisions[f"met-{number:02}"]["outcome"] for number in range(len(MET))]
    assert met == ["send"] + ["outranked"] * (len(MET) - 1)
    for number, audience in enumerate(MISSED):
        decision = decisions[f"missed-{number:02}"]
        assert decision["outcome"] == "not_in_audience", audience
        assert (decision["facts"]["path"], decision["facts"]["condition"]) == ("all[1]", audience)


def test_no_fact_is_left_out() -> None:
    for examples in (MET, MISSED):
        facts = {one["fact"] for one in examples if "fact" in one}
        assert all(any(fact.startswith(f"{head}.") for fact in facts) for head in KEYED)
        assert set(FORMS) <= {name for one in examples for name in one}
        assert set(FACTS) - {"consents.location", "consents.offers"} <= facts


def test_who_stands_in_the_store_gets_another_offer_than_who_passes_by(town: Town) -> None:
    town.place(geofences=[circle(), circle(300, role="approach", dwell_s=None)])
    fences = town.fences("kalverstraat")
    inside = {"inside": "kalverstraat"}
    ring: Any = {"on": "exit", "role": "approach"}
    town.campaign("in-store", audience=inside, trigger={"on": "dwell"})
    town.campaign("passing", audience={"not": inside}, trigger={**ring, "on": "enter"})
    town.campaign("near", audience={"all": [{"near": "kalverstraat"}, inside]}, trigger={**ring, "on": "enter"})
    phone = town.phone()
    town.cross(enter(phone, fences["approach"], 1))
    town.cross(enter(phone, fences["premises"], 5))
    town.cross(dwell(phone, fences["premises"], 7))
    assert town.outcomes() == [
        ("in-store", "dwell", "send"),
        ("near", "enter", "not_in_audience"),
        ("passing", "enter", "send"),
    ]


def test_a_visit_that_has_just_begun_counts_so_a_first_visit_is_at_most_one(town: Town, store: str) -> None:
    town.campaign(audience={"fact": "visits.count", "at_most": 1})
    sanne, ben = town.device("sanne"), town.phone("ben")
    town.cross(enter(sanne, store, 5), enter(ben, store, 5))
    assert {one["customer"]: one["outcome"] for one in town.decisions()} == {"sanne": "not_in_audience", "ben": "send"}


def test_a_phone_whose_clock_runs_ahead_is_inside_all_the_same(town: Town) -> None:
    store = town.place()
    town.campaign(audience={"inside": "kalverstraat"})
    town.cross(enter(town.phone(), store, 6.5), now=at(5))
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_only_what_the_waiting_campaigns_ask_is_fetched_and_in_as_many_queries_for_many(town: Town) -> None:
    store = town.place()
    counts = []
    for crowd in (1, 12):
        phones = [town.phone(f"c{crowd}-{number}") for number in range(crowd)]
        with town.statements() as plain:
            town.cross(*(enter(phone, store, crowd) for phone in phones))
        counts.append(plain)
    assert not any("FROM purchases" in one or "stays JOIN geofences" in one for one in [*counts[0], *counts[1]])
    town.campaign(
        audience={"all": [{"fact": "purchases.category", "has": "sneakers"}, {"visited": "*"}, {"near": "*"}]}
    )
    town.campaign("push", audience={"fact": "devices.push", "is": True})
    town.campaign("leaving", "exit", audience={"fact": "purchases.count", "at_least": 1})
    counts = []
    for crowd in (2, 24):
        phones = [town.phone(f"d{crowd}-{number}") for number in range(crowd)]
        with town.statements() as asked:
            town.cross(*(enter(phone, store, 60 + crowd) for phone in phones))
        counts.append(asked)
        assert sum("FROM purchases" in one for one in asked) == 1
        assert sum("purchase_items" in one for one in asked) == 1
        assert sum("stays JOIN geofences" in one for one in asked) == 1
    assert len(counts[0]) == len(counts[1])


@pytest.mark.parametrize(
    ("audience", "path"),
    [
        ({"inside": "nowhere"}, "audience"),
        ({"all": [{"tag": "vip"}, {"visited": ["*", "nowhere"]}]}, "audience.all[1]"),
        ({"not": {"fact": "visits.place", "is": "nowhere"}}, "audience.not"),
        ({"any": [{"fact": "purchases.place", "in": ["kalverstraat", "nowhere"]}]}, "audience.any[0]"),
    ],
    ids=repr,
)
def test_a_place_that_is_none_is_refused_where_it_is_named(town: Town, audience: dict[str, Any], path: str) -> None:
    town.place()
    body = CampaignBody.model_validate(campaign_body(audience=audience))
    with pytest.raises(BadInput) as refused:
        town.write(lambda session: put_campaign(session, "sneakers", body, now=NOON))
    assert [(one.path, one.message) for one in refused.value.faults] == [(path, "there is no place 'nowhere'")]
