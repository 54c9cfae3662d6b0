"""Offers as the desk writes them: what customers get, how much of it there is, and the codes that are brought along."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.records.ids import new_id
from offers.records.queries import offers as queries
from offers.records.queries.adding import added
from offers.records.tables import Offer
from offers.rules.campaign import parse_campaign
from offers.rules.coupon_codes import CodeKeys, mark_of, normalised, seal
from offers.rules.edit import Check, anyway
from offers.rules.leafing import Leaf, Turn
from offers.rules.money import thousandths
from offers.rules.offer import OfferBody, written_value
from offers.rules.values import write_duration

Item = dict[str, Any]
ASKED_AT_ONCE = 5000


def put_offer(
    session: Session, offer_id: str, body: OfferBody, *, now: datetime, check: Check = anyway
) -> tuple[Item, Item, bool]:
    """Create or replace: the offer, its counts, and whether it is new. `Conflict` names what coupons that are out do not allow."""
    offer = queries.offers_locked(session, [offer_id]).get(offer_id)
    check(None if offer is None else offer_item(offer))
    code = body.code if body.codes != "shared" or body.code is not None or offer is None else offer.code
    if code is not None:
        _code_is_free(session, offer_id, code)
    wanted = {**_columns(body), "code": code, "code_reads": None if code is None else normalised(code)}
    if offer is None:
        new = Offer(id=offer_id, **wanted, spent=0, redeemed=0, created_at=now, updated_at=now)
        if not added(session, new):
            return put_offer(session, offer_id, body, now=now, check=check)
        return *_with_counts(session, new), True
    if faults := _not_with_what_is_out(session, offer, wanted):
        raise Conflict("This offer can not be changed to this.", faults)
    for name, value in wanted.items():
        setattr(offer, name, value)
    if session.is_modified(offer):
        offer.updated_at = now
    session.flush()
    return *_with_counts(session, offer), False


def add_offer(session: Session, body: OfferBody, *, now: datetime) -> Item:
    """A new one under an id of ours."""
    item, counts, _ = put_offer(session, new_id("off"), body, now=now)
    return item | counts


def _code_is_free(session: Session, offer_id: str, code: str) -> None:
    other = queries.offer_that_reads(session, normalised(code))
    if other is not None and other.id != offer_id:
        raise Conflict("Another offer has this code.", [Fault("code", f"reads as that of the offer {other.id!r}")])


def _not_with_what_is_out(session: Session, offer: Offer, wanted: Item) -> list[Fault]:
    faults = []
    if wanted["budget"] is not None and wanted["budget"] < offer.spent:
        faults.append(
            Fault("budget", f"is less than the {offer.spent} that are given out; {offer.spent} gives out no more")
        )
    if offer.spent:
        faults += [
            Fault(name, "can not be changed once coupons are out")
            for name in ("codes", "code")
            if wanted[name] != getattr(offer, name)
        ]
    if wanted["codes"] == "none":
        faults += [
            Fault("codes", f"the campaign {one.id!r} tells coupon.code")
            for one in queries.campaigns_that_name(session, offer.id)
            if parse_campaign(one.definition).texts_with_code()
        ]
    return faults


def get_offer(session: Session, offer_id: str) -> tuple[Item, Item]:
    """The offer, and its counts."""
    offer = queries.offer_by_id(session, offer_id)
    if offer is None:
        raise NotFound("offer")
    return _with_counts(session, offer)


def list_offers(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[Item], str | None]:
    rows = queries.all_offers(session, after, limit + 1)
    free = queries.codes_left(session, (row.id for row in rows[:limit]))
    items = [offer_item(row) | _counts(row, free.get(row.id, 0)) for row in rows[:limit]]
    return items, rows[limit - 1].id if len(rows) > limit else None


def leaf_offers(session: Session, turn: Turn, *, text: str = "", kind: str | None = None) -> Leaf:
    """A page of those whose id or name holds the text. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_offers(session, text.strip(), kind, turn)
    free = queries.codes_left(session, (row.id for row in leaf.items))
    return leaf.holding([offer_item(row) | _counts(row, free.get(row.id, 0)) for row in leaf.items])


def delete_offer(session: Session, offer_id: str, *, check: Check = anyway) -> None:
    """Remove one of which nobody holds, or held, a coupon, and that no campaign names; its codes go with it."""
    offer = queries.offer_to_remove(session, offer_id)
    if offer is None:
        raise NotFound("offer")
    check(offer_item(offer))
    if offer.spent or offer.redeemed or queries.has_coupons(session, offer_id):
        raise Conflict(
            "Coupons of this offer are out; it is kept with them. A budget as large as what is spent ends it."
        )
    if names := queries.campaigns_that_name(session, offer_id):
        faults = [Fault("offer", f"the campaign {one.id!r} has it") for one in names]
        raise Conflict("Campaigns have this offer.", faults)
    session.delete(offer)
    session.flush()


