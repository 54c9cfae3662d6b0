"""What a scan leads to, as plain values: the campaign's words, its product and offer, and the stores nearest to the poster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.queries import browsers, coupons, orders, posters, wording
from offers.records.queries import customers as customer_queries
from offers.records.queries import landing as queries
from offers.records.queries.landing import Page
from offers.records.queries.nearest import stores_nearest_first
from offers.records.queries.plain_rows import limits_now, plain_campaign, plain_offer, plain_places, plain_product
from offers.records.queries.profiles import profiles
from offers.records.tables import Campaign, Customer, Device, Offer, Place, Product
from offers.rules.audience import Profile
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.coupon_codes import CodeKeys, normalised
from offers.rules.draws import draw_variant
from offers.rules.landing import Item, Known, Landing, Offered, Store
from offers.rules.limits import Limits
from offers.rules.localised import said_in
from offers.rules.nearby_stores import best_of, gone_of, next_best, size_of, store_told, told_of
from offers.rules.offer_worth import minimum_of, worth_of
from offers.rules.personal_facts import message_facts
from offers.rules.personalise import choose_language, word
from offers.rules.price import price_with
from offers.rules.profile import PURPOSES
from offers.rules.scan_moments import scan_moment
from offers.rules.scanning import state_of
from offers.rules.schedule import Whereabouts, why_silent
from offers.rules.stock import has_piece, pieces_at
from offers.rules.values import language_chain, zone_or_none

UTC = ZoneInfo("UTC")
SPOKEN = ("nl", "de", "en")
"""The languages of the pages."""
MOST_OTHERS = 3
MOST_OF_A_CATEGORY = 100
"""Products that are looked through for the next best."""


@dataclass(frozen=True, slots=True)
class LandAsked:
    scan_id: str
    device_id: str | None = None
    """What the visitor's cookie says, or the app's device."""
    language: str = "en"
    """What the browser takes best of ours. A profile's language goes before it."""
    chosen: bool = False
    """`language` was asked for by the reader, and goes before the profile's."""
    size: str | None = None
    store: str | None = None
    """Chosen by the reader: told among the stores however far it is."""
    is_app: bool = False


@dataclass(slots=True)
class _Reader:
    """Who looks."""

    language: str
    customer: Customer | None = None
    device: Device | None = None


@dataclass(frozen=True, slots=True)
class _Nobody:
    """Who looks where nobody is known, as texts see a customer."""

    language: str
    id: str = ""
    name: str | None = None
    time_zone: str | None = None
    sizes: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Led:
    """What the poster leads to, as it is now, and for whom."""

    page: Page
    reader: _Reader
    limits: Limits
    now: datetime
    place_id: str | None
    """Of the poster, or the store nearest to it."""
    place: Place | None = None
    campaign: Campaign | None = None
    body: CampaignBody | None = None
    runs: bool = False
    """Live, and within its schedule at the poster's place."""
    product: Product | None = None
    offer: Offer | None = None
    decided: Mapping[str, Any] = field(default_factory=dict)
    held: coupons.Held | None = None

    @property
    def languages(self) -> list[str]:
        own = self.body.default_language if self.body else None
        return language_chain(self.reader.language, own, self.limits.default_language)

    @property
    def outcome(self) -> str | None:
        """Of what they asked for, where they did; else of the scan itself."""
        for asked_for in (True, False):
            if decided := self.decided.get(scan_moment(self.page.scan_id, asked_for=asked_for)):
                return str(decided.outcome)
        return None

    @property
    def is_held_out(self) -> bool:
        at_first = self.decided.get(scan_moment(self.page.scan_id, asked_for=False))
        return self.held is None and at_first is not None and at_first.outcome == "held_out"


def find_page(session: Session, scan_id: str) -> Page | None:
    """What the page of a scan is about: what is the same for everybody hangs on this and on nothing else of the scan."""
    return queries.page_of(session, scan_id)


def land(session: Session, asked: LandAsked, *, keys: CodeKeys, now: datetime) -> Landing | None:
    """Everything that the page of a scan says to this reader now; none where there is no such scan. Reads only."""
    page = queries.page_of(session, asked.scan_id)
    return None if page is None else land_on(session, page, asked, keys=keys, now=now)


