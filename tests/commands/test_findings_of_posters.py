"""What is printed can not be mended, so the doctor looks at the address before."""

import pytest
from pydantic import SecretStr

from commands.findings_of_posters import of_apps, of_posters
from offers.settings import Settings


@pytest.mark.parametrize(
    ("base_url", "state", "said"),
    [
        ("", "look", "PASSERBY_BASE_URL is empty"),
        ("http://127.0.0.1:8080", "look", "nowhere on somebody's phone"),
        ("https://" + "a" * 37 + ".example", "look", "45 characters"),
        ("https://passerby.shop.example", "ok", "passerby.shop.example/q/"),
    ],
)
def test_the_address_that_codes_lead_to(base_url: str, state: str, said: str) -> None:
    [found] = of_posters(base_url, any_hangs=True)
    assert (found.part, found.state) == ("posters", state)
    assert said in found.said
    assert [one.state for one in of_posters(base_url, any_hangs=False)] == ["ok"]


@pytest.mark.parametrize(
    ("more", "state", "said"),
    [
        ({}, "ok", "in the browser"),
        ({"ios_app": "ABCDE12345.shop.app", "base_url": "https://s.example"}, "look", "PASSERBY_IOS_APP_URL"),
        ({"android_app": "shop.app=AA", "base_url": "http://s.example"}, "look", "not https"),
        ({"android_app": "shop.app=AA", "base_url": "https://s.example"}, "ok", "Android"),
    ],
)
def test_the_brands_apps(more: dict[str, str], state: str, said: str) -> None:
    settings = Settings(secret_key=SecretStr("x" * 40)).model_copy(update=more)
    [found] = of_apps(settings)
    assert (found.state, said in found.said) == (state, True)
