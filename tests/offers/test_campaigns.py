from functools import partial
from typing import Any, Literal

import pytest

from offers.campaigns import add_campaign, delete_campaign, get_campaign, list_campaigns, put_campaign, step_campaign
from offers.errors import BadInput, Conflict, NotFound
from offers.records.tables import CampaignVersion
from offers.rules.campaign import CampaignBody
from tests.offers.stories import NOON, Town, at, campaign_body, circle

Step = Literal["launch", "pause", "end"]


def _put(town: Town, on: str = "enter", **more: Any) -> tuple[dict[str, Any], bool]:
    body = CampaignBody.model_validate(campaign_body(on, **more))
    return town.write(lambda session: put_campaign(session, "sneakers", body, now=NOON))


def _step(town: Town, step: Step, minute: float = 5) -> str:
    return str(town.write(lambda session: step_campaign(session, "sneakers", step, now=at(minute)))["status"])


def test_a_campaign_is_a_draft_first(town: Town) -> None:
    item, created = _put(town, priority=70)
    assert created
    assert (item["status"], item["version"], item["priority"], item["launched_at"]) == ("draft", 1, 70, None)
    assert town.read(lambda session: get_campaign(session, "sneakers")) == item


def test_an_id_of_ours(town: Town) -> None:
    body = CampaignBody.model_validate(campaign_body())
    assert town.write(lambda session: add_campaign(session, body, now=NOON))["id"].startswith("cmp_")


def test_a_change_is_a_new_version_and_the_same_again_is_none(town: Town) -> None:
    _put(town)
    assert _put(town)[0]["version"] == 1
    item, created = _put(town, priority=70)
    assert (created, item["version"]) == (False, 2)
    kept = town.read(lambda session: list(session.query(CampaignVersion).order_by(CampaignVersion.version)))
    assert [(one.version, one.definition["priority"]) for one in kept] == [(1, 50), (2, 70)]


def test_places_that_are_not_there_are_each_named(town: Town) -> None:
    town.place()
    with pytest.raises(BadInput) as refused:
        _put(town, trigger={"on": "enter", "places": ["kalverstraat", "nowhere", "elsewhere"]})
    assert [fault.path for fault in refused.value.faults] == ["trigger.places[1]", "trigger.places[2]"]


STATUS_AFTER: list[tuple[list[Step], str]] = [
    (["launch"], "live"),
    (["launch", "launch"], "live"),
    (["launch", "pause"], "paused"),
    (["launch", "pause", "pause", "launch"], "live"),
    (["launch", "end"], "ended"),
    (["launch", "pause", "end", "end"], "ended"),
]


@pytest.mark.parametrize(("steps", "status"), STATUS_AFTER)
def test_the_steps_of_a_campaign(town: Town, steps: list[Step], status: str) -> None:
    town.place()
    _put(town)
    assert [_step(town, step) for step in steps][-1] == status


@pytest.mark.parametrize("steps", [["pause"], ["end"], ["launch", "end", "launch"], ["launch", "end", "pause"]])
def test_steps_that_there_are_not(town: Town, steps: list[Step]) -> None:
    town.place()
    _put(town)
    for step in steps[:-1]:
        _step(town, step)
    with pytest.raises(Conflict):
        _step(town, steps[-1])


@pytest.mark.parametrize(
    ("on", "more", "path"),
    [
        ("enter", {"trigger": {"on": "enter", "role": "approach"}}, "trigger"),
        ("enter", {"trigger": {"on": "enter", "tags": ["nobody-has-it"]}}, "trigger"),
        ("dwell", {}, "trigger.on"),
        ("enter", {"schedule": {"until": NOON.isoformat()}}, "schedule.until"),
    ],
)
def test_what_could_never_send_is_not_launched(town: Town, on: str, more: dict[str, Any], path: str) -> None:
    town.place(geofences=[circle(dwell_s=None)])
    _put(town, on, **more)
    with pytest.raises(Conflict) as refused:
        _step(town, "launch")
    assert [fault.path for fault in refused.value.faults] == [path]
    assert town.read(lambda session: get_campaign(session, "sneakers"))["status"] == "draft"


def test_a_live_campaign_is_not_changed_into_one_that_could_never_send(town: Town) -> None:
    town.place()
    _put(town)
    _step(town, "launch")
    with pytest.raises(Conflict):
        _put(town, schedule={"until": "2026-01-01T00:00:00Z"})
    assert town.read(lambda session: get_campaign(session, "sneakers"))["version"] == 1


def test_an_ended_campaign_is_not_changed(town: Town) -> None:
    town.place()
    _put(town)
    _step(town, "launch")
    _step(town, "end")
    with pytest.raises(Conflict, match="ended"):
        _put(town, priority=1)


def test_only_what_was_never_launched_is_removed(town: Town) -> None:
    town.place()
    _put(town)
    town.write(lambda session: delete_campaign(session, "sneakers"))
    with pytest.raises(NotFound):
        town.read(lambda session: get_campaign(session, "sneakers"))
    _put(town)
    _step(town, "launch")
    with pytest.raises(Conflict):
        town.write(lambda session: delete_campaign(session, "sneakers"))


def test_what_is_not_there(town: Town) -> None:
    with pytest.raises(NotFound):
        _step(town, "launch")
    with pytest.raises(NotFound):
        town.write(lambda session: delete_campaign(session, "sneakers"))


def test_the_list_goes_page_by_page(town: Town) -> None:
    for name in ("c", "a", "b"):
        town.campaign(name, live=False)
    items, cursor = town.read(lambda session: list_campaigns(session, limit=2))
    assert ([one["id"] for one in items], cursor) == (["a", "b"], "b")
    items, cursor = town.read(lambda session: list_campaigns(session, after="b", limit=2))
    assert ([one["id"] for one in items], cursor) == (["c"], None)


def test_a_launch_asks_in_a_number_of_queries_that_does_not_grow(town: Town) -> None:
    counts = []
    for number in (2, 12):
        for place in range(number):
            town.place(f"store-{place}", geofences=[circle(50 + number)])
        town.campaign(f"campaign-{number}", live=False)
        with town.statements() as seen:
            town.write(partial(step_campaign, campaign_id=f"campaign-{number}", step="launch", now=NOON))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_step_may_say_what_it_was_decided_on(town: Town) -> None:
    """Asked under the lock, with the campaign as it is; what it raises leaves everything as it was."""
    town.place("kalverstraat")
    town.campaign("sneakers", live=False)
    seen: list[str] = []

    def refuse(now: Any) -> None:
        seen.append(now["status"])
        raise Conflict("Somebody else was there.")

    with pytest.raises(Conflict, match="Somebody else"):
        town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=NOON, check=refuse))
    assert seen == ["draft"]
    assert town.read(lambda session: get_campaign(session, "sneakers"))["status"] == "draft"


def test_a_product_that_is_none_is_named(town: Town) -> None:
    town.place()
    with pytest.raises(BadInput) as refused:
        town.campaign(product="SOCK", live=False)
    assert [(one.path, one.message) for one in refused.value.faults] == [("product", "there is no product 'SOCK'")]
    town.product("SOCK")
    town.campaign(product="SOCK", live=False)