def land_on(session: Session, page: Page, asked: LandAsked, *, keys: CodeKeys, now: datetime) -> Landing:
    """The same of a page that was found."""
    reader = _reader(session, asked)
    nearest = stores_nearest_first(session, page.lat, page.lon)
    led = _led(session, page, reader, page.place_id or nearest.first, keys=keys, now=now)
    size, order = _size(session, led, asked.size), nearest.ids
    stock: Mapping[str, Any] = led.product.stock if led.product else {}
    best = best_of(order, stock, size)
    if asked.store in nearest.known and has_piece(stock, asked.store, size):
        best = asked.store
    told = told_of(order, best, asked.store)
    there = plain_places(session, {*told, *([led.place_id] if led.place_id else ())})
    led.place = there.get(led.place_id or "")
    led.runs = _runs(led)
    offered = _offered(session, led)
    shown = offered is not None or led.held is not None or (led.offer is None and led.runs and not led.is_held_out)
    title, body = _words(session, led, nearest.metres) if shown else (None, None)
    item = None if led.product is None else _item(led.product, size, _with(offered, led.offer), led.languages)
    if item is not None:
        item = replace(item, gone=gone_of(item.sizes, order, stock))
    is_over = led.product is not None and (best is None or not led.runs)
    return Landing(
        scan_id=page.scan_id,
        state=state_of(page, now),
        language=reader.language,
        poster_id=page.poster_id,
        place_id=led.place_id,
        campaign_id=page.campaign_id,
        title=title,
        body=body,
        item=item,
        offer=offered,
        stores=tuple(_stores(there, told, nearest.metres, stock, now)),
        best_store_id=best,
        others=_others(session, led, size, nearest.known) if is_over else (),
        in_store=page.in_store,
        repeat=page.repeat,
        known=_known(reader),
        outcome=led.outcome,
        code=page.code,
    )


def land_nowhere(
    session: Session,
    code: str | None,
    language: str,
    *,
    now: datetime,
    near: str | None = None,
    keys: Sequence[str] = (),
) -> Landing:
    """The page of a code that leads to nothing now: the stores nearest to where it hangs. Of an unknown code nobody knows where; there
    `near`, a poster that the visitor scanned before, stands in its place, or no store is told. `keys` are those of a Digital Link.
    """
    code = normalised(code or "")
    poster = posters.poster_by_digital_link(session, keys) if keys else posters.poster_by_code(session, code)
    state = "unknown" if poster is None else state_of(poster, now)
    spot = poster or (posters.poster_by_id(session, near) if near else None)
    if spot is None:
        return Landing(None, state, language)
    nearest = stores_nearest_first(session, spot.lat, spot.lon)
    told = told_of(nearest.ids)
    there = plain_places(session, told)
    return Landing(
        scan_id=None,
        state=state,
        language=language,
        poster_id=None if poster is None else poster.id,
        place_id=spot.place_id or next(iter(told), None),
        stores=tuple(_stores(there, told, nearest.metres, {}, now)),
    )


def _reader(session: Session, asked: LandAsked) -> _Reader:
    found = None
    if asked.is_app and asked.device_id:
        device = customer_queries.devices_by_id(session, [asked.device_id]).get(asked.device_id)
        if device is not None and device.revoked_at is None:
            found = device, session.get_one(Customer, device.customer_id)
    else:
        found = browsers.browser_by_id(session, asked.device_id)
    if found is None:
        return _Reader(asked.language)
    device, customer = found
    own = (customer.language or "").partition("-")[0].lower()
    return _Reader(asked.language if asked.chosen or own not in SPOKEN else own, customer, device)


def _led(session: Session, page: Page, reader: _Reader, place_id: str | None, *, keys: CodeKeys, now: datetime) -> _Led:
    led = _Led(page, reader, limits_now(session), now, place_id)
    led.campaign = plain_campaign(session, page.campaign_id) if page.campaign_id else None
    if led.campaign is None:
        return led
    led.body = parse_campaign(led.campaign.definition)
    led.product = plain_product(session, led.body.product) if led.body.product else None
    led.offer = plain_offer(session, led.body.offer) if led.body.offer else None
    if reader.customer is not None:
        moments = [scan_moment(page.scan_id, asked_for=one) for one in (True, False)]
        led.decided = queries.decided_of(session, reader.customer.id, led.campaign.id, moments)
        if led.offer is not None:
            led.held = coupons.held_of_campaign(session, reader.customer.id, led.campaign.id, keys, now)
    return led


def _runs(led: _Led) -> bool:
    if led.campaign is None or led.body is None or led.campaign.status != "live":
        return False
    zone = zone_or_none(led.place.time_zone if led.place else None)
    spot = (led.place.lat, led.place.lon) if led.place else None
    hours = led.place.opening_hours if led.place else None
    there = Whereabouts(zone or UTC, spot, hours, zone_is_known=zone is not None)
    return why_silent(led.body.schedule, there, led.now) is None


def _offered(session: Session, led: _Led) -> Offered | None:
    """The campaign's offer as this reader may see it: nobody is shown what a tap would be refused."""
    offer, body = led.offer, led.body
    if offer is None or body is None:
        return None
    told = Offered(
        id=offer.id,
        name=offer.name,
        text=worth_of(offer, led.languages),
        kind=offer.kind,
        value_thousandths=offer.value_thousandths,
        currency=offer.currency,
        minimum_basket=minimum_of(offer, led.languages),
        state="public",
        ends_at=min((one for one in (offer.valid_until, body.schedule.until) if one is not None), default=None),
    )
    if led.held is not None:
        if orders.is_coupon_in_an_order(session, led.held.id):
            return None  # it is in one price already, and will be in no second one
        return replace(
            told, state="yours", code=led.held.code or led.held.id, coupon_id=led.held.id, ends_at=led.held.expires_at
        )
    if not led.runs or led.is_held_out or led.outcome == "campaign_cooldown":
        return None
    if body.who.miss(_profile(session, led, body), led.now):
        return None
    left = queries.what_seems_left(session, offer, led.place_id or "", led.now)
    if left.ended_at is not None:
        return None
    return told if left.why_none(led.place_id or "") is None else replace(told, state="used_up")


