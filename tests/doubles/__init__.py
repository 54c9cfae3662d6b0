"""Strict local doubles of the push services: what a test or a benchmark sends to instead of Google, Mozilla or Apple.

- `tests.doubles.fcm`: Firebase Cloud Messaging, HTTP v1.
- `tests.doubles.web_push`: a Web Push service and the browsers behind it.

Each runs in a thread (`FcmDouble`, `WebPushDouble`) or as a process that outlives its senders (`FcmProcess`, `WebPushProcess`), refuses what
the real service refuses, and misbehaves on request. What they share stands here: `answers` (request and answer), `wire` and `http2`
(sockets), `tls` (certificates), `faults` (who is to misbehave), `record` (what was received), `running` (a thread), `process` and `serving`
(a process).
"""
