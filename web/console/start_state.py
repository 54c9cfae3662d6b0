"""How far somebody is with the first steps, read from what there is: nothing else is kept, so that everybody goes on where they were."""

from dataclasses import dataclass
from typing import Any

from offers import campaigns, customers, explaining, history, overview, places
from offers.errors import NotFound
from offers.history import Asked
from web.console.entering import Desk

Item = dict[str, Any]

STEPS = ("place", "device", "message", "launch", "walk")
MOST_TRIES = 9
"""So many first messages somebody may have ended before they are asked to write campaigns in the usual place."""


@dataclass(frozen=True, slots=True)
class First:
    """What there is of each step. `campaign_id` is where the message is, or will be, written."""

    place: Item | None
    customer: Item | None
    device: Item | None
    campaign_id: str
    campaign: Item | None
    last: Item | None
    """Of its messages the newest that was sent."""

    @property
    def sent(self) -> bool:
        return self.last is not None

    @property
    def done(self) -> dict[str, bool]:
        is_live = self.campaign is not None and self.campaign["status"] == "live"
        return {
            "place": self.place is not None,
            "device": self.device is not None,
            "message": self.campaign is not None,
            "launch": is_live,
            "walk": self.sent,
        }

    @property
    def next(self) -> str:
        """The first that is not done; the last once all are."""
        return next((one for one in STEPS if not self.done[one]), STEPS[-1])

    def may_open(self, step: str) -> bool:
        return STEPS.index(step) <= STEPS.index(self.next)


def customer_of(desk: Desk) -> str:
    """Who a user is as a customer: themselves, and nobody else's business."""
    return f"me-{desk.user.user_id}"


def tag_of(desk: Desk) -> str:
    """What the first message's audience asks for, so that it goes to nobody else."""
    return f"first-steps-{desk.user.user_id}"


def read_first(session: Any, desk: Desk) -> First:
    customer = _or_none(session, customers.get_customer, customer_of(desk))
    devices = overview.devices_of(session, customer["id"]) if customer else []
    campaign_id, campaign = _message(session, desk)
    return First(
        place=_place(session, campaign),
        customer=customer,
        device=next((one for one in devices if one["push"] and not one["revoked"]), None),
        campaign_id=campaign_id,
        campaign=campaign,
        last=next((one for one in _deliveries(session, desk, campaign_id) if one["state"] == "sent"), None)
        if campaign
        else None,
    )


def _message(session: Any, desk: Desk) -> tuple[str, Item | None]:
    """The first that has not ended, or the id of the next."""
    wanted = ""
    for number in range(1, MOST_TRIES + 1):
        wanted = f"first-message-{desk.user.user_id}" + (f"-{number}" if number > 1 else "")
        item = _or_none(session, campaigns.get_campaign, wanted)
        if item is None or item["status"] != "ended":
            return wanted, item
    return wanted, None


def _place(session: Any, campaign: Item | None) -> Item | None:
    """The message's, else the first with premises."""
    for one in campaign["trigger"]["places"] if campaign else ():
        if (item := _or_none(session, places.get_place, one)) is not None:
            return item
    return next((one for one in places.list_places(session, limit=20)[0] if premises_of(one)), None)


def premises_of(place: Item) -> str | None:
    """The geofence that is walked into: a circle before an area, as a phone's system watches circles."""
    theirs = [one for one in place["geofences"] if one["role"] == "premises"]
    circles = [one for one in theirs if "radius_m" in one]
    return next((str(one["id"]) for one in (*circles, *theirs)), None)


def _deliveries(session: Any, desk: Desk, campaign_id: str) -> list[Item]:
    return history.list_deliveries(session, Asked(customer=customer_of(desk), campaign=campaign_id, limit=5)).items


def outcome(session: Any, desk: Desk, first: First, since_s: float) -> Item:
    """What came of the walk at `since_s`, and not of a later one: `{decision, delivery, never}`, each none as long as nothing is known.

    The delivery may be of another campaign, which went first. Of who has just walked in it is not told that they were never there.
    """
    told = explaining.why(session, customer_of(desk), first.campaign_id, now=desk.parts.now())
    decision = _first_since(told["decisions"], "at", since_s)
    by = decision["facts"].get("by") if decision and decision["outcome"] == "outranked" else None
    may_have_sent = decision is None or decision["outcome"] == "send" or by is not None
    made = _deliveries(session, desk, by or first.campaign_id) if may_have_sent else []
    never = told["never"]
    return {
        "decision": decision,
        "delivery": _first_since(made, "created_at", since_s),
        "never": never if never and never["reason"] != "no_moment" else None,
    }


def _first_since(newest_first: list[Item], at: str, since_s: float) -> Item | None:
    return next((one for one in reversed(newest_first) if one[at].timestamp() >= since_s), None)


def _or_none(session: Any, read: Any, wanted: str) -> Item | None:
    try:
        item: Item = read(session, wanted)
    except NotFound:
        return None
    return item
