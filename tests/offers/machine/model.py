"""What a town should be like, told a second time: dicts and lists, one step after the other, and no word of the code that it checks.

Written from what the product promises, not from how it keeps it. It knows nobody's tables and looks into no room of the house.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.offers.machine.answering import LONGEST_WAIT, Answers, variant_of
from tests.offers.machine.whereabouts import Row

LEASE = timedelta(seconds=60)
MONTH = timedelta(days=30)
NEVER_LEFT = ("failed", "expired")


class Model(Answers):
    # deciding

    def happens(self, trigger: str, stay: Row, at: datetime) -> None:
        if not self.customers[stay["customer"]]["location"]:
            return  # of who is located for an order alone nothing is decided
        place, role = self.fences[stay["fence"]]["place"], self.fences[stay["fence"]]["role"]
        moment = {"customer": stay["customer"], "trigger": trigger, "moment": f"{trigger}:{stay['group']}"}
        moment |= {"device": stay["device"], "place": place, "role": role, "at": at, "happened": at}
        waiting = [
            name
            for name, one in self.campaigns.items()
            if one["status"] in ("live", "paused") and self.waits_for(one, trigger, place, role)
        ]
        self.decide(moment, waiting)

    def decide(self, moment: Row, waiting: list[str]) -> None:
        customer, key = moment["customer"], moment["moment"]
        if any((one["customer"], one["moment"]) == (customer, key) for one in self.decisions):
            return
        to = self.addresses(customer, moment["device"])
        winner, answers = None, []
        # all are judged by what was before: the winner takes nothing from its losers
        for name in sorted(waiting, key=lambda name: (-self.campaigns[name]["priority"], name)):
            campaign = self.campaigns[name]
            outcome, facts = self.first_no(name, campaign, moment, reachable=bool(to))
            if not self.waits_for(campaign, moment["trigger"], moment["place"], moment["role"]):
                outcome, facts = "not_live", {}  # put off, and edited meanwhile
            elif outcome is None and winner:
                outcome, facts = "outranked", {"by": winner}
            elif outcome is None:
                winner, facts = name, self.held_out(name, campaign, customer) or {}
                outcome = "held_out" if facts else "send"
            answers.append((name, outcome, facts))
        for name, outcome, facts in answers:
            campaign = self.campaigns[name]
            decision = self.numbered(**moment, campaign=name, version=campaign["version"])
            until = facts.pop("put off", None)
            drew = variant_of(name, customer, campaign["variants"]) if outcome in ("send", "held_out") else None
            decision |= {
                "at": self.now,
                "outcome": outcome,
                "facts": facts,
                "spends": outcome == "send",
                "variant": drew,
            }
            self.decisions.append(decision)
            if until:
                self.put_off(decision, until)
            if outcome == "send":
                expires = min(moment["at"], self.now) + self.life(campaign)
                self.send(
                    decision,
                    campaign,
                    self.addresses(customer, "") if campaign["devices"] == "all" else to[:1],
                    expires,
                )

    def put_off(self, decision: Row, until: datetime) -> None:
        """A moment waits for the end of the quiet hours, once."""
        waits = {
            name: decision[name] for name in ("customer", "campaign", "trigger", "moment", "device", "place", "role")
        }
        waits |= {"happened": decision["happened"], "until": until}
        mine = ("customer", "campaign", "moment")
        if not any(all(one[part] == waits[part] for part in mine) for one in self.deferrals):
            self.deferrals.append(waits)

    def decide_deferred(self) -> None:
        """What is due is decided by all the rules as they are now: the campaigns of one moment together, its life from when it was due."""
        due = [one for one in self.deferrals if one["until"] <= self.now]
        self.deferrals = [one for one in self.deferrals if one["until"] > self.now]
        moments: dict[tuple[str, str], list[Row]] = {}
        for one in due:
            moments.setdefault((one["customer"], one["moment"]), []).append(one)
        for (_, key), those in sorted(moments.items(), key=lambda item: (item[0][0], in_order(item[0][1]))):
            plain, _, times = key.partition(":deferred")
            again = f"{plain}:deferred-{int(times[1:] or 1) + 1}" if ":deferred" in key else f"{key}:deferred"
            at, happened = max(one["until"] for one in those), min(one["happened"] for one in those)
            moment = {name: those[0][name] for name in ("customer", "trigger", "device", "place", "role")}
            moment |= {"moment": again, "at": at, "happened": happened}
            self.decide(moment, [one["campaign"] for one in those])

    # messages, coupons and budgets

    def send(self, decision: Row, campaign: Row, devices: list[str], expires: datetime) -> None:
        coupon = None
        if campaign["offer"]:
            self.spend(campaign["offer"], decision["place"], 1)
            coupon = self.numbered(customer=decision["customer"], offer=campaign["offer"], place=decision["place"])
            coupon |= {"state": "reserved", "expires": None, "purchase": None}
            self.coupons.append(coupon)
        for device in devices:
            one = self.numbered(decision=decision, customer=decision["customer"], campaign=decision["campaign"])
            one |= {"device": device, "place": decision["place"], "variant": decision["variant"], "coupon": coupon}
            one |= {"state": "queued", "reason": None, "told": False, "expires": expires, "sender": None, "lease": None}
            one |= {"attempts": 0, "not_before": self.now}
            self.deliveries.append(one)

    def spend(self, name: str, place: str, units: int) -> None:
        offer = self.offers[name]
        offer["spent"] += units
        offer["at"][place] = offer["at"].get(place, 0) + units
        if offer["free"] is not None:
            offer["free"] -= units

    def claim(self, wanted: list[Row], sender: str) -> None:
        """Take what is queued; what may not go any more does not."""
        for one in [one for one in wanted if one["state"] == "queued" and one["not_before"] <= self.now]:
            one["attempts"] += 1
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
        if phone["revoked"] or not phone["token"] or self.now - phone["heard"] > MONTH:
            return "no_reachable_device"
        if self.is_quiet(one["customer"], one["place"]):
            return "quiet_hours"
        won = one["coupon"]["offer"] if one["coupon"] else None
        if self.campaigns[one["campaign"]].get("offer") != won:
            return "sold_out"  # edited since: the text would promise what was not reserved
        until = won and self.offers[won]["until"]
        return "sold_out" if until and until <= self.now else None

    def record(self, wanted: list[Row], sender: str, state: str, reason: str | None) -> None:
        for one in wanted:
            if one["state"] == "sending" and one["sender"] == sender:
                if state == "waiting":
                    self.wait(one, reason)
                else:
                    self.end(one, state, reason)

    def wait(self, one: Row, reason: str | None) -> None:
        """It surely did not leave, and goes again: after ten seconds, then after twice as long each time, if it lives so long."""
        until = self.now + min(timedelta(seconds=10 * 2 ** (one["attempts"] - 1)), timedelta(minutes=5))
        if until > one["expires"] - timedelta(seconds=1):
            self.end(one, "expired", "too_late")
        else:
            one |= {"state": "queued", "reason": reason, "sender": None, "lease": None, "not_before": until}

    def is_due(self, one: Row) -> bool:
        return bool(one["state"] == "queued" and one["not_before"] <= self.now < one["expires"])

    def sweep(self) -> None:
        """What waited past its life is over. A sender that has not answered within its lease is dead: nobody knows whether the message left."""
        for one in self.deliveries:
            if one["state"] == "queued" and one["expires"] <= self.now:
                self.end(one, "expired", "too_late")
        for one in self.deliveries:
            if one["state"] == "sending" and one["lease"] < self.now:
                self.end(one, "unknown", "sender_died")

    def end(self, one: Row, state: str, reason: str | None) -> None:
        """What left, or may have left, issues the coupon. When surely none of a decision's messages left, cap and coupon are given back."""
        one |= {"state": state, "reason": reason, "sender": None, "lease": None}
        coupon, all_of_it = one["coupon"], [by for by in self.deliveries if by["decision"] is one["decision"]]
        if state not in NEVER_LEFT:
            if coupon and coupon["state"] == "reserved":
                coupon |= {"state": "issued", "expires": self.end_of(self.offers[coupon["offer"]])}
        elif all(by["state"] in NEVER_LEFT for by in all_of_it):
            one["decision"]["spends"] = False
            if coupon and coupon["state"] == "reserved":
                coupon["state"] = "released"
                self.spend(coupon["offer"], coupon["place"], -1)
            for by in all_of_it:
                if by["reason"] == "quiet_hours" and self.now < by["expires"]:
                    self.quiet_came_first(by)

    def quiet_came_first(self, one: Row) -> None:
        """A message that met the quiet hours on its way waits for their end, where its campaign says so."""
        decision, campaign = one["decision"], self.campaigns[one["campaign"]]
        zone = self.is_quiet(one["customer"], one["place"])
        own = ZoneInfo(self.customers[one["customer"]]["zone"] or self.places[one["place"]]["zone"])
        until = self.loud_again(zone) if zone else self.now
        running = campaign["status"] in ("live", "paused") and self.limits["quiet"]
        if running and campaign["quiet"] == "defer" and until <= decision["happened"] + LONGEST_WAIT:
            decision["facts"]["deferred_until"] = until.astimezone(own).isoformat()
            self.put_off({**decision, "device": one["device"]}, until)

    def end_of(self, offer: Row) -> datetime | None:
        """Of a coupon that is issued now."""
        ends = [offer["valid_for"] and self.now + offer["valid_for"], offer["until"]]
        return min((one for one in ends if one), default=None)

    # people, tills and clocks

    def ends(self) -> list[tuple[datetime, str | None]]:
        """When what runs now is over, and whose it is; the next first, and what is looked at less often more than once."""
        ends = [(one["expires"], one["customer"]) for one in self.deliveries if one["state"] == "queued"]
        ends += [
            (one["expires"], one["customer"]) for one in self.coupons if one["state"] == "issued" and one["expires"]
        ]
        ends += [(one["lease"], one["customer"]) for one in self.deliveries if one["lease"]]
        ends += [(one["not_before"], one["customer"]) for one in self.deliveries if one["state"] == "queued"]
        ends += [(one["until"], one["customer"]) for one in self.deferrals]
        ends += [(date, None) for one in self.campaigns.values() for date in one["dates"] if date]
        for one in self.deliveries:
            if one["state"] == "queued" and (at := self.quiet_next(one["customer"], one["place"], one["expires"])):
                ends += [(at, one["customer"])] * 3
        most, window = self.limits["cap"] or (1000, timedelta(0))
        spends = [one for one in self.decisions if one["spends"]]
        for one in self.decisions:
            campaign = self.campaigns[one["campaign"]]
            if campaign["cooldown"] and campaign["on"] == "enter" and (one["spends"] or one["outcome"] == "held_out"):
                ends += [(one["at"] + campaign["cooldown"], one["customer"])] * 3
            lately = [by for by in spends if by["customer"] == one["customer"] and by["at"] > self.now - window]
            if one["spends"] and len(lately) >= most:
                ends += [(one["at"] + window, one["customer"])] * 3
        after = self.now + timedelta(seconds=1)
        return sorted((one for one in ends if one[0] > after), key=lambda one: (one[0], one[1] or ""))

    def erase(self, customer: str) -> None:
        """Nothing is left of a person; what offers have counted stays counted, but for what no sender has taken yet."""
        for one in self.deliveries:
            if one["customer"] == customer and one["state"] == "queued":
                self.end(one, "failed", "erased")
        for rows in (self.stays, self.visits, self.decisions, self.deliveries, self.coupons, self.deferrals):
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
        self.devices[device] |= {"token": token, "used": self.now, "heard": self.now}

    def expire_coupons(self) -> None:
        for one in self.coupons:
            if one["state"] == "issued" and one["expires"] and one["expires"] <= self.now:
                one["state"] = "expired"

    def redeem(self, meant: list[Row], purchase: str | None) -> str:
        """What the till is answered. Of several that a code stands for the one that ends first is used first."""
        meant = sorted((one for one in meant if one["state"] != "released"), key=by_end)
        if purchase and any(one["state"] == "redeemed" and one["purchase"] == purchase for one in meant):
            return "repeated"
        reserved = {one["n"]: self.offers[one["offer"]]["until"] for one in meant if one["state"] == "reserved"}
        for one in meant:
            until = reserved.get(one["n"], one["expires"])
            if one["state"] in ("reserved", "issued") and not (until and until <= self.now):
                for by in meant:
                    by["expires"] = reserved.get(by["n"], by["expires"])
                one |= {"state": "redeemed", "purchase": purchase}
                self.offers[one["offer"]]["redeemed"] += 1
                return "redeemed"
        if any(one["state"] == "redeemed" for one in meant):
            return "already_redeemed"
        return "expired" if meant else "unknown"


def in_order(moment: str) -> tuple[str, str, int, str]:
    """As moments sort by the names that the database gives them: by trigger, stays before visits, the older first."""
    trigger, group, *deferred = moment.split(":")
    return trigger, group[0], int(group[1:]), deferred[0] if deferred else ""


def by_end(coupon: Row) -> tuple[float, int]:
    return coupon["expires"].timestamp() if coupon["expires"] else float("inf"), coupon["n"]
