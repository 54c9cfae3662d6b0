"""An FCM of one's own in place of Google's, for tests: firebase-admin has no setting for one.

PRIVATE: the address of one App's own messaging service, and nothing of a class or of another App. TLS is trusted as everywhere:
SSL_CERT_FILE for what is sent, REQUESTS_CA_BUNDLE for the access token.
"""

from typing import Any

GOOGLE = "https://fcm.googleapis.com/"


class FirebaseChanged(RuntimeError):
    """firebase-admin or google-auth has no such private name any more: what stood on it must be looked at again."""


def point_at(service: Any, endpoint: str) -> None:
    """Let one messaging service send to `endpoint`, and its credential tell nobody else of it."""
    old = getattr(service, "_fcm_url", None)
    if not isinstance(old, str) or not old.startswith(GOOGLE):
        raise FirebaseChanged(f"firebase-admin: a messaging service's _fcm_url is {old!r}")
    service._fcm_url = f"{endpoint.rstrip('/')}/{old.removeprefix(GOOGLE)}"  # noqa: SLF001 - see above
    keep_at_home(service._credential)  # noqa: SLF001 - see above


def keep_at_home(credential: Any) -> None:
    """google-auth asks Google's iamcredentials for the account's allowed locations, with the access token: not of a test's account."""
    name = "_is_regional_access_boundary_lookup_required"
    if not callable(getattr(credential, name, None)):
        raise FirebaseChanged(f"google-auth: a credential has no {name}")
    setattr(credential, name, lambda: False)
