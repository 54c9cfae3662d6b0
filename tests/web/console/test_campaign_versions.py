"""Two versions side by side."""

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

HERE = "/console/campaigns/sneakers"


@pytest.fixture
def twice(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    one = CAMPAIGN | {"audience": {"fact": "language", "is": "nl"}, "cooldown": "P1D"}
    admin.put("/v1/campaigns/sneakers", json=one)
    words = {"en": {"title": "Better", "body": "You are near."}}
    admin.put("/v1/campaigns/sneakers", json=one | {"messages": words, "cooldown": "P2D"})


def differing(page: PageText) -> list[str]:
    return [row.partition("</th>")[0].rpartition(">")[2] for row in page.html.split('<tr class="differs">')[1:]]


def test_what_differs_is_said_in_words(twice: None, marketer: Person, enter: Enter) -> None:
    assert marketer.look(HERE).links["Versions side by side"] == f"{HERE}/versions"
    page = enter("viewer").look(f"{HERE}/versions")
    assert "1 day" in page.text
    assert "<mark>2 days</mark>" in page.html
    assert "<mark>Better</mark>" in page.html
    many = page.html.count('<tr class="differs">')
    assert f"Fields that differ: {many}" in page.text
    assert page.html.count(">differs</span>") == many, "never by colour alone"
    same = marketer.look(f"{HERE}/versions?left=2&right=2")
    assert "They say the same." in same.text
    assert "<mark>" not in same.html
    turned = marketer.look(f"{HERE}/versions?left=2&right=1")
    assert turned.html.index("Version 2") < turned.html.index("Version 1 ")
    assert "Fields that differ" in marketer.look(f"{HERE}/versions?left=99&right=x").text, (
        "what is not there is the last"
    )
