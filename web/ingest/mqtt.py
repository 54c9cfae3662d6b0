"""OwnTracks over MQTT: what phones publish goes into the lanes, and only then is acknowledged to the broker.

One listener to an installation, under a client id that stays: the broker keeps its subscription, and what comes while it is away.
Not acknowledged means that the broker sends it again when we are back; a ping is known by its time, so that twice does no harm.
While Redis is away nothing is acknowledged, and a broker sends no more than its own limit ahead of that (Mosquitto: 20 messages).

Who sends is told by the token in the topic and by nothing else. The client of paho lives in a thread of its own; here everything
happens on the event loop.
"""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from web.bodies import MOST_BYTES
from web.ingest import owntracks
from web.ingest.intake import Intake, Records, Taken
from web.ingest.mqtt_broker import Broker
from web.ingest.watching import Watching
from web.parts import Parts
from web.tokens import DeviceClaim, TokenError
from workers.lanes import LanesUnavailableError

CLIENT = "owntracks_mqtt"
"""In the counts."""
KEEPALIVE_S = 30
RECONNECT_S = (1, 60)
"""The pause before the first try and the longest; paho doubles it."""
AGAIN_S = (0.5, 1.0, 2.0, 5.0)
"""Pauses while the lanes take nothing; the last one stays."""
MOST_WAITING = 5_000
"""Messages without a receipt (QoS 0) that wait for the lanes. Those with one are as many as the broker sends without an answer."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Message:
    """`connection` counts them: an acknowledgement is for the one that the message came by, and for no later one."""

    topic: str
    payload: bytes
    qos: int
    retained: bool
    mid: int
    connection: int


class Listener:
    """`counts` is what became of messages since somebody last took it; `connected` whether the broker lets us listen right now."""

    def __init__(self, parts: Parts, intake: Intake, watching: Watching, broker: Broker, client_id: str) -> None:
        self._parts, self._intake, self._watching, self._broker = parts, intake, watching, broker
        self._loop = asyncio.get_running_loop()
        self.counts: Counter[str] = Counter()
        self.connected = False
        self._ending = asyncio.Event()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._at_work: set[asyncio.Task[None]] = set()
        self._connection = 0
        self._connection_lock = threading.Lock()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=False, manual_ack=True, reconnect_on_failure=True
        )
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            self._client.tls_set()
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and stay connected, in paho's thread; a broker that is not there yet is tried again and again."""
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    async def close(self) -> None:
        """Finish what the lanes can take now, leave the rest unacknowledged, and go. The broker keeps the session."""
        self._ending.set()
        while self._at_work:
            await asyncio.gather(*self._at_work, return_exceptions=True)
        await asyncio.to_thread(self._client.disconnect)
        await asyncio.to_thread(self._client.loop_stop)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        if code.is_failure:
            log.error("mqtt_refused", reason=str(code))
            return
        client.subscribe([(one, 1) for one in self._broker.filters])

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: list[ReasonCode], _properties: Any) -> None:
        self.connected = not any(code.is_failure for code in codes)
        if self.connected:
            log.info("mqtt_listening")
        else:
            log.error("mqtt_refused", reason="the broker does not let us subscribe")

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        with self._connection_lock:
            self._connection += 1
        self.connected = False
        log.warning("mqtt_disconnected", reason=str(code))

    def _on_message(self, _client: Any, _data: Any, sent: paho.MQTTMessage) -> None:
        try:
            topic = sent.topic
        except UnicodeDecodeError:
            topic = ""
        message = Message(topic, bytes(sent.payload), sent.qos, sent.retain, sent.mid, self._connection)
        self._loop.call_soon_threadsafe(self._take, message)

    def _take(self, message: Message) -> None:
        """Each device's messages one after the other, different devices' at the same time."""
        if self._ending.is_set():
            return
        claim = self._claim_of(message)
        if isinstance(claim, str):
            self._done(message, claim)
            return
        if message.qos == 0 and len(self._at_work) >= MOST_WAITING:
            self.counts["overrun"] += 1
            return
        before = self._last.get(claim.device_id)
        task = self._loop.create_task(self._work(message, claim, before))
        self._last[claim.device_id] = task
        self._at_work.add(task)

        def over(_done: asyncio.Task[None]) -> None:
            self._at_work.discard(task)
            if self._last.get(claim.device_id) is task:
                del self._last[claim.device_id]

        task.add_done_callback(over)

    def _claim_of(self, message: Message) -> DeviceClaim | str:
        """Whose it is, or why it is dropped. Retained messages come anew with each subscription, of phones that have gone on since."""
        if message.retained:
            return "retained"
        token = self._broker.token_of(message.topic)
        if token in ("bad_topic", "bad_token"):
            return token
        try:
            claim = self._parts.tokens.read(token, now=self._parts.clock())
        except TokenError:
            return "bad_token"
        return claim if claim.positions_only else "full_token"

    async def _work(self, message: Message, claim: DeviceClaim, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            taken = await self._into_lane(message, claim)
        except Exception:  # a fault of ours: left unacknowledged, some twenty such messages would shut everybody out
            log.exception("mqtt_message_failed")
            self._done(message, "failed")
            return
        if taken is None:
            return
        outcome, answer = taken
        self._done(message, outcome)
        if answer.newest is not None:
            await self._tell(message, claim, answer)

    async def _into_lane(self, message: Message, claim: DeviceClaim) -> tuple[str, Taken] | None:
        """What became of it; none when we end before the lanes could take it."""
        for again in range(10**9):
            records = _records_of(message, self._parts.clock())
            useful = bool(records.pings or records.transitions)
            try:
                taken = await self._intake.take(CLIENT, claim.device_id, records)
            except LanesUnavailableError:
                try:
                    await asyncio.wait_for(self._ending.wait(), AGAIN_S[min(again, len(AGAIN_S) - 1)])
                except TimeoutError:
                    continue
                return None
            if taken.refused is not None:
                return taken.refused, taken
            return ("taken" if useful else next(iter(records.unusable), "empty")), taken
        raise AssertionError

    def _done(self, message: Message, outcome: str) -> None:
        self.counts[outcome] += 1
        with self._connection_lock:
            if message.qos > 0 and message.connection == self._connection:
                self._client.ack(message.mid, message.qos)

    async def _tell(self, message: Message, claim: DeviceClaim, taken: Taken) -> None:
        """The geofences to watch, on the same terms as the answer over HTTP. One that is lost is told again within the hour."""
        watch = await self._watching.news(claim.device_id, taken.newest, self._parts.clock(), claim.platform)
        if watch is not None:
            self._client.publish(self._broker.commands_of(message.topic), owntracks.command(watch), qos=1)


def _records_of(message: Message, now: float) -> Records:
    if len(message.payload) > MOST_BYTES:
        return Records(now).drop("too_large")
    return owntracks.read(message.payload, now)
