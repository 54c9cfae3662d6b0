"""What an order's message says: whole sentences in three languages that fit a phone, without a hole whatever is not known."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.rules.order_moments import MOMENTS
from offers.rules.order_texts import CALLED, OPENING, OURS, REFUNDED_AFTER
from offers.rules.order_wording import OrderTold, Store, distance, filled, opening, order_message
from offers.rules.personalise import FITS_BODY, FITS_TITLE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STORE = Store(
    name="Sneaker Store Kalverstraat",
    address="Kalverstraat 183, Amsterdam",
    opening_hours="Mo-Sa 10:00-21:00; Su off",
    zone=AMSTERDAM,
)
HERE = Store(name="Sneaker Store Leidsestraat", zone=AMSTERDAM)
WEDNESDAY = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
"""14:00 in Amsterdam."""
LANGUAGES = ("nl", "de", "en")


def told(moment: str = "ready", **more: Any) -> OrderTold:
    plain: dict[str, Any] = {
        "number": "A-2026-1182",
        "code": "CF7K",
        "status": "ready",
        "place": STORE,
        "now": WEDNESDAY,
    }
    return OrderTold(moment=moment, **{**plain, **more})


def said(one: OrderTold, language: str = "en", brand: Any = None) -> tuple[str, str]:
    _, message, facts = order_message(one, [language], brand)
    title, body = (filled(message[part], facts) for part in ("title", "body"))
    assert title
    assert body
    return title, body


def test_every_moment_has_its_words_in_three_languages() -> None:
    assert set(OURS) == {*MOMENTS, REFUNDED_AFTER}
    assert all(set(of) == set(LANGUAGES) for of in OURS.values())
    assert set(CALLED) == set(OPENING) == set(LANGUAGES)
    assert len({frozenset(of) for of in OPENING.values()}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moment", MOMENTS)
def test_with_real_names_they_fit_a_phone_and_say_where(moment: str, language: str) -> None:
    for status, parts in itertools.product(("ready", "collected"), (None, 2)):
        one = told(moment, status=status, part=parts and 1, parts=parts, distance_m=1250, here=HERE)
        title, body = said(one, language)
        assert len(title) <= FITS_TITLE, title
        assert len(body) <= FITS_BODY, body
        assert STORE.name in body
        assert "!" not in title + body
        assert body[0].isupper(), body
        assert body.endswith("."), body
        assert not any(hole in title + body for hole in ("{", "  ", ".."))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moment", MOMENTS)
def test_whatever_is_not_known_leaves_no_hole(moment: str, language: str) -> None:
    nameless, long = replace(STORE, name=" "), replace(STORE, name="A store with a name as long as names may be " * 4)
    for place, code, number, metres, status in itertools.product(
        (STORE, nameless, long, None), ("CF7K", None), ("1001", "x" * 50, None), (620, None), ("ready", "collected")
    ):
        title, body = said(
            told(moment, place=place, code=code, number=number, distance_m=metres, status=status), language
        )
        assert len(title) <= FITS_TITLE
        assert len(body) <= FITS_BODY or place is long, body
        assert not any(hole in body for hole in ("{", "None", "x" * 50))


def test_what_a_customer_reads() -> None:
    assert said(told(part=1, parts=2, number="1001"), "nl") == (
        "Je bestelling ligt klaar",
        "Je kunt deel 1 van 2 van bestelling 1001 ophalen bij Sneaker Store Kalverstraat. Je code is CF7K.",
    )
    assert said(told(part=1, parts=2, number="1001"), "de")[1] == (
        "Teil 1 von 2 der Bestellung 1001 liegt für Sie bereit: Sneaker Store Kalverstraat. Ihr Code ist CF7K."
    )
    assert said(told("approach", distance_m=620))[1] == (
        "Sneaker Store Kalverstraat is about 600 m from here. Open until 21:00."
    )
    late = WEDNESDAY + timedelta(hours=6, minutes=40)
    assert said(told("approach", distance_m=620, now=late))[1] == (
        "Sneaker Store Kalverstraat is about 600 m from here. Closes in 20 minutes, at 21:00."
    )
    assert said(told("wrong_store", distance_m=400, here=HERE))[1] == (
        "You are at Sneaker Store Leidsestraat. Your order is at Sneaker Store Kalverstraat, about 400 m from here."
    )
    assert said(told("refunded", status="cancelled", number=None), "nl")[1] == (
        "Sneaker Store Kalverstraat heeft je bestelling geannuleerd en betaalt je terug."
    )
    assert said(told("refunded", status="collected", number=None), "nl")[1] == (
        "Sneaker Store Kalverstraat betaalt je terug voor je bestelling."
    )


@pytest.mark.parametrize(
    ("local", "en", "nl", "de"),
    [
        ("2026-06-10T14:00", "Open until 21:00", "Open tot 21:00", "Geöffnet bis 21:00 Uhr"),
        ("2026-06-10T20:29", "Open until 21:00", "Open tot 21:00", "Geöffnet bis 21:00 Uhr"),
        (
            "2026-06-10T20:30",
            "Closes in 30 minutes, at 21:00",
            "Sluit over 30 minuten, om 21:00",
            "Schließt in 30 Minuten, um 21:00 Uhr",
        ),
        (
            "2026-06-10T20:58:30",
            "Closes in 1 minute, at 21:00",
            "Sluit over 1 minuut, om 21:00",
            "Schließt in 1 Minute, um 21:00 Uhr",
        ),
        (
            "2026-06-10T22:00",
            "Closed, opens tomorrow at 10:00",
            "Nu gesloten, morgen open vanaf 10:00",
            "Jetzt geschlossen, öffnet morgen um 10:00 Uhr",
        ),
        (
            "2026-06-11T06:00",
            "Closed, opens at 10:00",
            "Nu gesloten, open vanaf 10:00",
            "Jetzt geschlossen, öffnet um 10:00 Uhr",
        ),
        (
            "2026-06-13T22:00",
            "Closed, opens on Monday at 10:00",
            "Nu gesloten, maandag open vanaf 10:00",
            "Jetzt geschlossen, öffnet am Montag um 10:00 Uhr",
        ),
    ],
)
def test_whether_it_is_open_by_the_stores_clock(local: str, en: str, nl: str, de: str) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM).astimezone(UTC)
    assert [opening(STORE, now, language) for language in ("en", "nl", "de")] == [en, nl, de]


def test_hours_that_nobody_said_or_that_do_not_end() -> None:
    def of(hours: str | None) -> list[str | None]:
        return [opening(replace(STORE, opening_hours=hours), WEDNESDAY, one) for one in LANGUAGES]

    assert of(None) == [None, None, None]
    assert of("24/7") == ["Nu open", "Jetzt geöffnet", "Open now"]
    assert of("off") == ["Nu gesloten", "Jetzt geschlossen", "Closed now"]
    assert of("Jul 01-31 10:00-18:00") == [
        "Nu gesloten, op 1 juli open vanaf 10:00",
        "Jetzt geschlossen, öffnet am 1. Juli um 10:00 Uhr",
        "Closed, opens on 1 July at 10:00",
    ]
    assert opening(STORE, WEDNESDAY, "fr") is None


@pytest.mark.parametrize(
    ("metres", "nl", "en"),
    [(3, "50 m", "50 m"), (620, "600 m", "600 m"), (980, "1 km", "1 km"), (1240, "1,2 km", "1.2 km")],
)
def test_how_far_it_is(metres: int, nl: str, en: str) -> None:
    assert [distance(metres, one) for one in ("nl", "en")] == [nl, en]


@pytest.mark.parametrize(
    ("languages", "language"),
    [(["de-AT", "de", "en"], "de"), (["nl-BE", "nl"], "nl"), (["fr", "en"], "en"), (["fr"], "en")],
)
def test_it_is_said_in_the_customers_language(languages: list[str], language: str) -> None:
    assert order_message(told(), languages)[0] == language


def test_a_brands_text_goes_in_the_place_of_ours_and_gives_way_where_a_fact_is_missing() -> None:
    brand = {
        "nl": {"title": "Klaar: {{ order.number }}", "body": "Haal op bij {{ place.name }}, {{ place.opening }}."},
        "fr": {"title": "Votre commande", "body": "{{ place.name }}, {{ place.distance }}, {{ place.open_until }}"},
    }
    assert said(told(), "nl", brand) == (
        "Klaar: A-2026-1182",
        "Haal op bij Sneaker Store Kalverstraat, Open tot 21:00.",
    )
    assert said(told(distance_m=500), "fr", brand)[1] == "Sneaker Store Kalverstraat, 500 m, 21:00"
    unknown = told(place=replace(STORE, opening_hours=None))
    assert said(unknown, "nl", brand) == said(unknown, "nl"), "ours, in the same language"
    assert order_message(told(), ["fr", "de"], brand)[0] == "de", "without a distance the next language is theirs"


def test_what_a_fact_says_is_never_read_as_a_template() -> None:
    odd = replace(STORE, name="{{ order.code }} {% x %}")
    assert "{{ order.code }} {% x %}" in said(told(place=odd))[1]
