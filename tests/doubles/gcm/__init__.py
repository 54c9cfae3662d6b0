"""A local double of what Chromium gets its pushes from, so that a real one subscribes and is pushed to without a way to Google.

    with GcmDouble() as gcm:
        context = playwright.chromium.launch_persistent_context(folder, args=[*gcm.flags, …], ignore_default_args=[*gcm.NOT])
        ...                     # pushManager.subscribe() works, and gives an address of Google's
        ...                     # a push to `gcm.at(address)` arrives in that browser, which decrypts it

Three doors, as Chromium's own switches name them: the check-in (who are you), the registration (an address for one page's worker), both over
HTTP; and the line, TLS, over which messages come (MCS: a version byte, then a tag, a length and a protocol buffer each). A fourth is the push
service's: what is posted to an address goes down the line as it is. The profile must be one that is kept: a private window has no push.

The fields are those of Chromium's `google_apis/gcm/protocol/{checkin,mcs}.proto`. VAPID and encryption are not looked at here: tests/doubles/web_push
is strict about the first, and the browser about the second.
"""

from tests.doubles.gcm.double import GcmDouble

__all__ = ["GcmDouble"]
