"""What goes wrong on visitors' paths is told as a page, in their language; everywhere else as a problem document."""

import httpx
import pytest

from tests.web.conftest import problem_of
from tests.web.console.reading import PageText
from web.landing.words import WORDS
from web.tongues import LANGUAGES

STATUSES = {
    400: "bad", 403: "strange", 404: "lost", 409: "conflict", 410: "over", 413: "bad", 415: "bad", 422: "bad",
    429: "too_often", 500: "broken", 503: "away",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_is_a_page(staged: httpx.Client, language: str) -> None:
    words = WORDS[language]
    for status, name in STATUSES.items():
        answer = staged.get(f"/l/stage/problem/{status}", headers={"accept-language": language})
        assert (answer.status_code, answer.headers["content-language"]) == (status, language)
        assert answer.headers["retry-after"] == "150"
        page = PageText(answer.text)
        assert words[f"{name}_title"] in page.text
        assert words[name].format(minutes=3) in page.text
        assert page.links[words["back_to_offer"]] == "/l/stage"
        assert (words["try_again"] in page.links) == (status in (429, 500, 503))
        assert "for developers only" not in answer.text
        assert '<meta name="robots" content="noindex">' in answer.text


@pytest.mark.parametrize("path", ["/l", "/l/", "/l/a/b/c", "/o/x", "/c/x/y/z", "/my/nothing", "/t/", "/q/", "/Q/"])
def test_addresses_below_visitors_paths_that_are_none(http: httpx.Client, path: str) -> None:
    answer = http.get(f"{path}?lang=nl")
    assert answer.status_code == 404
    assert answer.headers["content-language"] == "nl"
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/lamp", "/order", "/cat", "/myself", "/v1/l/x", "/look"])
def test_addresses_beside_them_are_a_problem(http: httpx.Client, path: str) -> None:
    assert problem_of(http.get(path), 404)["type"] == "urn:passerby:problem:not_found"


def test_another_method_and_a_body_too_large_are_pages_too(http: httpx.Client) -> None:
    answer = http.put("/l/scn_1?lang=de", content=b"")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert WORDS["de"]["lost_title"] in answer.text
    large = http.post("/l/scn_1?lang=de", content=b"x" * 1_000_001)
    assert large.status_code == 413
    assert WORDS["de"]["bad_title"] in large.text


def test_a_page_says_back_nothing_that_was_sent(http: httpx.Client) -> None:
    answer = http.get("/l/a/%3Cscript%3Ealert(1)%3C/script%3E?lang=en&x=%22%3E%3Cimg%20onerror%3E")
    assert answer.status_code == 404
    assert "<script" not in answer.text
    assert "onerror" not in answer.text
