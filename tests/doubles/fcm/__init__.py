"""A strict local double of Firebase Cloud Messaging, HTTP v1: there is no official emulator.

    with FcmDouble() as fcm:                                       # HTTP/2 over TLS, at fcm.url, to be trusted by fcm.ca_file
        account = fcm.account_file(tmp_path, "demo")               # a service account whose tokens come from the double
        fcm.faults(send={"kind": "unavailable", "share": 0.5, "retry_after": 1})
        ...                                                        # send
        assert [row.target for row in fcm.messages] == ["token-1"]
        assert fcm.messages[0].warnings == []

`messages` are accepted, `refused` are not (both of `Received`), `tries` counts by target, `token_requests` counts. Every message is checked:
its bearer token (401; 403 for another project), its types by Google's own discovery document (`fcm.v1.json`, see NOTICE), and the documented limits
(400, in FCM's two shapes). `warnings` is what FCM accepts and then serves badly: no expiry, too many collapse keys, a channel that the app has not.

`FcmProcess(folder)` is the same as a process, for tests that kill senders: `url`, `ca_file`, `account_file`, `messages`, `refused`, `tries`,
`stats`, `token_requests`, `faults`, `reset`, `revoke`, `kill`, `start`. By hand: `python -m tests.doubles.fcm serve --help`, and over HTTP
`/_double/{health,stats,tries,messages,refused,reset,revoke,faults}`.

Faults, at `send` and at `token`: `share` (0 to 1, seeded), `count`, `retry_after` (s), `seconds` (of `slow`), and one of

    kind            answer                                          kind          answer
    unregistered    404 UNREGISTERED                                unauthorised  401 without details
    mismatch        403 SENDER_ID_MISMATCH                          badgateway    502, a page of HTML
    quota           429 QUOTA_EXCEEDED (the device's), Retry-After  slow          accepted, seconds later
    projquota       429 without FcmError (the project's)            hang          never
    unavailable     503 UNAVAILABLE                                 reset         breaks off in the middle
    internal        500 INTERNAL                                    goaway        ends the connection, politely
    invalid         400 "not a valid FCM registration token"        killed        resets the connection
    thirdparty      401 THIRD_PARTY_AUTH_ERROR                      lostack       accepted and recorded, then as `reset`

or a bare `status` (429, 503 …) whose answer has no details. At `token`: slow, hang, reset, killed, invalid_grant, or a bare status.

A token, fid or topic steers by itself: `<kind>-[N-][raS-]anything`, N: the first N tries alone, S: the seconds of Retry-After.
"""

from tests.doubles.fcm.double import FcmDouble
from tests.doubles.fcm.pointing import point_firebase_admin_at
from tests.doubles.fcm.process import FcmProcess
from tests.doubles.fcm.service import Received, Ways

__all__ = ["FcmDouble", "FcmProcess", "Received", "Ways", "point_firebase_admin_at"]
