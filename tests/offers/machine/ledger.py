"""The whole town twice, in one shape: as the database has it, and as the model has it. And the promises that neither may break."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection

from offers.records.tables import (
    Campaign,
    Coupon,
    Customer,
    Decision,
    Deferral,
    Delivery,
    Device,
    Offer,
    OfferAtPlace,
    OfferCode,
    Stay,
    Visit,
)
from tests.offers.machine.answering import in_quiet
from tests.offers.machine.model import Model
from tests.offers.machine.whereabouts import GONE, Row


def _of(table: Any, names: str, *order: str) -> Select[Any]:
    return select(*(getattr(table, name) for name in names.split())).order_by(*(getattr(table, one) for one in order))


STAY, VISIT = (
    "device_id customer_id geofence_id entered_at dwelled_at left_at left_reason",
    "customer_id place_id entered_at left_at",
)
DECISION = "customer_id campaign_id campaign_version place_id at outcome spends_cap variant"
DELIVERY = "customer_id campaign_id device_id state reason expires_at lease_until variant"
DEFERRAL = "customer_id campaign_id device_id place_id role trigger happened_at not_before"
COUPON = "customer_id offer_id place_id state expires_at purchase_id"
QUESTIONS = {
    "stays": _of(Stay, f"{STAY} id moment", "id"),
    "visits": _of(Visit, f"{VISIT} id", "id"),
    "decisions": _of(Decision, f"{DECISION} id moment facts", "id"),
    "deliveries": _of(Delivery, f"{DELIVERY} id coupon context attempts not_before", "id"),
    "coupons": _of(Coupon, f"{COUPON} id code_mark", "id"),
    "offers": _of(Offer, "id spent redeemed budget budget_per_place", "id"),
    "at places": _of(OfferAtPlace, "offer_id place_id spent", "offer_id", "place_id").where(OfferAtPlace.spent != 0),
    "free codes": select(OfferCode.mark).where(OfferCode.taken_at.is_(None)),
    "customers": _of(Customer, "id location offers orders", "id"),
    "devices": _of(Device, "id customer_id push_token revoked_at", "id"),
    "deferrals": _of(Deferral, f"{DEFERRAL} moment", "id"),
    "campaigns": _of(Campaign, "id status version", "id"),
}


def _waits(state: str, not_before: datetime) -> datetime | None:
    """When it may go; of what is queued alone."""
    return not_before if state == "queued" else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What there is: of each noun its rows, those made first first."""

    rows: dict[str, list[Any]]

    @classmethod
    def read(cls, connection: Connection) -> "Ledger":
        return cls({noun: list(connection.execute(question)) for noun, question in QUESTIONS.items()})

    def ids(self, noun: str) -> list[str]:
        return [row.id for row in self.rows[noun]]

    def told(self, model: Model) -> dict[str, list[Any]]:
        """Without the ids that only the database knows: what hangs together is named by the model's numbers, row by row."""
        names = {
            row.id: f"{letter}{one['n']}"
            for letter, noun, ours in (("s", "stays", model.stays), ("v", "visits", model.visits))
            for row, one in zip(self.rows[noun], ours, strict=False)
        }

        def named(moment: str) -> str:
            return ":".join(names.get(part, GONE if part.startswith("sty_") else part) for part in moment.split(":"))

        rows = self.rows
        return {
            "stays": [(*row[:7], named(row.moment)) for row in rows["stays"]],
            "visits": [row[:4] for row in rows["visits"]],
            "decisions": [(*row[:8], named(row.moment), row.facts["happened_at"]) for row in rows["decisions"]],
            "deliveries": [
                (
                    *row[:8],
                    row.context["place_id"],
                    row.coupon is not None,
                    row.attempts,
                    _waits(row.state, row.not_before),
                )
                for row in rows["deliveries"]
            ],
            "deferrals": sorted((*row[:8], named(row.moment)) for row in rows["deferrals"]),
            "coupons": [row[:6] for row in rows["coupons"]],
            "offers": [row[:3] for row in rows["offers"]],
            "at places": [tuple(row) for row in rows["at places"]],
            "free codes": [len(rows["free codes"])],
            "customers": [tuple(row) for row in rows["customers"]],
            "devices": [(*row[:3], row.revoked_at is not None) for row in rows["devices"]],
            "campaigns": [tuple(row) for row in rows["campaigns"]],
        }


