"""One landing of each state that a page can be in, made by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from offers.rules.landing import Item, Known, Landing, Offered, Store
from tests.conftest import NOON

PICTURE = "https://pictures.shop.example/sneak-1.svg"
SIZES = ("37", "38", "39", "40", "41")
ITEM = Item("SNEAK-1", "Sneaker, white", PICTURE, "sneakers", SIZES, "38", 89_950, 71_960, "EUR", ("41",))
OFFER = Offered(
    "twenty", "Twenty percent off sneakers", "20% off sneakers", "percentage", 20_000, None, None, "public",
    ends_at=datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC),
)  # fmt: skip
TEXTS: Mapping[str, tuple[str, str]] = {
    "en": ("Sneakers for today, 20% off", "Try them on in the Kalverstraat, four minutes from here."),
    "nl": ("Sneakers voor vandaag, 20% korting", "Pas ze in de Kalverstraat, vier minuten hiervandaan."),
    "de": ("Sneaker für heute, 20 % günstiger", "Anprobieren in der Kalverstraat, vier Minuten von hier."),
}


def a_store(name: str = "Kalverstraat 102", **other: object) -> Store:
    told: dict[str, object] = {
        "id": name.lower().replace(" ", "-"),
        "name": name,
        "address": f"{name}, Amsterdam",
        "lat": 52.37025,
        "lon": 4.89062,
        "phone": "+31 20 123 4567",
        "distance_m": 310,
        "minutes": 4,
        "is_open": True,
        "opens_at": None,
        "closes_at": NOON + timedelta(hours=9),
        "time_zone": "Europe/Amsterdam",
        "pickup": True,
        "pieces": {"37": 6, "38": 2, "39": 1, "40": 0},
    }
    return Store(**(told | other))  # type: ignore[arg-type]


NEAR = a_store()
FAR = a_store(
    "Leidseplein 31", distance_m=1240, minutes=16, pieces={"38": 9, "40": 4}, is_open=False,
    opens_at=NOON + timedelta(hours=22), closes_at=None,
)  # fmt: skip
ROTTERDAM = a_store("Lijnbaan 8", distance_m=57_300, minutes=716, pieces={"38": 1}, phone=None)
OTHERS = (
    Item("SNEAK-2", "Sneaker, blue", None, "sneakers", SIZES, None, 79_950, None, "EUR"),
    Item("SNEAK-3", "Sneaker, high, black", None, "sneakers", SIZES, None, 99_950, None, "EUR"),
)
SANNE = Known("sanne", "dev_1", "Sanne", False, {"offers": True})
CODE = "K7M4-9XQT-2RVB"
YOURS = replace(OFFER, state="yours", code=CODE, coupon_id="cpn_1")

LIVE = Landing(
    "scn_8fJx2LqP", "live", "en", "pos_1", NEAR.id, "sneakers", TEXTS["en"][0], TEXTS["en"][1], ITEM, OFFER,
    (NEAR, FAR, ROTTERDAM), NEAR.id, outcome="send", code="0123456789",
)  # fmt: skip
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunte"
ARABIC = "متجر شارع كالفر الكبير"
TWELVE = tuple(f"{one}" for one in range(36, 48))


def emptied(store: Store, **pieces: int) -> Store:
    return replace(store, pieces=pieces)


def _many(how_many: int) -> tuple[Store, ...]:
    return tuple(
        a_store(f"Winkel aan de zeer lange Kalverstraat bij de Dam nummer {one}", minutes=one + 2, pieces={"38": one})
        for one in range(how_many)
    )


STATES: Mapping[str, Landing] = {
    "live": LIVE,
    "recognised": replace(LIVE, known=SANNE, offer=YOURS),
    "long-code": replace(LIVE, known=SANNE, offer=replace(YOURS, code="WINTER-2026-" + "ABCD-EFGH-" * 2 + "JKLMNPQR")),
    "size-gone": replace(LIVE, item=replace(ITEM, size="41")),
    "sold-out": replace(
        LIVE, item=replace(ITEM, gone=SIZES), stores=tuple(emptied(one) for one in LIVE.stores), best_store_id=None, others=OTHERS,
    ),
    "elsewhere": replace(LIVE, item=replace(ITEM, size="40"), best_store_id=FAR.id),
    "closed": replace(LIVE, stores=(replace(FAR, minutes=4, distance_m=310), ROTTERDAM), best_store_id=FAR.id),
    "in-store": replace(LIVE, in_store=True, stores=(replace(NEAR, minutes=1, distance_m=0), FAR)),
    "used-up": replace(LIVE, offer=replace(OFFER, state="used_up")),
    "offer-only": replace(LIVE, item=None),
    "plain-product": replace(LIVE, offer=None, title=None, body=None, item=replace(ITEM, now_thousandths=89_950)),
    "no-picture": replace(LIVE, item=replace(ITEM, image=None)),
    "no-price": replace(LIVE, item=replace(ITEM, price_thousandths=None, now_thousandths=None, currency=None)),
    "no-store": replace(LIVE, stores=(), best_store_id=None),
    "no-size": replace(LIVE, item=replace(ITEM, size=None)),
    "twelve-sizes": replace(LIVE, item=replace(ITEM, sizes=TWELVE, gone=("36", *TWELVE[5:]))),
    "ten-stores": replace(LIVE, stores=_many(10), best_store_id=_many(2)[1].id),
    "long": replace(
        LIVE, title=LONG, body="Unterwegs und doch zu Hause, mit allem, was dazu gehört. " * 5 + "Bis gleich im Laden.",
        item=replace(ITEM, title=LONG), stores=(a_store(LONG), FAR), best_store_id=LONG.lower(),
    ),
    "right-to-left": replace(
        LIVE, title=f"{ARABIC}: 20%", item=replace(ITEM, title=ARABIC), stores=(a_store(ARABIC, id="riyad"), FAR),
        best_store_id="riyad", known=replace(SANNE, first_name="سارة"), offer=YOURS,
    ),
}  # fmt: skip
"""Pages of live scans by what is special about each."""
NOWHERE: Mapping[str, tuple[Landing, int]] = {
    "unknown": (Landing(None, "unknown", "en", stores=(NEAR,)), 404),
    "unknown-no-store": (Landing(None, "unknown", "en"), 404),
    "retired": (Landing(None, "retired", "en", "pos_1", stores=(NEAR,), best_store_id=NEAR.id), 410),
    "ended": (Landing("scn_8fJx2LqP", "ended", "en", "pos_1", stores=(FAR,), best_store_id=FAR.id, others=OTHERS), 410),
    "early": (Landing("scn_8fJx2LqP", "early", "en", "pos_1", stores=(NEAR,), best_store_id=NEAR.id), 200),
}
"""Codes that lead to no offer, with the status they are answered with."""


def told_in(landing: Landing, language: str) -> Landing:
    """The same in another language; its texts too where they are the usual ones."""
    if landing.title != TEXTS["en"][0]:
        return replace(landing, language=language)
    title, body = TEXTS[language]
    return replace(landing, language=language, title=title, body=body)
