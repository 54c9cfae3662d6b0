"""A strict local double of a Web Push service, and of the browsers that subscribe to it.

    with WebPushDouble() as push:
        subscription = push.subscribe(vapid_public_key)            # what a browser would post to us
        ...                                                        # push to it
        assert json.loads(push.received[-1].plaintext)["title"] == "Tulips"

`received` are accepted, `refused` are not (both of `Pushed`), `tries` counts by subscription. Every request is checked: VAPID (signature, key, `aud`,
`exp`, `sub`; 401 and 403), TTL, Urgency and Topic (400), size (413: a plaintext of 3,993 bytes goes, one of 3,994 does not), and it is decrypted
with the subscription's own key (400 when that fails, where a browser would drop it without a word).

`WebPushProcess(folder)` is the same as a process, for tests that kill senders: `subscribe`, `subscribe_many`, `received`, `refused`, `tries`, `stats`,
`faults`, `reset`. By hand: `python -m tests.doubles.web_push serve --help`, and over HTTP `/_double/{health,stats,tries,messages,refused,reset,faults,subscribe}`.

Faults, at `push`: `share` (0 to 1, seeded), `count`, `retry_after` (s), `seconds` (of `slow`), and one of

    gone         410                        windows      406, as Windows throttles
    missing      404                        badgateway   502, a page of HTML
    toolarge     413                        slow         accepted, seconds later
    quota        429, Retry-After           hang         never
    unavailable  503                        reset        breaks off in the middle
    unauthorised 401                        killed       resets the connection
    forbidden    403 BadJwtToken, as Apple  lostack      accepted and recorded, then as `reset`

or a bare `status`. `subscribe(key, "quota-2")` gives one subscription such a fault, for its first two tries alone.
"""

from tests.doubles.web_push.double import WebPushDouble
from tests.doubles.web_push.process import WebPushProcess
from tests.doubles.web_push.service import Pushed, Ways

__all__ = ["Pushed", "Ways", "WebPushDouble", "WebPushProcess"]
