"""The part of the model that answers for one campaign: the list of PRODUCT.md, from its first "no" to its draws."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from tests.offers.machine.campaigns import Campaigns
from tests.offers.machine.whereabouts import Row

LONGEST_WAIT = timedelta(days=1)
MONTH = timedelta(days=30)
AUDIENCES: dict[str | None, Callable[[Row], bool]] = {
    None: lambda _: True,
    "dutch": lambda one: one["language"] in ("nl", "nl-BE"),
    "sneakers": lambda one: "sneakers" in one["tags"],
    "not dutch": lambda one: one["language"] not in ("nl", "nl-BE"),
    "dutch or vip": lambda one: one["language"] in ("nl", "nl-BE") or "vip" in one["tags"],
}


def in_hours(hours: tuple[int, int, int, int], local: datetime) -> bool:
    first, last, start, end = hours
    return first <= local.weekday() <= last and start <= local.hour < end


def in_quiet(quiet: tuple[int, int] | None, local: datetime) -> bool:
    """From one full hour to another by the local clock, over midnight where the first is the later one."""
    if quiet is None:
        return False
    start, end, clock = time(quiet[0]), time(quiet[1]), local.time()
    return start <= clock < end if start < end else clock >= start or clock < end


def drawn(*words: str) -> int:
    """A number of 64 bits, for good: held out is whose number, modulo 10,000, is below the percent times a hundred."""
    return int.from_bytes(sha256("\0".join(words).encode()).digest()[:8], "big")


def variant_of(campaign: str, customer: str, variants: list[tuple[str, int]]) -> str | None:
    """Each variant has as much of the range of the draw as it weighs."""
    lots = [name for name, weight in variants for _ in range(weight)]
    return lots[drawn(campaign, "variant", customer) * len(lots) >> 64] if lots else None


class Answers(Campaigns):
    def is_quiet(self, customer: str, place: str) -> ZoneInfo | None:
        """By whose clock it is quiet now: the customer's own, or the place's where that is not known."""
        zone = ZoneInfo(self.customers[customer]["zone"] or self.places[place]["zone"])
        return zone if in_quiet(self.limits["quiet"], self.now.astimezone(zone)) else None

    def quiet_next(self, customer: str, place: str, before: datetime) -> datetime | None:
        """The first quarter of an hour from now on, and before then, in which quiet hours begin."""
        zone = ZoneInfo(self.customers[customer]["zone"] or self.places[place]["zone"])
        at = self.now.replace(minute=self.now.minute // 15 * 15, second=0) + timedelta(minutes=15)
        while at < before and not in_quiet(self.limits["quiet"], at.astimezone(zone)):
            at += timedelta(minutes=15)
        return at if at < before else None

    def loud_again(self, zone: ZoneInfo) -> datetime:
        """The first quarter of an hour from now on that is not quiet there."""
        at = self.now.replace(minute=self.now.minute // 15 * 15, second=0) + timedelta(minutes=15)
        while in_quiet(self.limits["quiet"], at.astimezone(zone)):
            at += timedelta(minutes=15)
        return at

    def life(self, campaign: Row) -> timedelta:
        life: timedelta = campaign["life"] or self.limits["life"]
        return life

    def waits_for(self, campaign: Row, trigger: str, place: str, role: str) -> bool:
        here = set(self.places[place]["tags"]) & set(campaign["tags"]) or place in campaign["places"]
        anywhere = not (campaign["places"] or campaign["tags"])
        return (campaign["on"], campaign["role"]) == (trigger, role) and bool(anywhere or here)

    def held_out(self, name: str, campaign: Row, customer: str) -> Row | None:
        """Of everything, by a draw of its own; or of this campaign."""
        of_all, percent = self.limits["hold_out"], campaign["hold_out"] or 0
        if drawn("", "held out", customer) % 10_000 < of_all * 100:
            return {"percent": of_all, "of": "all"}
        held_out = drawn(name, customer) % 10_000 < percent * 100
        return {"percent": percent, "of": "campaign"} if held_out else None

    def first_no(self, name: str, campaign: Row, moment: Row, *, reachable: bool) -> tuple[str | None, Row]:
        """And its facts; `put off` among them is no fact, but when it is to be asked again."""
        customer, place = moment["customer"], moment["place"]
        for outcome, facts in (
            self.not_for_them(campaign, self.customers[customer], self.places[place]),
            self.quiet_hours(campaign, moment),
            self.too_often(name, campaign, customer),
        ):
            if outcome:
                return outcome, facts
        if campaign["offer"] and (why := self.nothing_left(campaign["offer"], place)):
            return "sold_out", why
        if not reachable:
            return "no_reachable_device", {}
        return ("too_late" if self.is_late(campaign, moment) else None), {}

    def is_late(self, campaign: Row, moment: Row) -> bool:
        return bool(self.now >= moment["at"] + self.life(campaign))

    def not_for_them(self, campaign: Row, person: Row, store: Row) -> tuple[str | None, Row]:
        there = self.now.astimezone(ZoneInfo(store["zone"]))
        if campaign["status"] != "live":
            return "not_live", {}
        start, until = campaign["dates"]
        if (start and self.now < start) or (until and self.now > until):
            return "outside_schedule", {}
        if campaign["weekly"] and not in_hours(campaign["weekly"], there):
            return "outside_schedule", {}
        if campaign["only_when_open"] and store["hours"] and not in_hours(store["hours"], there):
            return "place_closed", {}
        if missing := [one for one in ("location", "offers") if not person[one]]:
            return "no_consent", {"missing": missing}
        return (None if AUDIENCES[campaign["audience"]](person) else "not_in_audience"), {}

    def quiet_hours(self, campaign: Row, moment: Row) -> tuple[str | None, Row]:
        zone = self.is_quiet(moment["customer"], moment["place"])
        if zone is None:
            return None, {}
        if campaign["quiet"] == "drop" or self.is_late(campaign, moment):
            return "quiet_hours", {"time_zone": zone.key}
        until = self.loud_again(zone)
        if until > moment["happened"] + LONGEST_WAIT:
            return "too_late", {}
        return "quiet_hours", {"deferred_until": until.astimezone(zone).isoformat(), "put off": until}

    def too_often(self, name: str, campaign: Row, customer: str) -> tuple[str | None, Row]:
        sends = [one for one in self.decisions if one["customer"] == customer and one["spends"]]
        held_out = [one for one in self.decisions if one["customer"] == customer and one["outcome"] == "held_out"]
        for fact, those in (("last_sent", sends), ("last_held_out", held_out)):
            last = max((one["at"] for one in those if one["campaign"] == name), default=None)
            if campaign["cooldown"] and last and self.now < last + campaign["cooldown"]:
                return "campaign_cooldown", {fact: last.isoformat()}
        if self.limits["cap"]:
            most, window = self.limits["cap"]
            lately = [one for one in sends if one["at"] > self.now - window]
            if len(lately) >= most:
                return "frequency_cap", {"messages": most, "sent": len(lately)}
        return None, {}

    def nothing_left(self, name: str, place: str) -> Row | None:
        offer = self.offers[name]
        if offer["until"] and offer["until"] <= self.now:
            return {"offer": name, "ended_at": offer["until"].isoformat()}
        if offer["budget"] is not None and offer["spent"] >= offer["budget"]:
            return {"offer": name, "budget": offer["budget"]}
        if offer["per_place"] is not None and offer["at"].get(place, 0) >= offer["per_place"]:
            return {"offer": name, "budget_per_place": offer["per_place"]}
        return {"offer": name, "codes_left": 0} if offer["free"] == 0 else None

    def addresses(self, customer: str, seen: str) -> list[str]:
        """The devices that can be pushed to: the one that was seen, then those used last."""
        able = {
            name: one
            for name, one in self.devices.items()
            if one["customer"] == customer and one["token"] and not one["revoked"] and self.now - one["heard"] <= MONTH
        }
        return sorted(able, key=lambda name: (name != seen, -able[name]["used"].timestamp(), name))
