"""Who opens a code, by what the browser says of itself: a person, a messenger that shows a link, or a bot; and on what.
And where the code leads them.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Literal, Protocol

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from offers.rules.coupon_codes import DIGITS, CodeKeys
from offers.rules.landing import State

Kind = Literal["human", "preview", "bot"]
DeviceClass = Literal["phone", "tablet", "desktop", "bot", "other"]
Os = Literal["ios", "android", "windows", "macos", "linux"]

ONE_VISIT = timedelta(minutes=30)
"""So long after the last look a browser that opens the same code is still at the same scan."""
MOST_READ = 400
"""Characters of a User-Agent; no real one is longer, and no pattern is tried on more."""


@dataclass(frozen=True, slots=True)
class Reader:
    kind: Kind
    device_class: DeviceClass
    os: Os | None = None
    """None where the browser does not tell."""
    family: str = ""
    """Of a preview, the messenger as its list names it; few enough to count by. Empty for people, and one for all bots."""


A_BOT = Reader("bot", "bot")

_PREVIEWS = (
    ("imessage", r"facebookexternalhit/1\.1 Facebot Twitterbot/1\.0"),
    ("whatsapp", r"^WhatsApp/"),
    ("slack", r"Slackbot|Slack-ImgProxy"),
    ("telegram", r"TelegramBot"),
    ("twitter", r"Twitterbot"),
    ("facebook", r"facebookexternalhit|facebookcatalog|Facebot|meta-externalhit"),
    ("teams", r"SkypeUriPreview|MicrosoftPreview|Microsoft Teams Link Preview"),
    ("discord", r"Discordbot"),
    ("linkedin", r"LinkedInBot"),
    ("signal", r"^Signal(?:-Android|-iOS|-Desktop)?/"),
    ("snapchat", r"Snap URL Preview Service|SnapURLPreview"),
    ("viber", r"^Viber(?:/|$)"),
    ("google messages", r"Google-PageRenderer|GoogleMessages|Google Web Preview"),
    ("rcs", r"RCS[- ]?LinkPreview"),
    ("line", r"Linespider|line-poker"),
    ("kakaotalk", r"kakaotalk-scrap"),
    ("matrix", r"Synapse"),
    ("zalo", r"^Zalo(?:PC)?[-/]"),
)
"""Who fetches a link to show it to the people of a conversation. iMessage says it is three others; Signal says it is WhatsApp."""
_BROWSED_IN = re.compile(
    r"FBA[NV]/|MetaIAB|Instagram|LinkedInApp|Snapchat/|Twitter for|TikTok|musical_ly|Pinterest/|GSA/"
)
"""Apps that open a page within themselves: a person looks at it, whatever the lists say of the app's name."""
_ROBOT_WORDS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scrap(?:er|y)|headless|phantomjs|playwright|puppeteer|selenium|^python|^java/|^okhttp|^go-http|"
    r"^axios|^node|^undici|^dart|^ruby|^perl|^libwww|^wget|^curl|^httpie|monitor(?:ing)?\b|uptime|lighthouse|validator",
    re.IGNORECASE,
)


@cache
def _previews() -> list[tuple[str, re.Pattern[str]]]:
    """Ours first; then those that the kept list calls a social preview, by their pattern."""
    ours = [(family, re.compile(pattern, re.IGNORECASE)) for family, pattern in _PREVIEWS]
    listed = [
        one["pattern"]
        for one in CRAWLER_USER_AGENTS_DATA
        if "social-preview" in one.get("tags", ()) and one["pattern"] not in _PEOPLE
    ]
    return [*ours, ("other", re.compile("|".join(listed)))]


_PEOPLE = frozenset({"MetaIAB Facebook", "WhatsApp", "Viber"})
"""Of the kept list: what stands in an app's own browser too. Ours are narrower."""
_PORTION = 100


@cache
def _crawlers() -> list[re.Pattern[str]]:
    """The kept list in portions: one pattern of all takes no less time, and longer to make."""
    patterns = [one["pattern"] for one in CRAWLER_USER_AGENTS_DATA if one["pattern"] not in _PEOPLE]
    return [re.compile("|".join(patterns[at : at + _PORTION])) for at in range(0, len(patterns), _PORTION)]


def reader_of(user_agent: str) -> Reader:
    """Who says this of itself. Nothing at all is a bot: every browser says something."""
    return _reader(user_agent[:MOST_READ].strip())


