"""What the page of a scan shows, made of the plain `Landing`: what is chosen, what can be done, and every text ready for the template."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from offers.rules.landing import Item, Landing, Offered, Store
from web.landing import speaking
from web.landing.telling import Action
from web.landing.words import WORDS

_UNSEEN = {
    code: None for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)) if code != 10
}
"""Control characters but the line's end, and those that turn the direction of what follows: pages isolate texts by themselves."""
LONG_CODE = 16


@dataclass(frozen=True, slots=True)
class Ways:
    """What this server has to offer, and what was chosen by the address."""

    now: datetime
    pays: bool = False
    recognises: bool = False
    app: str | None = None
    """The address of this page in the brand's app."""
    token: str = ""
    """Of the page's forms."""
    size: str | None = None
    store: str | None = None
    lang: str | None = None
    """Asked for by the address, and carried on."""
    base_url: str = ""


def tidy(text: str | None) -> str:
    return (text or "").translate(_UNSEEN).strip()


def is_https(address: str | None) -> bool:
    if not address or tidy(address) != address or any(one in address for one in "\\ \n"):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def shown_landing(landing: Landing, ways: Ways) -> dict[str, Any]:
    """For landing.html."""
    language, item, offer = landing.language, landing.item, landing.offer
    words = WORDS[language]
    size = _size(item, ways.size)
    store = _store(landing, ways.store, size)
    title = tidy(landing.title) or (item and tidy(item.title)) or (offer and tidy(offer.name)) or words["welcome"]
    gone = item is not None and bool(landing.stores) and landing.best_store_id is None
    actions = _actions(landing, words, ways, size, store)
    body = tidy(landing.body)
    known = landing.known
    return {
        "p": {
            "title": title,
            "description": " ".join(body.split())[:200] or title,
            "canonical": f"{ways.base_url.rstrip('/')}/l/{landing.scan_id}"
            if ways.base_url and known is None
            else None,
            "public": known is None,
            "hello": tidy(known.first_name)[:40] if known and known.first_name and not known.anonymous else None,
            "known": known is not None,
            "not_you": f"/my/offers{_query(lang=ways.lang)}#forget-title",
            "body": body,
            "picture": item.image if item and is_https(item.image) else None,
            "product": tidy(item.title) if item else None,
            "names_product": item is not None and tidy(item.title) not in ("", title),
            "price": _price(item, offer, language),
            "offer": _offer(offer, store, ways.now, language),
            "at": next(
                (tidy(one.name) for one in landing.stores if landing.in_store and one.id == landing.place_id), None
            ),
            "no_offer": landing.campaign_id is not None
            and offer is None
            and landing.title is None
            and item is not None,
            "gone": gone,
            "size_gone": tidy(size) if item and not gone and size in item.gone else None,
            "sizes": _sizes(landing, ways, size),
            "chosen_size": size,
            "store": _told_store(store, landing, ways, size) if store else None,
            "closed": bool(store and not store.is_open and actions and actions[0].label == words["reserve"]),
            "elsewhere": _nearer_without(landing, store, size),
            "more": [_told_store(one, landing, ways, size) for one in landing.stores if one is not store],
            "next": _next_best(landing.others, language),
            "primary": actions[0] if actions else None,
            "actions": actions[1:],
            "recognise": _below(landing, "recognise", ways) if ways.recognises else None,
            "app": ways.app,
        },
        "token": ways.token,
        "kept": "".join(
            f"&{urlencode({name: value})}"
            for name, value in (
                ("size", size if ways.size else None),
                ("store", store.id if store and ways.store else None),
            )
            if value
        ),
    }


def shown_nowhere(landing: Landing, ways: Ways) -> dict[str, Any]:
    """For nowhere.html: a code that leads to no offer."""
    words, language = WORDS[landing.language], landing.language
    state = landing.state if landing.state != "live" else "nothing"
    store = landing.best_store or next(iter(landing.stores), None)
    actions = _store_actions(words, store) if store else []
    if landing.scan_id is not None and store:
        actions.insert(0, Action(words["ask"], _below(landing, "ask", ways, store=store.id)))
    return {
        "p": {
            "title": words[f"{state}_title"],
            "why": words[state],
            "store": _told_store(store, landing, ways, None) if store else None,
            "next": _next_best(landing.others, language),
            "primary": actions[0] if actions else None,
            "actions": actions[1:],
        },
        "token": ways.token,
    }


def _size(item: Item | None, asked: str | None) -> str | None:
    if item is None:
        return None
    return asked if asked in item.sizes else item.size


def _store(landing: Landing, asked: str | None, size: str | None) -> Store | None:
    """The one that was tapped, else the nearest that has the size, else the best, else the nearest."""
    chosen = next((one for one in landing.stores if one.id == asked), None)
    if chosen is None and landing.item is not None and landing.item.size != size:
        chosen = next((one for one in landing.stores if one.has(size)), None)
    return chosen or landing.best_store or next(iter(landing.stores), None)


