from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from offers.campaigns import put_campaign
from offers.customers import erase_customer
from offers.errors import NotFound
from offers.reports import report
from offers.rules.campaign import CampaignBody
from tests.offers.stories import NOON, Town, at, campaign_body, enter


def _report(town: Town, since: datetime | None = None) -> dict[str, Any]:
    return town.read(partial(report, campaign_id="sneakers", since=since))


def test_what_became_of_it_by_version_and_since(town: Town) -> None:
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent", audience={"fact": "language", "is": "nl"})
    town.send(town.walk_in(store), now=at(6))
    town.walk_in(store, "hans", 7)
    town.cross(enter(town.phone("german", language="de"), store, 8))
    body = CampaignBody.model_validate(campaign_body(offer="ten-percent"))
    town.write(partial(put_campaign, campaign_id="sneakers", body=body, now=at(9)))
    town.walk_in(store, "piet", 10)
    told = _report(town)
    assert told["decisions"] == {"not_in_audience": 1, "send": 3}
    assert told["deliveries"] == {"queued": 2, "sent": 1}
    assert told["coupons"] == {"issued": 1, "reserved": 2}
    second, first = told["by_version"]
    assert (second["version"], second["decisions"], second["coupons"]) == (2, {"send": 1}, {"reserved": 1})
    assert (first["version"], first["variant"], first["deliveries"]) == (1, None, {"queued": 1, "sent": 1})
    later = _report(town, at(9))
    assert (later["since"], later["decisions"], len(later["by_version"])) == (at(9), {"send": 1}, 1)


def test_of_nothing(town: Town) -> None:
    with pytest.raises(NotFound):
        _report(town)
    town.campaign(live=False)
    told = _report(town)
    assert [told[name] for name in ("decisions", "deliveries", "coupons", "by_version")] == [{}, {}, {}, []]


def test_what_an_erased_customer_got_stays_counted(town: Town) -> None:
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent")
    town.send(town.walk_in(store), now=at(6))
    town.walk_in(store, "hans", 7)
    before = _report(town)
    town.write(partial(erase_customer, customer_id="sanne", now=NOON))
    told = _report(town)
    assert told["decisions"] == before["decisions"] == {"send": 2}
    assert told["deliveries"] == before["deliveries"] == {"queued": 1, "sent": 1}
    assert sum(told["coupons"].values()) == sum(before["coupons"].values()) == 2
    assert [(one["version"], one["decisions"]) for one in told["by_version"]] == [(1, {"send": 1})]
    assert _report(town, at(1))["decisions"] == {"send": 1}, "a day that began before then is not counted in part"
    assert _report(town, at(0) - timedelta(days=1))["decisions"] == {"send": 2}
