"""The texts that customers agree to: each version word for word in each language, and nothing that would change one."""

from collections.abc import Callable
from hashlib import sha256

import httpx
import pytest

from offers import consent_texts as counted
from tests.web.console.conftest import Enter
from web.console import settings_consents
from web.console.consent_texts import PARTS, SINCE, all_texts, text_named
from web.console.words import LINES, TONGUES
from web.landing.words import recognising
from web.tongues import LANGUAGES
from web.visitor import words as visitor
from web.visitor.words.past import PAST

WHERE = "/console/settings/consents"
ASKED = {
    "messages-1": "5663773b8153da80",
    "messages-2": "7f101deaa53b4a27",
    "messages-3": "1d9bba1eb2b5a5ac",
    "my-offers-1": "e5ca79db44c29438",
}
"""Every text that was ever asked, and a digest of its words in all languages. Lines are added here, and none is ever changed or taken away."""


def digest(words: object) -> str:
    assert isinstance(words, dict)
    return sha256("\n".join(text for _, said in sorted(words.items()) for text in said.values()).encode()).hexdigest()[
        :16
    ]


def test_no_text_that_was_ever_asked_is_lost_or_changed() -> None:
    """A receipt names the version, and what it says must be found for as long as the receipt is kept."""
    assert {one.version: digest(one.words) for one in all_texts()} == ASKED


def test_each_text_is_whole() -> None:
    for one in all_texts():
        assert set(one.words) == set(LANGUAGES)
        assert len({tuple(said) for said in one.words.values()}) == 1
        assert {name for said in one.words.values() for name in said} <= set(PARTS)
        assert all(text.strip() for said in one.words.values() for text in said.values())
        assert text_named(one.version) == one


def test_who_raises_a_version_says_since_when_and_keeps_the_old_words() -> None:
    assert set(SINCE) == {visitor.TEXT_VERSION, recognising.TEXT_VERSION}
    assert not set(PAST) & set(SINCE)
    ends = [(one.since, one.until) for one in PAST.values()]
    assert all(since < until for since, until in ends)
    following = [*(since for since, _ in ends[1:]), SINCE[visitor.TEXT_VERSION]]
    assert [until for _, until in ends] == following, "one follows the other"


@pytest.fixture
def agree(admin: httpx.Client) -> Callable[..., None]:
    def make(customer: str, **consents: object) -> None:
        answer = admin.put(f"/v1/customers/{customer}", json={"consents": consents})
        assert answer.status_code in (200, 201), answer.text

    return make


def under(version: str | None, language: str = "nl", *, given: bool = True) -> dict[str, object]:
    at = "2026-11-20T10:00:00+01:00"
    return {"given": given, "text_version": version, "language": language, "at": at, "source": "app"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_version_is_shown_with_its_words_and_how_many_agree(
    enter: Enter, agree: Callable[..., None], language: str
) -> None:
    agree("sanne", orders=under("messages-1"), offers=under("messages-1"))
    agree("daan", orders=under("messages-1", "de"))
    agree("sanne", orders=under("messages-3"))
    agree("noor", location=under("app-7"), offers=under(None))
    boss = enter("admin", language=language)
    page = boss.look(WHERE)
    for version in ASKED:
        assert page.links[version] == f"{WHERE}/text?version={version}"
    assert page.links["app-7"] == f"{WHERE}/text?version=app-7"
    assert visitor.WORDS[language]["orders"] in page.text
    tongue = TONGUES.index(language)
    offers, orders = LINES["consent_offers"][tongue], LINES["consent_orders"][tongue]
    section = page.html.partition('version=messages-1"')[2].partition("</section>")[0]
    assert f"{offers} <b>1</b>" in section
    assert f"{orders} <b>1</b>" in section, "sanne agreed to another text since"
    text = boss.look(f"{WHERE}/text?version=messages-1")
    for said in PAST["messages-1"].words.values():
        assert {words in text.text for words in said.values()} == {True}
    assert "20" in text.text
    assert not [one for one in text.sheets if one.action.startswith(WHERE)], "nothing here is a form"
    for one in (page, text):
        assert one.lang == language
        assert one.styled == 0
        assert len(one.ids) == len(set(one.ids))
        assert "None" not in one.text


def test_counts_are_by_purpose_and_language(enter: Enter, agree: Callable[..., None]) -> None:
    for name, language in (("a", "nl"), ("b", "nl"), ("c", "de")):
        agree(name, orders=under("messages-2", language))
    agree("b", orders=under("messages-2", given=False))
    html = enter("admin").look(f"{WHERE}/text?version=messages-2").html
    rows = [row.partition("</tr>")[0] for row in html.split("<tr>")[2:]]
    assert len(rows) == 2
    assert "Deutsch" in rows[0]
    assert ">1</td>" in rows[0]
    assert "Nederlands" in rows[1]
    assert ">1</td>" in rows[1]


def test_a_text_of_an_app_says_where_its_words_are(enter: Enter, agree: Callable[..., None]) -> None:
    odd = '<b>v 1&x="y"'
    agree("sanne", offers=under(odd), orders=under(None, "en"))
    boss = enter("admin")
    page = boss.look(WHERE)
    assert "<b>v 1" not in page.html
    text = boss.look(page.links[odd])
    assert odd in text.text
    assert "kept by the app or system that asked" in text.text
    unnamed = boss.look(page.links["without a name"])
    assert "English" in unnamed.text


@pytest.mark.parametrize("version", ["nowhere", "x" * 100, "%25", "%E2%80%AE"])
def test_a_text_that_nobody_asked_is_not_there(enter: Enter, version: str) -> None:
    enter("admin").look(f"{WHERE}/text?version={version}", 404)


@pytest.mark.parametrize("version", ["a%00b", "x" * 101])
def test_a_name_that_can_not_be_one_is_refused(enter: Enter, version: str) -> None:
    enter("admin").look(f"{WHERE}/text?version={version}", 422)


def test_past_so_many_receipts_it_says_so(
    enter: Enter, agree: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "MOST_LISTED", 2)
    for name in "abc":
        agree(name, offers=under("my-offers-1"))
    section = enter("admin").look(WHERE).html.partition('version=my-offers-1"')[2].partition("</section>")[0]
    assert "<b>2</b>" in section
    assert "of the newest 2 receipts; there are more" in section


def test_what_the_pages_themselves_write_is_among_the_texts(enter: Enter) -> None:
    """The names that receipts get today lead to their words."""
    boss = enter("admin")
    for version in (visitor.TEXT_VERSION, recognising.TEXT_VERSION):
        assert "asked now" in boss.look(f"{WHERE}/text?version={version}").text


def test_nothing_at_these_addresses_takes_a_change() -> None:
    methods = {one for route in settings_consents.router.routes for one in getattr(route, "methods", ())}
    assert methods <= {"GET", "HEAD"}
