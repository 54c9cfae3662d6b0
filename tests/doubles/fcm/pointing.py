"""Sends what one firebase-admin App sends to a double instead of to Google."""

from typing import Any

GOOGLES = "https://fcm.googleapis.com/"


def point_firebase_admin_at(app: Any, url: str) -> None:
    """Call it once, right after `initialize_app`. firebase-admin 7 has no setting for it: this touches private attributes of that one App's
    messaging service, and raises when they are not what they were."""
    # here, so that a double that is only served does not wait for it
    import requests.adapters
    from firebase_admin import _http_client, messaging

    service = messaging._get_messaging_service(app)
    # google-auth asks iamcredentials.googleapis.com where the account may be used, in a thread, with the bearer token: keep that here
    if hasattr(service._credential, "_is_regional_access_boundary_lookup_required"):
        service._credential._is_regional_access_boundary_lookup_required = lambda: False
    for name, path in (("_fcm_url", "messages:send"), ("_fcm_topic_url", "registrations")):
        before = getattr(service, name, None)
        if not isinstance(before, str) or not before.startswith(GOOGLES):
            raise RuntimeError(f"firebase-admin changed: its messaging service has {name}={before!r}")
        setattr(service, name, f"{url}/v1/projects/{service._project_id}/{path}")
    # the SDK gives its pool of 100 connections to Google's address alone
    pool = requests.adapters.HTTPAdapter(
        pool_connections=100, pool_maxsize=100, max_retries=_http_client.DEFAULT_RETRY_CONFIG
    )
    service._client.session.mount(url, pool)