@lru_cache(maxsize=8192)
def _reader(said: str) -> Reader:
    """Kept for the next who says the same: a list of 1,500 patterns is not asked for each of a crowd of the same phones."""
    if not said:
        return A_BOT
    if not _BROWSED_IN.search(said):
        for family, pattern in _previews():
            if pattern.search(said):
                return Reader("preview", "bot", family=family)
        if _ROBOT_WORDS.search(said) or any(pattern.search(said) for pattern in _crawlers()):
            return A_BOT
    return _device(said)


def looks_ahead(method: str, headers: Mapping[str, str]) -> bool:
    """Whether nobody looks yet: a browser that fetches in advance, or a HEAD. `headers` by their names in small letters."""
    if method == "HEAD":
        return True
    purposes = (headers.get("sec-purpose", ""), headers.get("purpose", ""), headers.get("x-purpose", ""))
    return any("prefetch" in one.lower() or "preview" in one.lower() for one in purposes) or (
        headers.get("x-moz", "").lower() == "prefetch"
    )


def _device(said: str) -> Reader:
    """An iPad that asks for pages as a desktop's says it is a Mac, word for word, and counts as one; some apps on it add `Mobile/`."""
    os = _os(said)
    if os == "ios":
        tablet = "iPad" in said or "Macintosh" in said
        return Reader("human", "tablet" if tablet else "phone", os)
    if "Windows Phone" in said:
        return Reader("human", "phone")
    if os == "android":
        wide = "Mobile" not in said or "Tablet" in said or "SM-T" in said or "SM-X" in said
        return Reader("human", "tablet" if wide else "phone", os)
    if re.search(r"Tablet|PlayBook|Silk/|Kindle", said):
        return Reader("human", "tablet", os)
    if re.search(r"Mobi|Phone|KAIOS|BB10", said):
        return Reader("human", "phone", os)
    return Reader("human", "desktop" if os else "other", os)


def _os(said: str) -> Os | None:
    """Android says it is Linux, and iOS that it is like Mac OS X: the particular ones come first."""
    if re.search(r"iPhone|iPad|iPod", said) or ("Macintosh" in said and "Mobile/" in said):
        return "ios"
    if "Windows Phone" in said:
        return None
    known: tuple[tuple[str, Os], ...] = (
        ("Android", "android"),
        ("Windows NT", "windows"),
        ("Macintosh", "macos"),
        ("CrOS", "linux"),
        ("Linux", "linux"),
        ("X11", "linux"),
    )
    return next((os for word, os in known if word in said), None)


class Hangs(Protocol):
    """A poster, as far as it says when its code leads somewhere."""

    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def retired_at(self) -> datetime | None: ...


class Leads(Hangs, Protocol):
    """And where."""

    @property
    def campaign_id(self) -> str | None: ...
    @property
    def inside_campaign_id(self) -> str | None: ...
    @property
    def again_campaign_id(self) -> str | None: ...
    @property
    def then_campaign_id(self) -> str | None: ...
    @property
    def then_after(self) -> int | None: ...
    @property
    def then_at(self) -> datetime | None: ...


def state_of(poster: Hangs, now: datetime) -> State:
    if poster.retired_at is not None:
        return "retired"
    if poster.ends_at is not None and now >= poster.ends_at:
        return "ended"
    return "early" if poster.starts_at is not None and now < poster.starts_at else "live"


def counts_scans(poster: Leads, now: datetime) -> bool:
    """Whether a scan by a person now has to be counted for where the code leads after so many."""
    by_number = poster.then_campaign_id is not None and poster.then_after is not None
    return by_number and not (poster.then_at is not None and now >= poster.then_at)


def campaign_of(poster: Leads, *, in_store: bool, repeat: bool, over: bool, now: datetime) -> str | None:
    """Where the code leads: inside a store, then after a number of scans (`over`: it was reached before this one) or a date,
    then for who comes again, then for everybody. What is not set is passed over.
    """
    then = over or (poster.then_at is not None and now >= poster.then_at)
    ways = (
        (in_store, poster.inside_campaign_id),
        (then, poster.then_campaign_id),
        (repeat, poster.again_campaign_id),
    )
    return next((campaign for so, campaign in ways if so and campaign is not None), poster.campaign_id)


def shared_scan_id(keys: CodeKeys, poster_id: str, reader: Reader, at: datetime) -> str:
    """The one scan that all previews of a messenger, or all bots, have of a poster in a day (UTC): no crawler fills the database.

    As long as any scan's, and guessed by nobody either.
    """
    said = f"scan:{poster_id}:{reader.kind}:{reader.family}:{at:%Y-%m-%d}"
    digest = int.from_bytes(hmac.digest(keys.marking, said.encode(), "sha256")[:17]) >> 6
    return "scn_" + "".join(DIGITS[digest >> 5 * place & 31].lower() for place in reversed(range(26)))