def _profile(session: Session, led: _Led, body: CampaignBody) -> Profile:
    """Of nobody in particular only the language is known."""
    customer = led.reader.customer
    if customer is None:
        return Profile(language=led.reader.language)
    return profiles(session, {customer.id: customer}, body.who.needs, led.now)[customer.id]


def _size(session: Session, led: _Led, asked: str | None) -> str | None:
    """What was bought is asked only where nothing else says the size."""
    product, customer = led.product, led.reader.customer
    if product is None or not product.sizes:
        return None
    sizes, category = [str(one) for one in product.sizes], product.category
    own = customer.sizes.get(category) if customer is not None and category else None
    size = size_of(sizes, asked, own, None)
    if size is None and customer is not None and category:
        return size_of(sizes, None, None, queries.last_size_in(session, customer.id, category, led.now))
    return size


def _words(session: Session, led: _Led, metres: Mapping[str, float]) -> tuple[str | None, str | None]:
    """Title and body of the campaign, as a message of it would say them."""
    body, place = led.body, led.place
    if body is None or led.campaign is None:
        return None, None
    customer = led.reader.customer or _Nobody(language=led.reader.language)
    named = wording.named_as(led.product, led.offer)
    if customer.id:
        named = wording.named_in(session, [body], [customer.id], led.now)
    away = metres.get(place.id) if place else None
    away = None if away is None else round(away / 50) * 50
    told = wording.about(customer, place, led.reader.device, body, named, distance_m=away)
    if led.held is not None:
        told = replace(told, code=led.held.code, ends_at=led.held.expires_at)
    messages = body.messages_of(_variant(session, led))
    language = choose_language(messages, led.languages)
    message, chain = messages[language], language_chain(language, body.default_language, led.limits.default_language)
    zone = zone_or_none(customer.time_zone) or zone_or_none(place.time_zone if place else None) or UTC
    facts = message_facts(told, chain, led.now.astimezone(zone), message.facts_named())
    words = word({"title": message.title, "body": message.body}, facts, language)
    return words.title, words.body


def _variant(session: Session, led: _Led) -> str | None:
    """The words that this customer was given or would be; nobody in particular has the campaign's own."""
    if led.reader.customer is None or led.body is None or led.campaign is None:
        return None
    if led.held is not None:
        return queries.variant_of_coupon(session, led.held.id)
    decided = next((one.variant for one in led.decided.values() if one.variant), None)
    return decided or draw_variant(led.campaign.id, led.reader.customer.id, led.body.variants)


def _with(offered: Offered | None, offer: Offer | None) -> Offer | None:
    """The offer that the price is told with."""
    return offer if offered is not None and offered.state != "used_up" else None


def _item(product: Product, size: str | None, offer: Offer | None, languages: list[str]) -> Item:
    price, currency = product.price_thousandths, product.currency
    now_thousandths = price
    if price is not None and currency is not None and offer is not None:
        now_thousandths = price_with(
            price,
            currency,
            kind=offer.kind,
            value_thousandths=offer.value_thousandths,
            offer_currency=offer.currency,
        )
    return Item(
        sku=product.sku,
        title=said_in(product.title, languages) or next(iter(product.title.values()), product.sku),
        image=product.image if product.image and product.image.startswith("https://") else None,
        category=product.category,
        sizes=tuple(str(one) for one in product.sizes),
        size=size,
        price_thousandths=price,
        now_thousandths=now_thousandths,
        currency=currency,
    )


def _others(session: Session, led: _Led, size: str | None, stores: frozenset[str]) -> tuple[Item, ...]:
    product, customer = led.product, led.reader.customer
    if product is None or product.category is None:
        return ()
    like = queries.of_category(session, product.category, MOST_OF_A_CATEGORY)
    own = customer.sizes.get(product.category) if customer is not None else None
    return tuple(
        _item(one, size_of([str(each) for each in one.sizes], size, own, None), None, led.languages)
        for one in next_best(like, product, size, stores, MOST_OTHERS)
    )


def _stores(
    there: Mapping[str, Place],
    told: Sequence[str],
    metres: Mapping[str, float],
    stock: Mapping[str, Any],
    now: datetime,
) -> list[Store]:
    return [store_told(there[one], metres[one], pieces_at(stock, one), now) for one in told if one in there]


def _known(reader: _Reader) -> Known | None:
    customer = reader.customer
    if customer is None:
        return None
    return Known(
        customer_id=customer.id,
        device_id=reader.device.id if reader.device else None,
        first_name=next(iter((customer.name or "").split()), None),
        anonymous=customer.anonymous,
        consents={purpose: bool(getattr(customer, purpose)) for purpose in PURPOSES},
    )