def expected(model: Model) -> dict[str, list[Any]]:
    """The model in the same shape."""

    def of(row: Row, names: str) -> tuple[Any, ...]:
        return tuple(row[name] for name in names.split())

    return {
        "stays": [of(one, "device customer fence entered dwelled left ended group") for one in model.stays],
        "visits": [of(one, "customer place entered left") for one in model.visits],
        "decisions": [
            (
                *of(one, "customer campaign version place at outcome spends variant moment"),
                one["happened"].isoformat(),
            )
            for one in model.decisions
        ],
        "deliveries": [
            (
                *of(one, "customer campaign device state reason expires lease variant place told attempts"),
                _waits(one["state"], one["not_before"]),
            )
            for one in model.deliveries
        ],
        "deferrals": sorted(
            of(one, "customer campaign device place role trigger happened until moment") for one in model.deferrals
        ),
        "coupons": [of(one, "customer offer place state expires purchase") for one in model.coupons],
        "offers": [(name, one["spent"], one["redeemed"]) for name, one in sorted(model.offers.items())],
        "at places": sorted(
            (name, place, units) for name, one in model.offers.items() for place, units in one["at"].items() if units
        ),
        "free codes": [sum(one["free"] or 0 for one in model.offers.values())],
        "customers": [(name, *of(one, "location offers orders")) for name, one in sorted(model.customers.items())],
        "devices": [(name, *of(one, "customer token revoked")) for name, one in sorted(model.devices.items())],
        "campaigns": [(name, *of(one, "status version")) for name, one in sorted(model.campaigns.items())],
    }


def differences(ledger: Ledger, model: Model) -> list[str]:
    """Each row that one of the two has and the other has not, in words; and facts that say something else."""
    found = []
    told, ours = ledger.told(model), expected(model)
    for noun, rows in told.items():
        if rows != ours[noun]:
            found += [f"{noun}: there is {row}" for row in rows if row not in ours[noun]]
            found += [f"{noun}: there should be {row}" for row in ours[noun] if row not in rows]
            found += [] if found else [f"{noun}: in another order, or more than once: {rows}"]
    if found:
        return found
    return [
        f"facts of {row.outcome}: {row.facts}, and not {one['facts']}"
        for row, one in zip(ledger.rows["decisions"], model.decisions, strict=True)
        if not one["facts"].items() <= row.facts.items()
    ]


def broken(before: Ledger, ledger: Ledger, model: Model) -> list[str]:
    """Promises that hold whatever happens, read off the database alone: for what the model and the code might both get wrong."""
    found = []
    now = model.now
    sends = [row for row in ledger.rows["decisions"] if row.spends_cap]
    known = set(before.ids("decisions"))
    for row in ledger.rows["decisions"]:
        if row.outcome != "send" or row.id in known or not model.limits["cap"]:
            continue
        most, window = model.limits["cap"]
        lately = [one for one in sends if one.customer_id == row.customer_id and one.at > now - window]
        if len(lately) > most:
            found.append(f"over the cap: {lately}")
    per_moment = [(row.customer_id, row.moment) for row in ledger.rows["decisions"] if row.outcome == "send"]
    if len(per_moment) != len(set(per_moment)):
        found.append("two sends for one moment")
    found += [
        f"over budget: {row}" for row in ledger.rows["offers"] if row.budget is not None and row.spent > row.budget
    ]
    return found + _sent_wrongly(before, ledger, model, now)


def _sent_wrongly(before: Ledger, ledger: Ledger, model: Model, now: datetime) -> list[str]:
    """A message that a sender took in this step, though it may not go."""
    was = {row.id: row.state for row in before.rows["deliveries"]}
    people = {row.id: row for row in ledger.rows["customers"]}
    found = []
    for row in ledger.rows["deliveries"]:
        if row.state not in ("sending", "sent") or was.get(row.id) in ("sending", "sent"):
            continue
        person = people[row.customer_id]
        zone = model.customers[row.customer_id]["zone"] or model.places[row.context["place_id"]]["zone"]
        if not (person.location and person.offers):
            found.append(f"sent without consent: {row}")
        if in_quiet(model.limits["quiet"], now.astimezone(ZoneInfo(zone))):
            found.append(f"sent in the quiet hours: {row}")
        if now >= row.expires_at:
            found.append(f"sent too late: {row}")
        if now < row.not_before:
            found.append(f"sent before its time: {row}")
        if was.get(row.id) in ("unknown", "failed", "expired"):
            found.append(f"sent again: {row}")
    return found
