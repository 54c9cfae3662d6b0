"""A server that takes exactly what the doors promise, forgets nothing, and gets into trouble when told to."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

KEY = "sk_strict"
PING_FIELDS = {"lat", "lon", "accuracy_m", "at", "speed_mps", "heading_deg", "mock"}
DEVICE_FIELDS = {"customer", "platform", "consents", "push_token", "locale"}

Trouble = Literal["busy", "broken", "lost request", "lost answer", "slow", "expired", "revoked"]


@dataclass
class Device:
    device_id: str
    body: dict[str, Any]
    token: str
    refresh_token: str
    has_new_token: bool = False
    requests: list[bytes] = field(default_factory=list)
    """Every body that reached the door with a good token, answered or not."""
    kept: list[dict[str, Any]] = field(default_factory=list)
    """Every ping once, by its `at` and position, in the order of arrival."""


class _Listening(ThreadingHTTPServer):
    request_queue_size = 128
    """A whole town connects at once: with five in the queue the system drops some, and they are tried again unseen."""


class StrictServer:
    """`trouble(number)` says what goes wrong with the request of that number, from 0; registrations and pings are counted
    apart, refreshes not at all. What a client did against the rules stands in `faults`. `without_consent` names customers.
    """

    def __init__(
        self,
        trouble: Callable[[int], Trouble | None] = lambda _: None,
        registering: Callable[[int], Trouble | None] = lambda _: None,
        without_consent: tuple[str, ...] = (),
    ) -> None:
        self.trouble, self.registering, self.without_consent = trouble, registering, without_consent
        self.faults: list[str] = []
        self.devices: list[Device] = []
        self.refreshes = 0
        self.ping_requests = 0
        self.registrations = 0
        self._by_key: dict[str, Device] = {}
        self._lock = threading.Lock()
        self._http = _Listening(("127.0.0.1", 0), self._door())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _door(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two would wait for each other's acknowledgement

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with server._lock:
                    answer = server._answer(self.path, dict(self.headers.items()), body)
                if answer == "slow":
                    time.sleep(2.0)
                if isinstance(answer, str):
                    self.close_connection = True
                    return
                status, said, headers = answer
                content = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Says nothing: a test's output is its own."""

        return Door

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> Any:
        if headers.get("Content-Type") != "application/json":
            self.faults.append("not sent as JSON")
        try:
            said = json.loads(body)
        except ValueError:
            self.faults.append("broken JSON")
            return _problem(400, "broken-json")
        credential = headers.get("Authorization", "")
        if path == "/v1/devices":
            return self._register(said, credential, headers.get("Idempotency-Key", ""))
        if path == "/v1/devices/me/refresh":
            return self._refresh(said)
        if path == "/v1/pings":
            return self._pings(said, credential, body)
        self.faults.append(f"no such door: {path}")
        return _problem(404, "not-found")

    def _register(self, said: dict[str, Any], credential: str, idempotency_key: str) -> Any:
        trouble, self.registrations = self.registering(self.registrations), self.registrations + 1
        if trouble == "busy":
            return _problem(503, "unavailable", {"Retry-After": "0"})
        if credential != f"Bearer {KEY}":
            return _problem(401, "unknown-key")
        if not idempotency_key:
            self.faults.append("a device created without Idempotency-Key")
        if not set(said) <= DEVICE_FIELDS or said.get("platform") not in {"ios", "android", "web"}:
            self.faults.append("a device that is none")
            return _problem(422, "invalid")
        device = self._by_key.get(idempotency_key)
        if device is None:
            number = len(self.devices)
            device = Device(f"d{number}", said, f"dt_{number}", f"rt_{number}")
            self._by_key[idempotency_key] = device
            self.devices.append(device)
        if trouble == "lost answer":
            return "hang up"
        names = {"device_id": device.device_id, "token": device.token, "refresh_token": device.refresh_token}
        return 201, {**names, "expires_at": "2030-01-01T00:00:00+00:00"}, {}

    def _refresh(self, said: dict[str, Any]) -> Any:
        self.refreshes += 1
        for device in self.devices:
            if said == {"refresh_token": device.refresh_token}:
                device.token, device.refresh_token = device.token + "'", device.refresh_token + "'"
                device.has_new_token = True
                return 200, {"token": device.token, "refresh_token": device.refresh_token}, {}
        return _problem(401, "unknown-refresh-token")

    def _pings(self, said: Any, credential: str, body: bytes) -> Any:
        trouble, self.ping_requests = self.trouble(self.ping_requests), self.ping_requests + 1
        if trouble == "lost request":
            return "hang up"
        device = next((each for each in self.devices if credential == f"Bearer {each.token}"), None)
        # A token that was just given is good for one answer; one that is revoked for none.
        if device is None or trouble == "revoked" or (trouble == "expired" and not device.has_new_token):
            if device is not None:
                device.token += "'"
            return _problem(401, "token-expired")
        device.requests.append(body)
        if trouble == "busy":
            return _problem(503, "unavailable", {"Retry-After": "0"})
        if trouble == "broken":
            return 502, b"<html>bad gateway</html>", {}
        if device.body.get("customer") in self.without_consent:
            return _problem(403, "no_location_consent")
        answer = self._kept(device, said)
        if trouble == "lost answer":
            return "hang up"
        if trouble == "slow":
            return "slow"
        device.has_new_token = False
        return answer

    def _kept(self, device: Device, said: Any) -> Any:
        pings = said if isinstance(said, list) else [said]
        if not 1 <= len(pings) <= 500:
            self.faults.append(f"a request of {len(pings)} pings")
            return _problem(413, "too-many-pings")
        refused = {number: why for number, ping in enumerate(pings) if (why := self._refusal(ping))}
        if refused and not isinstance(said, list):
            return _problem(422, refused[0])
        device.kept += [ping for n, ping in enumerate(pings) if n not in refused and ping not in device.kept]
        rejected = [{"index": number, "reason": why} for number, why in refused.items()]
        accepted = len(pings) - len(rejected)
        return 202, {"accepted": accepted, "rejected": rejected, "quiet_radius_m": 50.0, "watch_after_s": 300}, {}

    def _refusal(self, ping: dict[str, Any]) -> str | None:
        if not {"lat", "lon", "at"} <= set(ping) <= PING_FIELDS:
            self.faults.append("a ping with other fields than a ping has")
        if datetime.fromisoformat(ping["at"]).utcoffset() is None:
            self.faults.append("a time without an offset")
        if ping.get("speed_mps", 0) < 0 or ping.get("accuracy_m", 1) <= 0:
            self.faults.append("an unknown sent as a number")
        return "null_island" if (ping["lat"], ping["lon"]) == (0, 0) else None


def _problem(status: int, name: str, headers: dict[str, str] | None = None) -> Any:
    document = {"type": f"https://passerby.example/problems/{name}", "title": name, "status": status}
    return status, document, {"Content-Type": "application/problem+json", **(headers or {})}
