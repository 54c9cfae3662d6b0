"""Opens the way out that the settings name. The one place where push services are plugged in."""

from redis import Redis

from offers.errors import Misconfigured
from offers.push import Push
from offers.settings import Settings
from workers.push.credentials import read_account
from workers.push.outbox import OutboxPush
from workers.push.switch import SwitchPush


def open_push(settings: Settings, redis: Redis) -> Push:
    """Connects to nobody: services are reached when something is first sent. `Misconfigured` where that could never be."""
    if settings.push == "outbox":
        return OutboxPush(redis)
    fcm = _open_fcm(settings) if settings.push == "fcm" else None
    web_push = _open_web_push(settings)
    if fcm is None and web_push is None:
        raise Misconfigured("PASSERBY_VAPID_PRIVATE_KEY is not set: PASSERBY_PUSH=web_push sends to browsers alone.")
    return SwitchPush(fcm, web_push)


def _open_fcm(settings: Settings) -> Push:
    account = read_account(settings.google_application_credentials)
    # here, because it takes 44 MB and a quarter of a second that beat and web can do without
    from workers.push.fcm import FcmPush  # noqa: PLC0415
    from workers.push.fcm_line import FcmOptions  # noqa: PLC0415

    return FcmPush(account, FcmOptions(base_url=settings.base_url, endpoint=settings.fcm_endpoint))


def _open_web_push(settings: Settings) -> Push | None:
    """The way to browsers by themselves; none where no keys are set."""
    from workers.push.web_push import WebPush  # noqa: PLC0415

    return WebPush.of(settings)
