"""What a scan leads to, as plain values: the same for the page and for the app's JSON. Money is in whole thousandths of the currency's unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["live", "early", "ended", "retired", "unknown"]
"""Of the poster: it leads to something; not yet; no more; it was taken down; nobody knows its code."""


@dataclass(frozen=True, slots=True)
class Item:
    """The campaign's product, in the visitor's language."""

    sku: str
    title: str
    image: str | None
    """https, or none."""
    category: str | None
    sizes: tuple[str, ...]
    size: str | None
    """Chosen: what the customer's profile says, else what they last bought in the category."""
    price_thousandths: int | None
    now_thousandths: int | None
    """With the offer; the price itself where there is none."""
    currency: str | None
    gone: tuple[str, ...] = ()
    """Of its sizes, those that no store has a piece of, near or far."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The campaign's offer."""

    id: str
    name: str
    text: str
    """In the visitor's language, with what it is worth where it has no text."""
    kind: str
    value_thousandths: int | None
    currency: str | None
    minimum_basket: str | None
    state: Literal["public", "yours", "used_up"]
    """For everybody who takes it; this customer's already, with a coupon; nothing is left."""
    code: str | None = None
    """What a till reads of their coupon: its id where it has no code."""
    coupon_id: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """One store, as seen from the poster."""

    id: str
    name: str
    address: str | None
    lat: float
    lon: float
    phone: str | None
    distance_m: int
    """From the poster, rounded to 10 m."""
    minutes: int
    """On foot from the poster, at least 1."""
    is_open: bool
    opens_at: datetime | None
    """Next, in UTC, while it is closed."""
    closes_at: datetime | None
    """Today's end, in UTC, while it is open; none where nobody said."""
    time_zone: str
    pickup: bool
    pieces: Mapping[str, int]
    """Of the product in this store by size; under "" where the shop counts no sizes."""

    def has(self, size: str | None) -> bool:
        """Whether a piece of this size is here; of any size where none is named."""
        if size is None or set(self.pieces) == {""}:
            return any(self.pieces.values())
        return self.pieces.get(size, 0) > 0


@dataclass(frozen=True, slots=True)
class Known:
    """The recognised customer."""

    customer_id: str
    device_id: str | None
    first_name: str | None
    anonymous: bool
    """Known by their browser alone."""
    consents: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Landing:
    """Everything that one page says. What is none is not said."""

    scan_id: str | None
    state: State
    language: str
    poster_id: str | None = None
    place_id: str | None = None
    """Of the poster, or the store nearest to it."""
    campaign_id: str | None = None
    title: str | None = None
    body: str | None = None
    item: Item | None = None
    offer: Offered | None = None
    stores: tuple[Store, ...] = ()
    """Nearest to the poster first."""
    best_store_id: str | None = None
    """The nearest that has the chosen size, else the nearest that has any; none where no store has one."""
    others: tuple[Item, ...] = ()
    """The next best things, of the same category, where this is sold out or over."""
    in_store: bool = False
    repeat: bool = False
    known: Known | None = None
    outcome: str | None = None
    """Of the decision, where one was made: `send` or why not."""
    code: str | None = None
    """The poster's, as its address has it."""

    @property
    def best_store(self) -> Store | None:
        return next((one for one in self.stores if one.id == self.best_store_id), None)
