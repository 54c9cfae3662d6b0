"""The brand's apps, its SMS gateway, and who opens a link, as settings and clients name them."""

import pytest

from offers.rules.app_names import read_android_apps, read_app_url, read_ios_apps
from offers.rules.coupon_codes import CodeKeys
from offers.rules.gateway import read_gateway_url
from offers.rules.hook_signatures import read_webhook_secret
from offers.rules.link_opening import is_meant
from offers.rules.saved_links import is_saved_mark, saved_mark

PRINT = ":".join(["AB"] * 32)
KEYS = CodeKeys.of(b"a secret that is only good for tests")


def test_ios_apps() -> None:
    assert read_ios_apps(" A1B2C3D4E5.example.shop , Z9Y8X7W6V5.example.kids-shop") == [
        "A1B2C3D4E5.example.shop",
        "Z9Y8X7W6V5.example.kids-shop",
    ]
    assert read_ios_apps("") == []
    for bad in ("example.shop", "a1b2c3d4e5.example.shop", "A1B2C3D4E5", "A1B2C3D4E5.", "A1B2C3D4E5.a b"):
        with pytest.raises(ValueError, match="is no app"):
            read_ios_apps(bad)


def test_android_apps() -> None:
    bare = PRINT.replace(":", "").lower()
    both = f"example.shop.app={PRINT},example.shop.app={'12' * 32},example.kids={bare}"
    assert read_android_apps(both) == {
        "example.shop.app": [PRINT, ":".join(["12"] * 32)],
        "example.kids": [PRINT],
    }
    assert read_android_apps("") == {}
    for bad, said in (
        ("example.shop.app", "needs, after a ="),
        (f"example.shop.app={PRINT[:-3]}", "needs, after a ="),
        (f"example.shop.app={PRINT}:AB", "needs, after a ="),
        (f"app={PRINT}", "is no name"),
        (f"1.example={PRINT}", "is no name"),
        (f"example.shop;S.x=y={PRINT}", "is no name"),
    ):
        with pytest.raises(ValueError, match=said):
            read_android_apps(bad)


def test_the_app_stores_address() -> None:
    assert read_app_url("https://apps.apple.com/app/id123456789")
    for bad in (
        "http://apps.apple.com/x",
        "javascript:alert(1)",
        "apps.apple.com",
        "https://",
        'https://a"b',
        "https://u@h",
    ):
        with pytest.raises(ValueError, match="must be the app's https address"):
            read_app_url(bad)


@pytest.mark.parametrize(
    "good", ["https://sms.shop.example/texts?x=1", "http://127.0.0.1:9500/", "http://[::1]/", "http://localhost:1/"]
)
def test_a_gateway(good: str) -> None:
    assert read_gateway_url(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "http://sms.shop.example",
        "http://127.0.0.1.evil.example/pa55",
        "ftp://x/pa55",
        "https:///pa55",
        "https://x:0/pa55",
        "https://x:y/pa55",
    ],
)
def test_a_gateway_that_would_let_others_read(bad: str) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        read_gateway_url(bad)
    assert "pa55" not in str(refused.value)


def test_a_gateways_secret() -> None:
    assert len(read_webhook_secret("whsec_" + "A" * 32)) == 24
    for bad in ("A" * 40, "whsec_", "whsec_" + "A" * 30, "whsec_é"):
        with pytest.raises(ValueError, match="must be whsec_"):
            read_webhook_secret(bad)


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"


def test_a_person_opens_a_link() -> None:
    assert is_meant("GET", {"user-agent": IPHONE})
    assert is_meant("GET", {"user-agent": "Mozilla/5.0 (Linux; Android 14; CUBOT X70) Chrome/120 Mobile Safari/537.36"})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {"user-agent": IPHONE}),
        ("GET", {}),
        ("GET", {"user-agent": IPHONE, "sec-purpose": "prefetch;prerender"}),
        ("GET", {"user-agent": IPHONE, "purpose": "prefetch"}),
        ("GET", {"user-agent": IPHONE, "x-moz": "prefetch"}),
        ("GET", {"user-agent": "WhatsApp/2.23.20.0 A"}),
        ("GET", {"user-agent": "facebookexternalhit/1.1 Facebot Twitterbot/1.0"}),
        ("GET", {"user-agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}),
        ("GET", {"user-agent": "TelegramBot (like TwitterBot)"}),
        ("GET", {"user-agent": "Mozilla/5.0 SkypeUriPreview Preview/0.5"}),
        ("GET", {"user-agent": "python-httpx/0.28"}),
        ("GET", {"user-agent": "curl/8.5"}),
    ],
)
def test_what_only_looks_at_a_link(method: str, headers: dict[str, str]) -> None:
    assert not is_meant(method, headers)


def test_an_address_of_a_coupon_is_its_own() -> None:
    assert is_saved_mark(KEYS, "cpn_1", saved_mark(KEYS, "cpn_1"))
    assert not is_saved_mark(KEYS, "cpn_2", saved_mark(KEYS, "cpn_1"))
    assert not is_saved_mark(KEYS, "cpn_1", "\ud800")
