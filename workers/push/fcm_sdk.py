"""firebase-admin's App, without what it does of its own accord. Everything private of it that is touched stands here and in fcm_endpoint.py,
and each touch fails loudly when it is renamed.

* It sends 500 and 503 again, and each such answer keeps its stream for good: after a hundred nothing is sent any more. Off.
* It refreshes the access token on its own event loop at a 401, once a message, and sends again, twice. Off; workers/push/fcm_line.py does it.
* `delete_app` starts an event loop of its own, which can not be done inside one. So the connections are closed first.
"""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import firebase_admin
import httpx
from firebase_admin import _http_client, credentials, messaging

from workers.push.credentials import ServiceAccount
from workers.push.fcm_endpoint import FirebaseChanged, point_at


@dataclass(slots=True)
class Departure:
    """Whether a message may have left: FCM can not accept one of whose body nothing was written."""

    left: bool = False

    async def see(self, event: str, _info: Any) -> None:
        """Called by httpcore at each step of a request."""
        if event.endswith("send_request_body.started"):
            self.left = True


DEPARTURE: ContextVar[Departure | None] = ContextVar("DEPARTURE", default=None)
"""That of the message which the present task sends."""


def credential_of(account: ServiceAccount) -> Any:
    """One for all Apps of a process: they share its access token."""
    return credentials.Certificate(dict(account.info))


def switch_off_retries() -> None:
    """For the whole process, since it is a default that each client copies. Safe to repeat."""
    config: Any = getattr(_http_client, "DEFAULT_HTTPX_RETRY_CONFIG", None)
    if not isinstance(getattr(config, "retries_left", None), int):
        raise FirebaseChanged("firebase-admin: no DEFAULT_HTTPX_RETRY_CONFIG.retries_left")
    config.retries_left = 0


def open_app(credential: Any, project_id: str, http_timeout_s: float, endpoint: str) -> firebase_admin.App:
    """An App whose messaging service is ready. A quarter of a second of work, most of it three TLS contexts: never on an event loop."""
    switch_off_retries()
    app = firebase_admin.initialize_app(
        credential, {"projectId": project_id, "httpTimeout": http_timeout_s}, name=f"passerby-{secrets.token_hex(8)}"
    )
    try:
        service = messaging._get_messaging_service(app)  # noqa: SLF001 - see above
        client = _client_of(service)
        client.event_hooks = {"request": [_watch]}
        _switch_off_refreshing(client.auth)
        if endpoint:
            point_at(service, endpoint)
    except BaseException:
        firebase_admin.delete_app(app)
        raise
    return app


async def close_connections(app: firebase_admin.App) -> None:
    """First, and on the loop that opened them; then `firebase_admin.delete_app` off it."""
    await _client_of(messaging._get_messaging_service(app)).aclose()  # noqa: SLF001 - see above


def _switch_off_refreshing(auth: Any) -> None:
    name = "_max_refresh_attempts"
    if not isinstance(getattr(auth, name, None), int):
        raise FirebaseChanged(f"firebase-admin: a client's auth has no {name}")
    setattr(auth, name, 0)


def _client_of(service: Any) -> httpx.AsyncClient:
    client = getattr(getattr(service, "_async_client", None), "_async_client", None)
    if not isinstance(client, httpx.AsyncClient):
        raise FirebaseChanged("firebase-admin: a messaging service has no httpx client")
    return client


async def _watch(request: httpx.Request) -> None:
    if departure := DEPARTURE.get():
        request.extensions = {**request.extensions, "trace": departure.see}
