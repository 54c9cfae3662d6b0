"""Posters: written, read, taken down. What becomes of a scan is not decided here."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.follows import Written
from offers.records.ids import new_id, new_poster_code
from offers.records.items import scan_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import places as place_queries
from offers.records.queries import posters as queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.posters import AskedPosters
from offers.records.queries.scans import AskedScans
from offers.records.queries.writing import insert_missing
from offers.records.tables import Campaign, Place, Poster
from offers.rules.campaign import parse_campaign
from offers.rules.edit import Check, anyway
from offers.rules.leafing import Leaf, Turn
from offers.rules.personalise import choose_language
from offers.rules.poster import PICTURES, PosterBody
from offers.rules.scanning import state_of
from offers.rules.templates import TemplateError, fill, says_something
from offers.rules.values import language_chain

__all__ = [
    "AskedPosters",
    "AskedScans",
    "Sheet",
    "add_poster",
    "around_poster",
    "campaigns_to_lead_to",
    "delete_poster",
    "get_poster",
    "leaf_posters",
    "list_posters",
    "list_scans",
    "poster_sheet",
    "poster_sheets",
    "put_poster",
    "put_posters",
    "retire_poster",
    "scans_a_day",
]

Item = dict[str, Any]
TRIES = 4
"""Codes that are tried for a new poster; two of 50 random bits hardly ever meet."""
STAYS = frozenset({"retired", "taken"})
"""Names of faults that are about the present state, and not about what was written."""


def put_poster(
    session: Session,
    poster_id: str,
    body: PosterBody,
    *,
    now: datetime,
    check: Check = anyway,
    make_code: Callable[[], str] = new_poster_code,
) -> tuple[Item, bool]:
    """Create or replace; its code stays. `BadInput` names field and problem, `Conflict` what the present state does not allow."""
    written = put_posters(session, {poster_id: body}, now=now, check=check, make_code=make_code)
    if faults := written.refused.get(poster_id):
        if all(one.name in STAYS for one in faults):
            raise Conflict("This poster can not be written so.", faults, faults[0].name or "conflict")
        raise BadInput(faults)
    return get_poster(session, poster_id), poster_id in written.created


def add_poster(session: Session, body: PosterBody, *, now: datetime) -> Item:
    """A new one under an id of ours."""
    return put_poster(session, new_id("pst"), body, now=now)[0]


def put_posters(
    session: Session,
    bodies: Mapping[str, PosterBody],
    *,
    now: datetime,
    check: Check = anyway,
    make_code: Callable[[], str] = new_poster_code,
) -> Written:
    """The same for many, in a number of statements that does not grow with them; what is wrong is left out and named."""
    places = place_queries.places_that_stay(session, {one.place for one in bodies.values() if one.place})
    spots = {one: (place.lat, place.lon) for one, place in place_queries.places_by_id(session, places).items()}
    campaigns = campaign_queries.campaigns_that_stay(
        session, {campaign for one in bodies.values() for _, campaign in one.campaigns()}
    )
    refused: dict[str, list[Fault]] = {}
    for poster_id, body in bodies.items():
        if faults := [*_wrong_id(poster_id), *_unknown(body, spots, campaigns)]:
            refused[poster_id] = faults
    refused |= _taken_links(session, {one: body for one, body in bodies.items() if one not in refused})
    wanted = {one: _columns(body, spots) for one, body in bodies.items() if one not in refused}
    created = _insert(session, wanted, make_code, now)
    changed = set()
    posters = queries.posters_locked(session, wanted)
    for poster_id in (
        wanted.keys() - posters.keys()
    ):  # another transaction took its Digital Link, or all codes were somebody's
        field = "digital_link" if wanted[poster_id]["digital_link"] else "code"
        refused[poster_id] = [Fault(field, "leads to another poster already", "taken")]
    for poster_id, poster in posters.items():
        check(None if poster_id in created else poster_item(poster))
        for name, value in wanted[poster_id].items():
            if getattr(poster, name) != value:
                setattr(poster, name, value)
        if not session.is_modified(poster):
            continue
        if poster.retired_at is not None:
            session.expire(poster)
            refused[poster_id] = [Fault("", "was taken down for good; make another one", "retired")]
            continue
        if poster.then_after is None:
            poster.scanned = 0  # counted anew should it switch after a number of them again
        changed.add(poster_id)
        poster.updated_at = now
    session.flush()
    return Written(
        frozenset(created), frozenset(changed), refused, codes={one: row.code for one, row in posters.items()}
    )


def _insert(session: Session, wanted: Mapping[str, Item], make_code: Callable[[], str], now: datetime) -> set[str]:
    created: set[str] = set()
    left = set(wanted) - queries.ids_there(session, wanted)
    for _ in range(TRIES):
        if not left:
            break
        rows = [
            {"id": one, "code": make_code(), **wanted[one], "scanned": 0, "created_at": now, "updated_at": now}
            for one in left
        ]
        created |= insert_missing(session, Poster, rows)
        left -= queries.ids_there(session, left)
    return created


def _wrong_id(poster_id: str) -> list[Fault]:
    if poster_id.rpartition(".")[2].lower() in PICTURES and "." in poster_id:
        return [Fault("id", f"may not end in .{poster_id.rpartition('.')[2]}: that is its picture's address")]
    return []


def _unknown(body: PosterBody, places: Iterable[str], campaigns: Mapping[str, Campaign]) -> Iterable[Fault]:
    if body.place is not None and body.place not in places:
        yield Fault("place", f"there is no place {body.place!r}", "no_such_place")
    for field, campaign_id in body.campaigns():
        campaign = campaigns.get(campaign_id)
        if campaign is None:
            yield Fault(field, f"there is no campaign {campaign_id!r}", "no_such_campaign")
        elif (trigger := campaign.definition["trigger"]["on"]) != "scan":
            message = (
                f"the campaign {campaign_id!r} has the trigger {trigger}; a poster leads to one with the trigger scan"
            )
            yield Fault(field, message, "not_a_scan_campaign")


def _taken_links(session: Session, bodies: Mapping[str, PosterBody]) -> dict[str, list[Fault]]:
    """Those whose Digital Link leads to another poster. One that was taken down gives it up."""
    wanted: dict[str, str] = {}
    faults: dict[str, list[Fault]] = {}
    for poster_id, body in bodies.items():
        if body.digital_link is None:
            continue
        other = wanted.setdefault(body.digital_link, poster_id)
        if other != poster_id:
            faults[poster_id] = [Fault("digital_link", f"leads to the poster {other!r} already", "taken")]
    if not wanted:
        return faults
    for owner in queries.posters_of_links(session, wanted):
        claimant = wanted[owner.digital_link or ""]
        if owner.id == claimant:
            continue
        if owner.retired_at is not None:
            owner.digital_link = None
        else:
            faults[claimant] = [Fault("digital_link", f"leads to the poster {owner.id!r} already", "taken")]
    session.flush()
    return faults


def _columns(body: PosterBody, spots: Mapping[str, tuple[float, float]]) -> Item:
    lat, lon = (body.lat, body.lon) if body.lat is not None else spots[body.place or ""]
    return {
        "name": body.name,
        "place_id": body.place,
        "lat": lat,
        "lon": lon,
        "inside": body.inside,
        "campaign_id": body.campaign,
        "inside_campaign_id": body.in_store,
        "again_campaign_id": body.again,
        "then_campaign_id": body.then.campaign if body.then else None,
        "then_after": body.then.after_scans if body.then else None,
        "then_at": body.then.at if body.then else None,
        "starts_at": body.start,
        "ends_at": body.until,
        "digital_link": body.digital_link,
    }


def get_poster(session: Session, poster_id: str) -> Item:
    return poster_item(_poster(session, poster_id))


def around_poster(session: Session, poster_id: str, *, now: datetime) -> Item:
    """What no edit is made from: its state at this moment, and its scans."""
    return _around(session, [_poster(session, poster_id)], now)[0]


def list_posters(session: Session, asked: AskedPosters, *, now: datetime) -> tuple[list[Item], str | None]:
    """Posters by id with state and scans, and the cursor of the next page."""
    rows = queries.posters_asked(session, asked)
    shown = rows[: asked.limit]
    items = [poster_item(row) | more for row, more in zip(shown, _around(session, shown, now), strict=True)]
    return items, shown[-1].id if len(rows) > asked.limit else None


def leaf_posters(session: Session, asked: AskedPosters, turn: Turn, *, now: datetime) -> Leaf:
    """A page of the same in the order that is asked for. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_posters(session, asked, turn, now)
    rows = leaf.items
    return leaf.holding([poster_item(row) | more for row, more in zip(rows, _around(session, rows, now), strict=True)])