def add_codes(session: Session, offer_id: str, codes: Sequence[str], *, keys: CodeKeys) -> Item:
    """Bring codes along, each to be handed out once; or the one code that all share. Safe to repeat.

    `{added, known, codes_left}`: `known` were this offer's already, as they read. `BadInput` names those of another offer.
    """
    offer = queries.offers_locked(session, [offer_id]).get(offer_id)
    if offer is None:
        raise NotFound("offer")
    if offer.codes == "shared":
        return _share(session, offer, codes)
    if offer.codes != "imported":
        raise Conflict(f"An offer whose codes are {offer.codes} takes none.", [Fault("codes", "is not imported")])
    marks = {mark_of(keys, code): number for number, code in reversed(list(enumerate(codes)))}
    new = queries.add_codes(session, offer_id, {mark: seal(keys, codes[number]) for mark, number in marks.items()})
    owners = queries.owners_of_codes(session, [mark for mark in marks if mark not in new])
    faults = [
        Fault(f"codes[{marks[mark]}]", "belongs to another offer")
        for mark, owner in owners.items()
        if owner != offer_id
    ]
    if faults:
        raise BadInput(sorted(faults, key=lambda one: int(one.path[6:-1])))
    left = queries.codes_left(session, [offer_id]).get(offer_id, 0)
    return {"added": len(new), "known": len(codes) - len(new), "codes_left": left}


def look_at_codes(session: Session, offer_id: str, codes: Sequence[str], *, keys: CodeKeys) -> Item:
    """What bringing these along would do: how many are `new`, how many `known` already, and which of them are another offer's, by their numbers."""
    if queries.offer_by_id(session, offer_id) is None:
        raise NotFound("offer")
    marks = [mark_of(keys, code) for code in codes]
    owners: dict[str, str] = {}
    for start in range(0, len(marks), ASKED_AT_ONCE):
        owners |= queries.owners_of_codes(session, marks[start : start + ASKED_AT_ONCE])
    elsewhere = {number for number, mark in enumerate(marks) if owners.get(mark, offer_id) != offer_id}
    known = sum(owners.get(mark) == offer_id for mark in marks)
    return {"new": len(codes) - known - len(elsewhere), "known": known, "elsewhere": elsewhere}


def _share(session: Session, offer: Offer, codes: Sequence[str]) -> Item:
    if len(codes) > 1:
        raise BadInput.at("codes[1]", "is one too many: all share one code")
    [code] = codes
    known = offer.code_reads == normalised(code)
    if offer.spent and not known:
        raise Conflict("Coupons with the present code are out.", [Fault("codes[0]", "is not the present code")])
    _code_is_free(session, offer.id, code)
    if not known:
        offer.code, offer.code_reads = code, normalised(code)
        session.flush()
    return {"added": int(not known), "known": int(known), "codes_left": None}


def offer_item(row: Offer) -> Item:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "value": written_value(row.kind, row.value_thousandths),
        "currency": row.currency,
        "budget": row.budget,
        "budget_per_place": row.budget_per_place,
        "codes": row.codes,
        "code": row.code,
        "valid_for": None if row.valid_for_s is None else write_duration(timedelta(seconds=row.valid_for_s)),
        "valid_until": row.valid_until,
        "text": row.text,
        "minimum_basket": row.minimum_basket or {},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _with_counts(session: Session, offer: Offer) -> tuple[Item, Item]:
    free = queries.codes_left(session, [offer.id]).get(offer.id, 0) if offer.codes == "imported" else 0
    return offer_item(offer), _counts(offer, free)


def _counts(offer: Offer, free: int) -> Item:
    """They change with every send, and so are no part of what an edit is made from."""
    return {
        "spent": offer.spent,
        "left": None if offer.budget is None else offer.budget - offer.spent,
        "redeemed": offer.redeemed,
        "codes_left": free if offer.codes == "imported" else None,
    }


def _columns(body: OfferBody) -> Item:
    return {
        "name": body.name,
        "kind": body.kind,
        "value_thousandths": None if body.value is None else thousandths(body.value),
        "currency": body.currency,
        "budget": body.budget,
        "budget_per_place": body.budget_per_place,
        "codes": body.codes,
        "valid_for_s": None if body.valid_for is None else int(body.valid_for.total_seconds()),
        "valid_until": body.valid_until,
        "text": dict(body.text),
        "minimum_basket": dict(body.minimum_basket) or None,
    }
