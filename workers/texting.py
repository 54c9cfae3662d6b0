"""The real sides of offers/texting.py: an outbox in Redis, and a gateway of the shop's choice. The one place where text messages leave.

Neither a number nor a text is logged, and no task carries one: a task has the id of the code's row.
"""

import json
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from redis import Redis
from redis.exceptions import RedisError

from offers import recognising
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.hook_signatures import read_webhook_secret, sign
from offers.settings import Settings
from offers.texting import TextMessage, Texts, TextsAway
from workers.traces import TEXTS

KEPT, KEPT_S = 100, 900
"""Text messages in the outbox, and for how long."""
PATIENCE_S = 8.0
RECOGNITIONS_KEPT = timedelta(days=1)

log = structlog.get_logger()


class OutboxTexts:
    """Sends nothing: keeps each message where demo and tests see it, the newest first."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    def send(self, message: TextMessage) -> None:
        written = json.dumps({"id": message.text_id, "to": message.to, "text": message.text})
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.lrem(TEXTS, 0, written)
                pipeline.lpush(TEXTS, written)
                pipeline.ltrim(TEXTS, 0, KEPT - 1)
                pipeline.expire(TEXTS, KEPT_S)
                pipeline.execute()
        except (RedisError, OSError) as error:
            raise TextsAway(type(error).__name__) from None


def kept_texts(redis: Redis) -> list[dict[str, str]]:
    """What lies in the outbox, the newest first."""
    client: Any = redis
    return [json.loads(one) for one in client.lrange(TEXTS, 0, -1)]


class GatewayTexts:
    """Posts `{id, to, text}` with the headers of Standard Webhooks; any 2xx is taken as sent."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._key = read_webhook_secret(secret)

    def send(self, message: TextMessage) -> None:
        said = {"id": message.text_id, "to": message.to, "text": message.text}
        body, at = json.dumps(said, ensure_ascii=False).encode(), int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "passerby",
            "webhook-id": message.text_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(self._key, message.text_id, at, body),
        }
        try:
            with (
                httpx.Client(timeout=PATIENCE_S, follow_redirects=False) as client,
                client.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                status = answer.status_code  # what it says beside is not read: it may repeat the text
        except (httpx.HTTPError, OSError) as error:
            raise TextsAway(type(error).__name__) from None
        if not 200 <= status < 300:
            raise TextsAway(str(status))


def open_texts(settings: Settings, redis: Redis) -> Texts | None:
    """The way out that the settings name; none where nobody is recognised by phone. `Misconfigured` where it could never work."""
    gateway = settings.sms_gateway()
    if settings.sms == "none":
        return None
    return GatewayTexts(*gateway) if gateway else OutboxTexts(redis)


class Texting:
    """Sends the text of a code, with no session open meanwhile."""

    def __init__(self, database: Database, texts: Texts | None, keys: CodeKeys, base_url: str) -> None:
        self._database = database
        self._texts = texts
        self._keys = keys
        self._host = urlsplit(base_url).hostname or ""

    def send(self, code_id: str, now: datetime) -> bool:
        """Whether it left now. A text that may have left is sent again under the same id, by which the gateway knows it."""
        if self._texts is None:
            return False
        with self._database.reading() as session:
            message = recognising.text_to_send(session, code_id, keys=self._keys, host=self._host, now=now)
        if message is None:
            return False
        try:
            self._texts.send(message)
            sent = True
        except TextsAway as error:
            log.warning("text_not_taken", reason=str(error))
            sent = False
        with self._database.transaction() as session:
            recognising.note_text(session, code_id, sent=sent, now=now)
        return sent


def look_at_texts(database: Database, now: datetime) -> list[str]:
    """Codes to ring for: nobody has taken their text, and their customers still wait."""
    with database.reading() as session:
        return recognising.unsent_texts(session, now=now)


def purge_recognitions(database: Database, now: datetime) -> int:
    """Remove codes and links that have been over for a day; how many."""
    with database.transaction() as session:
        return recognising.purge_recognitions(session, before=now - RECOGNITIONS_KEPT)
