import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from offers.rules.coupon_codes import CodeKeys
from offers.rules.scanning import MOST_READ, Reader, looks_ahead, of_app, reader_of, shared_scan_id
from tests.offers.stories import NOON, minutes

KEYS = CodeKeys.of(b"a secret that is only good for tests")
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("said", "device_class", "os"),
    [
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} Version/18.1 Mobile/15E148 Safari/604.1", "phone", "ios"),
        (f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {SAFARI} Version/17.5 Mobile/15E148 Safari/604.1", "tablet", "ios"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/18.1 Safari/605.1.15", "desktop", "macos"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Mobile/15E148 Instagram 333.0", "tablet", "ios"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "phone", "android"),
        (f"Mozilla/5.0 (Linux; Android 13; SM-X700) {CHROME} Safari/537.36", "tablet", "android"),
        (f"Mozilla/5.0 (Linux; Android 14; Cubot P80) {CHROME} Mobile Safari/537.36", "phone", "android"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "phone", "android"),
        ("Mozilla/5.0 (Android 14; Tablet; rv:132.0) Gecko/132.0 Firefox/132.0", "tablet", "android"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/131.0.0.0", "desktop", "windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36", "desktop", "linux"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "desktop", "linux"),
        ("Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5", "phone", None),
        ("Mozilla/5.0 (PlayStation 5 7.00)", "other", None),
    ],
)  # fmt: skip
def test_people_by_what_they_look_with(said: str, device_class: str, os: str | None) -> None:
    assert reader_of(said) == Reader("human", device_class, os)  # type: ignore[arg-type]  # the parameters' words


@pytest.mark.parametrize(
    "app",
    [
        "Mobile/15E148 [FBAN/FBIOS;FBAV/460.0.0.31.103;FBBV/590;FBDV/iPhone14,5]",
        "Mobile/15E148 Instagram 333.0.0.0 (iPhone14,5; iOS 17_5)",
        "Mobile/15E148 [LinkedInApp]/9.29",
        "Mobile/15E148 Snapchat/12.90.0.46 (like Safari/8618.2)",
        "Mobile/15E148 Twitter for iPhone/10.44",
        "Mobile/15E148 musical_ly_35.0.0 TikTok 35.0.0",
        "Mobile/15E148 MetaIAB Facebook",
        "GSA/320.0 Mobile/15E148 Safari/604.1",
    ],
)
def test_who_reads_within_an_app_is_a_person(app: str) -> None:
    said = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {SAFARI} {app}"
    assert reader_of(said) == Reader("human", "phone", "ios")


@pytest.mark.parametrize(
    ("said", "family"),
    [
        ("WhatsApp/2.24.20.0 A", "whatsapp"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) {SAFARI} Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0", "imessage"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "slack"),
        ("TelegramBot (like TwitterBot)", "telegram"),
        ("Twitterbot/1.0", "twitter"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebook"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com", "teams"),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "discord"),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "linkedin"),
        ("Signal-Android/7.20.0", "signal"),
        ("Synapse (bot; +https://github.com/matrix-org/synapse)", "matrix"),
        ("Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)", "other"),
    ],
)  # fmt: skip
def test_messengers_that_show_a_link(said: str, family: str) -> None:
    assert reader_of(said) == Reader("preview", "bot", family=family)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   ",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')} Safari/537.36",
        "curl/8.5.0",
        "python-httpx/0.28.1",
        "Go-http-client/2.0",
        "SomeNewCrawler/1.0",
        "node-fetch",
    ],
)
def test_bots(said: str) -> None:
    assert reader_of(said) == Reader("bot", "bot")


def test_everything_that_the_kept_list_knows_is_nobody() -> None:
    said = [one for entry in CRAWLER_USER_AGENTS_DATA for one in entry.get("instances", ()) if "MetaIAB" not in one]
    people = [one for one in said if reader_of(one).kind == "human"]
    assert len(said) > 1000
    assert len(people) < len(said) / 200, people


def test_the_families_are_few_and_long_text_is_cut() -> None:
    assert reader_of("x" * MOST_READ + " Googlebot/2.1").kind == "human"
    assert reader_of("a" * 1_000_000 + "Googlebot").device_class == "other"


@pytest.mark.parametrize(
    ("method", "headers", "ahead"),
    [
        ("GET", {}, False),
        ("HEAD", {}, True),
        ("GET", {"sec-purpose": "prefetch"}, True),
        ("GET", {"sec-purpose": "prefetch;prerender"}, True),
        ("GET", {"purpose": "prefetch"}, True),
        ("GET", {"x-moz": "prefetch"}, True),
        ("GET", {"x-purpose": "preview"}, True),
        ("GET", {"sec-fetch-mode": "navigate"}, False),
    ],
)
def test_who_looks_ahead(method: str, headers: dict[str, str], ahead: bool) -> None:
    assert looks_ahead(method, headers) is ahead


@pytest.mark.parametrize("said", ["", "okhttp/4.12.0", "Shop/3.1 CFNetwork/1568 Darwin/24.1.0", "python-httpx/0.28"])
def test_the_brands_own_app_is_a_person(said: str) -> None:
    assert of_app(said).kind == "human"


def test_the_shared_scan_of_a_day_is_one_and_nobody_guesses_it() -> None:
    preview, bot = reader_of("WhatsApp/2.0"), reader_of("")
    one = shared_scan_id(KEYS, "centraal", preview, NOON)
    assert one == shared_scan_id(KEYS, "centraal", reader_of("WhatsApp/2.1 N"), NOON + minutes(60))
    others = {
        shared_scan_id(KEYS, "dam", preview, NOON),
        shared_scan_id(KEYS, "centraal", bot, NOON),
        shared_scan_id(KEYS, "centraal", preview, NOON + minutes(24 * 60)),
        shared_scan_id(CodeKeys.of(b"another secret"), "centraal", preview, NOON),
    }
    assert len(others | {one}) == 5
    assert len(one) == 30
