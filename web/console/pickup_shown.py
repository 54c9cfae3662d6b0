"""A card of the pickup board in words: when, what, and what the customer was told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from offers.board import Card
from offers.rules.board import Told
from web.console.entering import Desk
from web.console.speaking import Voice

FEW_ITEMS = 2
"""On a card; an order's own page has all."""
A_MINUTE_S, AN_HOUR_MIN, A_DAY_MIN = 60, 60, 1440
A_DAY = timedelta(days=1)
ATTENTIONS = ("paid_but_cancelled", "amount_differs", "brought_back_without_piece")


def shown(desk: Desk, card: Card, stores: Mapping[str, str], *, full: bool = False) -> dict[str, Any]:
    """What the template needs of a card. `full`: with the whole name and all the items."""
    voice, now = desk.voice, desk.parts.now()
    known = (card.name if full else card.first_name) or voice.words["inbox_guest"]
    items = [_item(voice, one) for one in card.items]
    left = 0 if full else max(0, len(items) - FEW_ITEMS)
    return {
        "card": card,
        "name": known,
        "when": _when(voice, card, now),
        "since": int(card.arrived_at.timestamp()) if card.status == "arrived" and card.arrived_at else None,
        "part": plain(voice, "board_part", part=card.part, parts=card.parts) if card.part and card.parts else "",
        "store": stores.get(card.store, card.store),
        "items": items if full else items[:FEW_ITEMS],
        "left": left,
        "told": [_told(voice, one, now) for one in card.told],
        "early": card.ready_at is None and card.status in ("on_the_way", "nearby", "arrived"),
        "attention": card.attention and voice.words.get(f"board_{card.attention}", card.attention.replace("_", " ")),
    }


def plain(voice: Voice, phrase: str, /, **values: Any) -> str:
    """A phrase with values in it, to be escaped where it is shown."""
    return voice.words[phrase].format(**values)


def clock(voice: Voice, at: datetime, now: datetime) -> str:
    """The time; with the day where that is another."""
    local, today = at.astimezone(voice.zone), now.astimezone(voice.zone)
    return f"{local:%H:%M}" if local.date() == today.date() else voice.moment(at)


def lasted(voice: Voice, since: datetime, now: datetime) -> str:
    """How long somebody stands there: in whole minutes, as it is without a script."""
    minutes = max(0, int((now - since).total_seconds() // A_MINUTE_S))
    if minutes < 2 * AN_HOUR_MIN:
        return plain(voice, "board_minutes", minutes=minutes)
    if minutes < 2 * A_DAY_MIN:
        return plain(voice, "board_hours", hours=minutes // AN_HOUR_MIN)
    return plain(voice, "board_days", days=minutes // A_DAY_MIN)


def _when(voice: Voice, card: Card, now: datetime) -> str:
    if card.status == "arrived":
        return lasted(voice, card.arrived_at or now, now)
    if card.status == "placed":
        return plain(voice, "board_placed_at", at=clock(voice, card.created_at, now))
    away = card.away
    if away is None:
        if card.status == "ready" and card.ready_at is not None:
            if now - card.ready_at >= A_DAY:
                return lasted(voice, card.ready_at, now)
            return plain(voice, "board_ready_since", at=clock(voice, card.ready_at, now))
        return "" if card.status in ("collected", "cancelled") else str(voice.words["board_no_time"])
    if away.high == 0:
        return str(voice.words["board_about_now"])
    if away.by == "said":
        return plain(voice, "board_said", minutes=away.high)
    if away.low == away.high:
        return plain(voice, "board_minutes", minutes=away.high)
    return plain(voice, "board_range", low=away.low, high=away.high)


def _item(voice: Voice, item: Mapping[str, Any]) -> str:
    many, size = item.get("quantity", 1), item.get("size")
    said = str(item.get("title") or item.get("sku") or "")
    said = f"{said}, {plain(voice, 'board_size', size=size)}" if size else said
    return f"{many} \N{MULTIPLICATION SIGN} {said}" if many != 1 else said


def _told(voice: Voice, one: Told, now: datetime) -> str:
    return plain(voice, f"board_{one.how}", what=voice.words[f"board_of_{one.what}"], at=clock(voice, one.at, now))