def scans_a_day(
    session: Session, ids: Collection[str], *, now: datetime, offset: timedelta, days: int = 30
) -> dict[str, dict[date, int]]:
    """Of each of these posters how many people scanned it on each of the last days, today among them; a day without any is left out.

    `offset` is how far ahead of UTC the clock is whose days they are.
    """
    today = (now + offset).date()
    since = datetime.combine(today - timedelta(days=days - 1), time(), UTC) - offset
    found: dict[str, dict[date, int]] = {one: {} for one in ids}
    for poster_id, on, many in scan_queries.by_day(session, ids, since, offset):
        found[poster_id][on] = many
    return found


def _around(session: Session, rows: Sequence[Poster], now: datetime) -> list[Item]:
    counts = scan_queries.counts_of_posters(session, [row.id for row in rows])
    nothing = {"people": 0, "previews": 0, "bots": 0, "first_at": None, "last_at": None}
    return [
        {
            "state": state_of(row, now),
            "scans": counts.get(row.id, nothing),
        }
        for row in rows
    ]


def retire_poster(session: Session, poster_id: str, *, now: datetime, check: Check = anyway) -> Item:
    """Take it down for good: whoever scans its code still gets a page that helps. Safe to repeat."""
    poster = queries.poster_locked(session, poster_id)
    if poster is None:
        raise NotFound("poster")
    check(poster_item(poster))
    if poster.retired_at is None:
        poster.retired_at = poster.updated_at = now
        session.flush()
    return poster_item(poster)


