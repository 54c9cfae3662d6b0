"""Every edge beside every condition that may mistake it: SQL and the predicate, on both databases."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy.orm import Session

from offers.rules.audience import read_audience
from tests.offers.records.audience_rows import NOBODY, add_population, by_rules, by_sql, known
from tests.offers.records.audience_worlds import BEFORE, LANDMARK, LANGUAGES, MOMENTS, NOW, NUMBERS, STORES, TEXTS, TICK

WINDOWS: list[dict[str, Any]] = [
    {**within, **before}
    for within in ({}, {"within_days": 5}, {"within_days": 30})
    for before in ({}, *({"before": one.isoformat()} for one in (BEFORE, NOW, NOW + timedelta(days=1))))
]


def agree(session: Session, population: Sequence[dict[str, Any]], raw: Iterable[Any]) -> None:
    """That they do; and that most conditions take somebody and leave somebody out, or they would test nothing."""
    conditions = list(raw)
    audiences = [read_audience(one) for one in conditions]
    add_population(session, [{**NOBODY, **one} for one in population])
    found, decided = by_sql(session, audiences), by_rules(known(session), audiences)
    for number, one in enumerate(conditions):
        answers = {name: (found[name][number], decided[name][number]) for name in decided}
        differ = {name for name, (by_query, by_rule) in answers.items() if by_query is not by_rule}
        assert not differ, (one, [population[int(name[1:])] for name in sorted(differ)])
    asked = [{decided[name][number] for name in decided} for number in range(len(conditions))]
    assert sum(one == {True, False} for one in asked) > 0.6 * len(asked)


def test_as_many_values_as_a_tree_may_name(session_in_places: Session) -> None:
    """A thousand of each kind, and nine trees' worth beside them: no statement is too deep or binds too much."""
    letters = "abcdefghij"
    tags = ["".join(three) for three in product(letters, repeat=3)]
    each: list[dict[str, Any]] = [
        {"fact": "attributes.a", "in": list(range(1000))},
        {"fact": "attributes.a", "in": [*map(str, range(998)), True, False]},
        {"fact": "language", "in": [*tags[1:], "nl"]},
        {"fact": "tags", "in": tags},
        {"fact": "name", "in": tags},
    ]
    whole = {"any": [each[2], *({"fact": "purchases.sku", "in": tags} for _ in range(9))]}
    agree(
        session_in_places,
        [
            {"attributes": {"a": 999}, "language": "nl-BE", "tags": ["jjj"], "name": "aaa"},
            {"attributes": {"a": "999"}, "language": "aaa", "tags": ["999"], "name": "j"},
            {"attributes": {"a": True}, "language": "jjj-Latn", "tags": [], "name": "jjj"},
        ],
        [*each, whole],
    )


def test_values_of_attributes(session_in_places: Session) -> None:
    values = [*NUMBERS, *TEXTS, True, False, None, [], [1], {}, {"a": 1}]
    wanted = [*NUMBERS, *TEXTS, True, False]
    agree(
        session_in_places,
        [{"attributes": {"a": value, "b": 7}, "sizes": {"ключ": value}} for value in values] + [{}],
        [
            *({"fact": "attributes.a", "is": one} for one in wanted),
            *({"fact": "sizes.ключ", "is": one} for one in wanted),
            *({"not": {"fact": "attributes.a", "in": [one, "b", 7, True]}} for one in wanted),
            *({"fact": "attributes.a", side: one} for side, one in product(("at_least", "at_most"), NUMBERS)),
            *({"fact": fact, "known": flag} for fact, flag in product(("attributes.a", "sizes.ключ"), (True, False))),
        ],
    )


def test_texts_of_profiles_and_purchases(session_in_places: Session) -> None:
    lines = [{"at": NOW, "place_id": None, "channel": "store", "currency": "EUR", "total_thousandths": 1}]
    agree(
        session_in_places,
        [
            {
                "name": text,
                "tags": [text, "z"],
                "bills": [{**lines[0], "items": [(text, text, text), ("x", None, None)]}],
            }
            for text in TEXTS
        ]
        + [{"language": one} for one in LANGUAGES]
        + [{}],
        [
            *(
                {"fact": fact, "is": text}
                for fact in ("name", "purchases.sku", "purchases.category", "purchases.size")
                for text in TEXTS
            ),
            *({"fact": "tags", "has": text} for text in TEXTS),
            *({"not": {"tag": text}} for text in TEXTS),
            *({"fact": "language", "is": one} for one in ("de", "de-AT", "zh", "zh-Hant", "nl")),
            *({"fact": fact, "known": flag} for fact, flag in product(("language", "name", "tags"), (True, False))),
        ],
    )