def _nearer_without(landing: Landing, store: Store | None, size: str | None) -> dict[str, str | None] | None:
    """Which nearest store has not what a farther one has: that is why the farther one is named."""
    nearest = next(iter(landing.stores), None)
    if landing.item is None or store is None or nearest is None or nearest is store or nearest.has(size):
        return None
    if not store.has(size):
        return None
    sized = size is not None and set(nearest.pieces) != {""}
    return {"phrase": "elsewhere_size" if sized else "elsewhere", "store": tidy(nearest.name), "size": tidy(size)}


def _price(item: Item | None, offer: Offered | None, language: str) -> dict[str, str | None] | None:
    if item is None or item.price_thousandths is None or item.currency is None:
        return None
    now = item.price_thousandths if item.now_thousandths is None else item.now_thousandths
    if offer is not None and offer.state == "used_up":
        now = item.price_thousandths
    lower = now < item.price_thousandths
    return {
        "now": speaking.money(now, item.currency, language),
        "old": speaking.money(item.price_thousandths, item.currency, language) if lower else None,
    }


def _offer(offer: Offered | None, store: Store | None, now: datetime, language: str) -> dict[str, Any] | None:
    if offer is None:
        return None
    code = tidy(offer.code) if offer.state == "yours" else ""
    zone = store.time_zone if store else "UTC"
    return {
        "text": tidy(offer.text) or tidy(offer.name),
        "minimum": tidy(offer.minimum_basket),
        "yours": offer.state == "yours",
        "used_up": offer.state == "used_up",
        "code": code,
        "long": len(code) > LONG_CODE,
        "until": speaking.until(offer.ends_at, now, zone, language) if offer.ends_at else None,
    }


def _sizes(landing: Landing, ways: Ways, size: str | None) -> list[dict[str, Any]]:
    item = landing.item
    if item is None:
        return []
    return [
        {
            "name": tidy(one),
            "href": _here(landing, ways, size=one) + "#sizes",
            "chosen": one == size,
            "gone": one in item.gone and bool(landing.stores),
        }
        for one in item.sizes
    ]


def _told_store(store: Store, landing: Landing, ways: Ways, size: str | None) -> dict[str, Any]:
    language = landing.language
    words = WORDS[language]
    is_here = landing.in_store and store.id == landing.place_id
    return {
        "name": tidy(store.name),
        "address": tidy(store.address),
        "way": speaking.way(store, words, language) if landing.poster_id and not is_here else None,
        "hours": speaking.hours(store, ways.now, words, language),
        "open": store.is_open,
        "stock": tidy(speaking.stock(store, size, words)) if landing.item else None,
        "has": landing.item is None or store.has(size),
        "href": _here(landing, ways, store=store.id) + "#store",
    }


def _next_best(others: Sequence[Item], language: str) -> list[dict[str, Any]]:
    return [{"title": tidy(one.title), "price": _price(one, None, language)} for one in others]


def _actions(
    landing: Landing, words: Mapping[str, str], ways: Ways, size: str | None, store: Store | None
) -> list[Action]:
    """Everything that can be done here; the first is the page's one button."""
    item, offer = landing.item, landing.offer
    here = {"size": size, "store": store.id if store else None}
    has = item is not None and store is not None and store.has(size)
    reserve = Action(words["reserve"], _below(landing, "reserve", ways, **here))
    fields = tuple((name, value) for name, value in (("token", ways.token), *here.items()) if value)
    ask = [Action(words["ask"], _below(landing, "ask", ways, **here))] if store else []
    found: list[Action] = [*ask] if landing.in_store else []
    if has and store and store.pickup:
        found.append(reserve)
    if has and ways.pays and item and item.now_thousandths and (size or not item.sizes):
        found.append(Action(words["buy"], _below(landing, "buy", ways), fields=fields))
    if offer is not None and offer.state == "public":
        found.append(Action(words["save"], _below(landing, "save", ways), fields=(("token", ways.token),)))
    if offer.state == "yours" if offer is not None else landing.known is not None:
        found.append(Action(words["my_offers"], f"/my/offers{_query(lang=ways.lang)}"))
    if not landing.in_store:
        gone = item is not None and not has
        found = [*ask, *found] if gone else [*found, *ask]
    return found + (_store_actions(words, store) if store else [])


def _store_actions(words: Mapping[str, str], store: Store) -> list[Action]:
    lat, lon = f"{store.lat:.5f}", f"{store.lon:.5f}"
    address = f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}"
    found = [Action(words["map"], address, outside=True)]
    number = re.sub(r"[^\d+]", "", store.phone or "")
    if store.is_open and number:
        found.insert(0, Action(words["call"], f"tel:{number}"))
    return found


def _here(landing: Landing, ways: Ways, **chosen: str) -> str:
    return f"/l/{quote(landing.scan_id or '')}" + _query(
        **{"size": ways.size, "store": ways.store, **chosen}, lang=ways.lang
    )


def _below(landing: Landing, name: str, ways: Ways, **chosen: str | None) -> str:
    return f"/l/{quote(landing.scan_id or '')}/{name}" + _query(**chosen, lang=ways.lang)


def _query(**values: str | None) -> str:
    said = urlencode({name: value for name, value in values.items() if value})
    return f"?{said}" if said else ""