def delete_poster(session: Session, poster_id: str, *, check: Check = anyway) -> None:
    """Only one that was never scanned: it was not printed, or hangs nowhere."""
    poster = queries.poster_locked(session, poster_id)
    if poster is None:
        raise NotFound("poster")
    check(poster_item(poster))
    if scan_queries.was_scanned(session, poster_id):
        raise Conflict("This poster was scanned, so its code hangs somewhere: retire it.", reason="was_scanned")
    session.delete(poster)
    session.flush()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed around a code."""

    code: str
    language: str
    """Of the campaign's own words, a BCP 47 tag."""
    title: str | None
    store: str | None
    name: str | None
    changed_at: datetime


def poster_sheet(session: Session, poster_id: str, language: str | None) -> Sheet:
    """In the language that is asked for, where the campaign has it; else in the campaign's own."""
    return _sheets(session, [_poster(session, poster_id)], language)[poster_id]


def poster_sheets(session: Session, ids: Collection[str], language: str | None) -> list[Sheet]:
    """The same of many, in the order of these ids and in a number of statements that does not grow with them; what is no poster is left out."""
    found = _sheets(session, list(queries.posters_by_id(session, ids).values()), language)
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def _sheets(session: Session, posters: Sequence[Poster], language: str | None) -> dict[str, Sheet]:
    places = place_queries.places_by_id(session, {one.place_id for one in posters if one.place_id})
    hang = {one.id: places[one.place_id] for one in posters if one.place_id in places}
    elsewhere = [one for one in posters if one.id not in hang or hang[one.id].kind != "store"]
    nearest = place_queries.nearest_store_ids(session, ((one.lat, one.lon) for one in elsewhere)) if elsewhere else {}
    stores = place_queries.places_by_id(session, {one for one in nearest.values() if one})
    for one in elsewhere:
        if (store := stores.get(nearest[one.lat, one.lon] or "")) is not None:
            hang[one.id] = store
    wanted = {one.campaign_id for one in posters if one.campaign_id}
    campaigns = {row.id: row for row in campaign_queries.campaigns_by_id(session, wanted)}
    default = campaign_queries.limits_now(session).default_language
    return {
        one.id: _sheet(one, hang.get(one.id), campaigns.get(one.campaign_id or ""), default, language)
        for one in posters
    }


def _sheet(poster: Poster, place: Place | None, campaign: Campaign | None, default: str, language: str | None) -> Sheet:
    store = place.name if place is not None else None
    if campaign is None:
        return Sheet(poster.code, language or default, None, store, poster.name, poster.updated_at)
    body = parse_campaign(campaign.definition)
    tag = choose_language(body.messages, language_chain(language, body.default_language, default))
    title = _own_title(body.messages[tag].title, store)
    spoken = language or tag
    return Sheet(poster.code, spoken, title, store, poster.name, max(poster.updated_at, campaign.updated_at))


def _own_title(source: str, store: str | None) -> str | None:
    """The title with what is true for everybody. One that can not do without a customer's own facts is none on a poster."""
    try:
        text = fill(source, {"place": {"name": store}} if store else {}).strip()
    except TemplateError:
        return None
    return text if says_something(text) else None


def list_scans(session: Session, asked: AskedScans) -> tuple[list[Item], str | None]:
    """Scans, newest first."""
    rows = scan_queries.scans_asked(session, asked)
    return [scan_item(row) for row in rows[: asked.limit]], rows[asked.limit - 1].id if len(
        rows
    ) > asked.limit else None


def campaigns_to_lead_to(session: Session) -> dict[str, str]:
    """Id and name of each campaign with the trigger `scan` that has not ended, by name."""
    named = {
        row.id: str(row.definition["name"])
        for row in campaign_queries.unended_campaigns(session)
        if row.definition["trigger"]["on"] == "scan"
    }
    return dict(sorted(named.items(), key=lambda one: (one[1].casefold(), one[0])))


def _poster(session: Session, poster_id: str) -> Poster:
    poster = queries.poster_by_id(session, poster_id)
    if poster is None:
        raise NotFound("poster")
    return poster


def poster_item(row: Poster) -> Item:
    then = {"campaign": row.then_campaign_id, "after_scans": row.then_after, "at": row.then_at}
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "place": row.place_id,
        "lat": row.lat,
        "lon": row.lon,
        "inside": row.inside,
        "campaign": row.campaign_id,
        "in_store": row.inside_campaign_id,
        "again": row.again_campaign_id,
        "then": then if row.then_campaign_id else None,
        "from": row.starts_at,
        "until": row.ends_at,
        "digital_link": row.digital_link,
        "retired_at": row.retired_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