def _bill(at: datetime, total: int = 1, **more: Any) -> dict[str, Any]:
    plain = {"at": at, "place_id": STORES[0], "channel": "store", "currency": "EUR", "total_thousandths": total}
    return {**plain, "items": [("s", "c", "38")], **more}


def test_windows_of_purchases_and_visits(session_in_places: Session) -> None:
    pairs = [(one, other) for number, one in enumerate(MOMENTS) for other in (None, *MOMENTS[number:])]
    population = [
        {
            "created_at": one,
            "bills": [_bill(at, total) for at, total in ((one, 89_950), (other, 50)) if at],
            "calls": [(STORES[0], at) for at in (one, other) if at],
        }
        for one, other in pairs
    ]
    others: list[dict[str, Any]] = [
        {"bills": [_bill(NOW - TICK, 89_950, currency="SEK", channel="online", place_id=None, items=[])]},
        {"bills": [_bill(NOW - TICK, place_id=LANDMARK)], "calls": [(STORES[1], NOW - TICK)]},
        {},
    ]
    asked: list[dict[str, Any]] = [
        *(
            {"fact": f"purchases.{part}", "has": wanted}
            for part, wanted in (("category", "c"), ("size", 38), ("sku", "s"))
        ),
        *({"fact": "purchases.channel", "is": one} for one in ("store", "online")),
        {"fact": "purchases.place", "in": [*STORES, LANDMARK]},
        *(
            {"fact": f"{what}.count", side: many}
            for what, side, many in product(("purchases", "visits"), ("at_least", "at_most"), (0, 1, 2))
        ),
        *(
            {"fact": "purchases.total.EUR", side: sum_}
            for side, sum_ in product(("at_least", "at_most"), (0, 0.051, 89.95, "90"))
        ),
        {"fact": "visits.place", "has": STORES[0]},
        {"visited": STORES[1]},
        {"visited": "*"},
    ]
    agree(
        session_in_places,
        [*population, *others],
        [
            *({**one, **window} for one, window in product(asked, WINDOWS)),
            *(
                {"fact": f, **window}
                for f in ("known_since", "purchases.last_at", "visits.last_at")
                for window in WINDOWS
                if window
            ),
            *(
                {"fact": f, "known": flag}
                for f, flag in product(("purchases.last_at", "visits.last_at"), (True, False))
            ),
        ],
    )


def test_stays(session_in_places: Session) -> None:
    places = ["*", *STORES, LANDMARK, [STORES[1], LANDMARK], ["*", LANDMARK], "nowhere"]
    agree(
        session_in_places,
        [
            {"stays": [(place, role, entered_at, left_at)]}
            for place, role, entered_at, left_at in product(
                (*STORES, LANDMARK), ("premises", "approach"), MOMENTS[:8], (None, *MOMENTS[:8])
            )
        ]
        + [{}],
        [{form: one} for form, one in product(("near", "inside"), places)],
    )


def test_devices_and_consents(session_in_places: Session) -> None:
    devices = list(product(("ios", "web"), (True, False), (True, False)))
    agree(
        session_in_places,
        [{"devices": list(some)} for many in (0, 1, 2) for some in product(devices, repeat=many)]
        + [{"consents": {one}} for one in ("location", "offers", "orders")],
        [
            *({"fact": "devices.platform", "in": some} for some in (["ios"], ["web", "ios"], ["android"])),
            *({"fact": "devices.count", side: many} for side, many in product(("at_least", "at_most"), (0, 1, 2))),
            *(
                {"fact": fact, "is": flag}
                for fact in ("devices.push", "consents.location", "consents.offers")
                for flag in (True, False)
            ),
        ],
    )
