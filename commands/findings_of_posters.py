"""What the doctor says of posters and of the brand's apps that open their codes."""

from urllib.parse import urlsplit

from commands.findings import Finding
from offers.settings import Settings

LONGEST_HOST = 40
"""Characters: with a longer one a code takes more than 29 modules a side (docs/http-api.md)."""


def of_posters(base_url: str, *, any_hangs: bool) -> list[Finding]:
    """The address is printed: what is wrong with it can not be mended on paper."""
    host = urlsplit(base_url).netloc
    if not any_hangs:
        return [Finding("posters", "ok", "there is none yet")]
    if not base_url:
        said = "there are posters, and PASSERBY_BASE_URL is empty: their pictures say whichever address was called"
        return [
            Finding(
                "posters", "look", said, "Set it before anything is printed, and keep it for as long as posters hang"
            )
        ]
    if urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        said = f"their codes lead to {host}, which is nowhere on somebody's phone"
        return [
            Finding("posters", "look", said, "Set PASSERBY_BASE_URL to the address that customers see, before printing")
        ]
    if len(host) > LONGEST_HOST:
        said = f"the host has {len(host)} characters, so codes are finer than they need be"
        return [Finding("posters", "look", said, f"With {LONGEST_HOST} at most they have 29 modules a side")]
    return [Finding("posters", "ok", f"their codes lead to {host}/q/…; keep that address for as long as they hang")]


def of_apps(settings: Settings) -> list[Finding]:
    """Which apps open codes by themselves; none is fine."""
    named = [name for name, app in (("iOS", settings.ios_app), ("Android", settings.android_app)) if app]
    if settings.ios_app and not settings.ios_app_url:
        said = "PASSERBY_IOS_APP is set, and PASSERBY_IOS_APP_URL is not: pages name no app to who has not installed it"
        return [Finding("apps", "look", said, "Set its page in the App Store, if there is one")]
    if named and not settings.base_url.startswith("https://"):
        said = "apps are named, and PASSERBY_BASE_URL is not https: phones ask only there whether an app may open codes"
        return [Finding("apps", "look", said, "Write https://")]
    return [
        Finding(
            "apps", "ok", f"codes open in the app on {' and '.join(named)}" if named else "codes open in the browser"
        )
    ]
