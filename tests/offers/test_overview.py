from typing import Any

import pytest

from offers import overview
from offers.campaigns import check_campaign, put_campaign
from offers.errors import NotFound
from offers.history import Asked, list_decisions, list_deliveries
from offers.records.tables import Decision
from offers.rules.campaign import CampaignBody
from tests.offers.stories import NOON, Town, at, campaign_body, enter, minutes
from workers.counting import count_funnels


@pytest.fixture
def busy(town: Town) -> Town:
    """A store with a live campaign that sent to Sanne and not to Tom, a live one that waits for exits, and a draft."""
    fence = town.place("kalverstraat", address="Kalverstraat 102")
    town.campaign("sneakers")
    town.campaign("bye", "exit")
    town.campaign("later", live=False)
    sanne, tom = town.phone("sanne"), town.phone("tom", name="Tom", consents=("location",))
    town.cross(enter(sanne, fence, 0), enter(tom, fence, 0))
    return town


def test_counts_are_those_of_the_lists_behind_them(busy: Town) -> None:
    counted = busy.read(lambda session: overview.count_outcomes(session, campaign_id="sneakers"))
    assert counted == {"send": 1, "no_consent": 1}

    def rows(outcome: str) -> int:
        return len(
            busy.read(lambda session: list_decisions(session, Asked(campaign="sneakers", outcome=outcome))).items
        )

    assert [rows(outcome) for outcome in counted] == [1, 1]
    assert busy.read(lambda session: overview.count_outcomes(session, since=at(1))) == {}
    assert busy.read(lambda session: overview.count_deliveries(session, campaign_id="sneakers")) == {"queued": 1}
    assert busy.read(overview.count_deliveries) == {"queued": 1}
    assert busy.read(lambda session: overview.count_deliveries(session, since=at(1))) == {}
    assert busy.read(lambda session: overview.count_sent(session, ["sneakers", "bye"])) == {}
    assert busy.read(lambda session: overview.count_queued(session, "sneakers")) == 1
    assert len(busy.read(lambda session: list_deliveries(session, Asked(state="queued"))).items) == 1
    assert busy.read(lambda session: list_deliveries(session, Asked(state="sent"))).items == []
    busy.send([one["id"] for one in busy.deliveries()], now=at(0))
    assert busy.read(lambda session: overview.count_sent(session, ["sneakers", "bye"])) == {"sneakers": 1}
    assert busy.read(lambda session: overview.count_sent(session, ["bye"])) == {}


def test_what_needs_attention(busy: Town) -> None:
    told = busy.read(lambda session: overview.needs_attention(session, most=6))
    assert [one["id"] for one in told.silent] == ["bye"]
    assert [(one["id"], one["status"]) for one in told.waiting] == [("later", "draft")]
    assert told.more == 0


def test_of_many_that_need_attention_some_are_named_and_the_rest_counted(busy: Town) -> None:
    for number in range(9):
        busy.campaign(f"draft-{number}", live=False)
    told = busy.read(lambda session: overview.needs_attention(session, most=4))
    assert len(told.waiting) == 4
    assert [one["id"] for one in told.silent] == ["bye"]
    assert told.more == 6, "ten drafts in all"


def test_the_desks_zone_is_that_of_most_places(town: Town) -> None:
    assert town.read(overview.desk_zone) == "UTC"
    for name, zone in (("a", "Europe/Berlin"), ("b", "Europe/Amsterdam"), ("c", "Europe/Amsterdam")):
        town.place(name, time_zone=zone)
    assert town.read(overview.desk_zone) == "Europe/Amsterdam"


def test_all_customers_page_by_page(town: Town) -> None:
    for customer in ("c-1", "c-2", "sanne_x"):
        town.customer(customer)
    page, cursor = town.read(lambda session: overview.find_customers(session, limit=2))
    assert [one["id"] for one in page] == ["c-1", "c-2"]
    rest, end = town.read(lambda session: overview.find_customers(session, after=cursor or "", limit=2))
    assert [one["id"] for one in rest] == ["sanne_x"]
    assert end is None


def test_an_id_means_one_customer_and_a_name_those_whom_it_fits(town: Town) -> None:
    for customer, name in (("sanne", "Sanne de Vries"), ("sanne-2", "Sanne Smit"), ("tom", "Tom")):
        town.customer(customer, name=name)

    def meant(text: str) -> list[str]:
        return [one["id"] for one in town.read(lambda session: overview.meant_customers(session, text))]

    assert meant("sanne") == ["sanne"], "though the name fits two"
    assert meant("Sanne ") == ["sanne", "sanne-2"]
    assert meant("vries") == ["sanne"]
    assert meant("nobody") == []


def test_versions_and_names(busy: Town) -> None:
    changed = CampaignBody.model_validate(campaign_body("enter", name="Sneakers, again"))
    busy.write(lambda session: put_campaign(session, "sneakers", changed, now=NOON + minutes(5)))
    told = busy.read(lambda session: overview.versions_of(session, "sneakers"))
    assert [(one["version"], one["name"]) for one in told] == [(2, "Sneakers, again"), (1, "Sneakers")]
    items = busy.decisions("sanne")
    names = busy.read(lambda session: overview.names_of(session, items))
    assert names.places == {"kalverstraat": "Kalverstraat"} == busy.read(overview.name_places)
    assert names.campaigns["sneakers"] == "Sneakers, again"
    assert names.customers == {"sanne": "Sanne de Vries"}
    [device] = busy.read(lambda session: overview.devices_of(session, "sanne"))
    assert (device["platform"], device["push"], device["revoked"]) == ("android", True, False)


def test_a_check_says_what_a_launch_would(town: Town) -> None:
    town.campaign("early", live=False)
    [fault, _] = town.read(lambda session: check_campaign(session, "early", now=NOON))
    assert (fault.path, fault.refuses) == ("trigger", True)
    town.place()
    town.phone()
    assert town.read(lambda session: check_campaign(session, "early", now=NOON)) == []
    with pytest.raises(NotFound):
        town.read(lambda session: check_campaign(session, "nothing", now=NOON))


def test_of_many_rows_the_reports_counts_are_told(busy: Town) -> None:
    """The same numbers, once they are counted; until then, and of what has few rows, each row is."""
    busy.send([one["id"] for one in busy.deliveries()], now=at(0))
    exact = busy.read(lambda session: overview.what_came_of(session, "sneakers"))
    assert exact == ({"send": 1, "no_consent": 1}, {"sent": 1}, None)
    sent = busy.read(lambda session: overview.count_sent(session, ["sneakers", "bye"]))

    def of_many() -> tuple[Any, Any]:
        return (
            busy.read(lambda session: overview.what_came_of(session, "sneakers", most=0)),
            busy.read(lambda session: overview.count_sent(session, ["sneakers", "bye"], most=0)),
        )

    assert of_many() == (exact, sent), "not counted yet"
    count_funnels(busy.database, lambda: at(1), 90)
    assert of_many() == (overview.CameOf(exact[0], exact[1], at(1)), sent), "and it is told up to when"
    busy.write(lambda session: session.query(Decision).filter_by(outcome="no_consent").delete())
    assert of_many()[0][0] == exact[0], "as it was counted"
    assert busy.read(lambda session: overview.what_came_of(session, "sneakers"))[0] == {"send": 1}
