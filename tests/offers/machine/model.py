"""What a town should be like, told a second time: dicts and lists, one step after the other, and no word of the code that it checks.

Written from what the product promises, not from how it keeps it. It knows nobody's tables and looks into no room of the house.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from tests.offers.machine.campaigns import Campaigns
from tests.offers.machine.whereabouts import Row

LEASE = timedelta(seconds=60)
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


def drawn(campaign: str, customer: str) -> int:
    """The customer's number in a campaign's draw: those below its percent times a hundred are held out."""
    return int.from_bytes(sha256(f"{campaign}\0{customer}".encode()).digest()[:8], "big") % 10_000


class Model(Campaigns):
    # deciding

    def decide(self, trigger: str, stay: Row, at: datetime) -> None:
        customer, moment = stay["customer"], f"{trigger}:{stay['group']}"
        if any((one["customer"], one["moment"]) == (customer, moment) for one in self.decisions):
            return
        place, role = self.fences[stay["fence"]]["place"], self.fences[stay["fence"]]["role"]
        tags = self.places[place]["tags"]
        waiting = [
            (-one["priority"], name)
            for name, one in self.campaigns.items()
            if one["status"] in ("live", "paused")
            and (one["on"], one["role"]) == (trigger, role)
            and (not (one["places"] or one["tags"]) or place in one["places"] or set(tags) & set(one["tags"]))
        ]
        to = self.address(customer, stay["device"])
        winner, answers = None, []
        for _, name in sorted(waiting):  # all are judged by what was before: the winner takes nothing from its losers
            campaign = self.campaigns[name]
            outcome, facts = self.first_no(name, campaign, customer, place, at, reachable=to is not None)
            if outcome is None and winner:
                outcome, facts = "outranked", {"by": winner}
            elif outcome is None:
                winner = name
                percent = self.limits["hold_out"] if campaign["hold_out"] is None else campaign["hold_out"]
                held_out = drawn(name, customer) < percent * 100
                outcome, facts = ("held_out", {"percent": percent}) if held_out else ("send", {})
            answers.append((name, outcome, facts))
        for name, outcome, facts in answers:
            decision = self.numbered(customer=customer, campaign=name, version=self.campaigns[name]["version"])
            decision |= {"moment": moment, "place": place, "at": self.now, "happened": at, "outcome": outcome}
            decision |= {"facts": facts, "spends": outcome == "send"}
            self.decisions.append(decision)
            if outcome == "send":
                self.send(decision, self.campaigns[name], place, str(to))

    def first_no(
        self, name: str, campaign: Row, customer: str, place: str, at: datetime, *, reachable: bool
    ) -> tuple[str | None, Row]:
        person, store = self.customers[customer], self.places[place]
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
        if not AUDIENCES[campaign["audience"]](person):
            return "not_in_audience", {}
        zone = person["zone"] or store["zone"]
        if in_quiet(self.limits["quiet"], self.now.astimezone(ZoneInfo(zone))):
            return "quiet_hours", {"time_zone": zone}
        sends = [one for one in self.decisions if one["customer"] == customer and one["spends"]]
        own = [one["at"] for one in sends if one["campaign"] == name]
        if campaign["cooldown"] and own and self.now < max(own) + campaign["cooldown"]:
            return "campaign_cooldown", {"last_sent": max(own).isoformat()}
        if self.limits["cap"]:
            most, window = self.limits["cap"]
            lately = [one for one in sends if one["at"] > self.now - window]
            if len(lately) >= most:
                return "frequency_cap", {"messages": most, "sent": len(lately)}
        if campaign["offer"] and (why := self.nothing_left(campaign["offer"], place)):
            return "sold_out", why
        if not reachable:
            return "no_reachable_device", {}
        return ("too_late", {}) if self.now >= at + (campaign["life"] or self.limits["life"]) else (None, {})

    def nothing_left(self, name: str, place: str) -> Row | None:
        offer = self.offers[name]
        if offer["budget"] is not None and offer["spent"] >= offer["budget"]:
            return {"offer": name, "budget": offer["budget"]}
        if offer["per_place"] is not None and offer["at"].get(place, 0) >= offer["per_place"]:
            return {"offer": name, "budget_per_place": offer["per_place"]}
        return {"offer": name, "codes_left": 0} if offer["free"] == 0 else None

    def address(self, customer: str, seen: str) -> str | None:
        """The device that was seen, else the one used last, of those that can be pushed to."""
        able = {
            name: one
            for name, one in self.devices.items()
            if one["customer"] == customer and one["token"] and not one["revoked"]
        }
        if seen in able:
            return seen
        return min(able, key=lambda name: (-able[name]["used"].timestamp(), name), default=None)

    # messages, coupons and budgets

    def send(self, decision: Row, campaign: Row, place: str, device: str) -> None:
        life = campaign["life"] or self.limits["life"]
        delivery = self.numbered(decision=decision, customer=decision["customer"], campaign=decision["campaign"])
        delivery |= {"device": device, "place": place, "state": "queued", "reason": None, "coupon": None, "told": False}
        delivery |= {"expires": decision["happened"] + life, "sender": None, "lease": None}
        self.deliveries.append(delivery)
        if campaign["offer"]:
            self.spend(campaign["offer"], place, 1)
            coupon = self.numbered(customer=decision["customer"], offer=campaign["offer"], place=place)
            coupon |= {"state": "reserved", "expires": None, "purchase": None}
            delivery["coupon"] = coupon
            self.coupons.append(coupon)

    def spend(self, name: str, place: str, units: int) -> None:
        offer = self.offers[name]
        offer["spent"] += units
        offer["at"][place] = offer["at"].get(place, 0) + units
        if offer["free"] is not None:
            offer["free"] -= units

    def claim(self, wanted: list[Row], sender: str) -> None:
        """Take what is queued; what may not go any more does not."""
        for one in [one for one in wanted if one["state"] == "queued"]:
            reason = self.not_any_more(one)
            if reason is None:
                one |= {
                    "state": "sending",
                    "sender": sender,
                    "lease": self.now + LEASE,
                    "told": one["coupon"] is not None,
                }
            else:
                self.end(one, "expired" if reason == "too_late" else "failed", reason)

    def not_any_more(self, one: Row) -> str | None:
        person, phone = self.customers[one["customer"]], self.devices[one["device"]]
        if self.now >= one["expires"]:
            return "too_late"
        if not (person["offers"] and person["location"]):
            return "no_consent"
        if self.campaigns[one["campaign"]]["status"] != "live":
            return "not_live"
        if phone["revoked"] or not phone["token"]:
            return "no_reachable_device"
        zone = ZoneInfo(person["zone"] or self.places[one["place"]]["zone"])
        return "quiet_hours" if in_quiet(self.limits["quiet"], self.now.astimezone(zone)) else None

    def record(self, wanted: list[Row], sender: str, state: str, reason: str | None) -> None:
        for one in wanted:
            if one["state"] == "sending" and one["sender"] == sender:
                self.end(one, state, reason)

    def sweep(self) -> None:
        """A sender that has not answered within its lease is dead: nobody knows whether the message left."""
        for one in self.deliveries:
            if one["state"] == "sending" and one["lease"] < self.now:
                self.end(one, "unknown", "sender_died")

    def end(self, one: Row, state: str, reason: str | None) -> None:
        """What surely never left gives back cap and coupon; what left, or may have left, issues the coupon."""
        one |= {"state": state, "reason": reason, "sender": None, "lease": None}
        coupon = one["coupon"]
        if state in ("failed", "expired"):
            one["decision"]["spends"] = False
        if coupon is None or coupon["state"] != "reserved":
            return
        if state in ("failed", "expired"):
            coupon["state"] = "released"
            self.spend(coupon["offer"], coupon["place"], -1)
        else:
            valid_for = self.offers[coupon["offer"]]["valid_for"]
            coupon |= {"state": "issued", "expires": valid_for and self.now + valid_for}

    # people, tills and clocks

    def ends(self) -> list[tuple[datetime, str | None]]:
        """When what runs now is over, and whose it is; the next first."""
        ends = [(one["expires"], one["customer"]) for one in self.deliveries + self.coupons if one["expires"]]
        ends += [(one["lease"], one["customer"]) for one in self.deliveries if one["lease"]]
        most, window = self.limits["cap"] or (1000, timedelta(0))
        spends = [one for one in self.decisions if one["spends"]]
        for one in spends:
            if (cooldown := self.campaigns[one["campaign"]]["cooldown"]) is not None:
                ends.append((one["at"] + cooldown, one["customer"]))
            lately = [by for by in spends if by["customer"] == one["customer"] and by["at"] > self.now - window]
            if len(lately) >= most:
                ends.append((one["at"] + window, one["customer"]))
        ends += [(date, None) for one in self.campaigns.values() for date in one["dates"] if date]
        after = self.now + timedelta(seconds=1)
        return sorted({one for one in ends if one[0] > after}, key=lambda one: (one[0], one[1] or ""))

    def erase(self, customer: str) -> None:
        """Nothing is left of a person; what offers have counted stays counted, but for what no sender has taken yet."""
        for one in self.deliveries:
            if one["customer"] == customer and one["state"] == "queued":
                self.end(one, "failed", "erased")
        for rows in (self.stays, self.visits, self.decisions, self.deliveries, self.coupons):
            rows[:] = [one for one in rows if one["customer"] != customer]
        for named in (self.devices, self.orders):
            for name in [name for name, one in named.items() if one["customer"] == customer]:
                del named[name]
        del self.customers[customer]

    def revoke(self, device: str) -> None:
        self.devices[device] |= {"revoked": True, "token": None}
        self.end_stays(self.open_stays(device=device), "device_revoked")

    def tell(self, device: str, token: str | None) -> None:
        """A push token is of the device that told it last."""
        for one in self.devices.values():
            if token and one["token"] == token:
                one["token"] = None
        self.devices[device] |= {"token": token, "used": self.now}

    def expire_coupons(self) -> None:
        for one in self.coupons:
            if one["state"] == "issued" and one["expires"] and one["expires"] <= self.now:
                one["state"] = "expired"

    def redeem(self, meant: list[Row], purchase: str | None) -> str:
        """What the till is answered. Of several that a code stands for the one that ends first is used first."""
        meant = sorted((one for one in meant if one["state"] != "released"), key=by_end)
        if purchase and any(one["state"] == "redeemed" and one["purchase"] == purchase for one in meant):
            return "repeated"
        for one in meant:
            if one["state"] in ("reserved", "issued") and not (one["expires"] and one["expires"] <= self.now):
                one |= {"state": "redeemed", "purchase": purchase}
                self.offers[one["offer"]]["redeemed"] += 1
                return "redeemed"
        if any(one["state"] == "redeemed" for one in meant):
            return "already_redeemed"
        return "expired" if meant else "unknown"


def by_end(coupon: Row) -> tuple[float, int]:
    return coupon["expires"].timestamp() if coupon["expires"] else float("inf"), coupon["n"]
