"""`Idempotency-Key`: a POST that is sent again gets the first one's answer, and makes nothing twice.

The answers lie in Redis for a day, sealed, because a device's registration holds its tokens.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request
from redis import Redis
from redis.exceptions import RedisError
from starlette.responses import Response

from offers.errors import Conflict, Fault
from web.bodies import json_answer
from web.problems import ProblemError

KEPT_S = 86_400
UNDER_WAY_S = 60
LONGEST_KEY = 255
_UNDER_WAY = b"."
_ERASED = b"-"


class _Whose(msgspec.Struct):
    """Whom an answer is about, where it says so."""

    customer: str | None = None
    device_id: str | None = None


class Repeats:
    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"passerby repeats").derive(secret)
        self._seal = AESGCM(self._key)

    def once(self, request: Request, body: Any, make: Callable[[], Any]) -> Response:
        """201 with what `make` makes; for a key that was used before, what it made then.

        A key belongs to its credential and address. With another body it is 422, while the first is under way 409
        with `Retry-After`: for a minute too after the process that had it was killed.
        """
        key = request.headers.get("idempotency-key")
        if key is None:
            return json_answer(make(), 201)
        if not 0 < len(key) <= LONGEST_KEY:
            fault = Fault("Idempotency-Key", f"must have 1 to {LONGEST_KEY} characters")
            raise ProblemError("bad_input", 422, "The Idempotency-Key can not be used.", [fault])
        name = "pb:repeat:" + _digest(request.headers.get("authorization", ""), request.url.path, key)
        wanted = _digest(body.model_dump_json()).encode()
        try:
            if not self._redis.set(name, _UNDER_WAY, nx=True, ex=UNDER_WAY_S):
                return self._again(name, wanted)
        except (RedisError, OSError):
            detail = "An Idempotency-Key can not be honoured at the moment."
            raise ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "2"}) from None
        try:
            made = msgspec.json.encode(make())
        except BaseException:  # whatever it was: the key may be used again
            self._forget(name)
            raise
        self._keep(name, wanted + made)
        self._remember_whose(name, made)
        return json_answer(msgspec.Raw(made), 201)

    def _again(self, name: str, wanted: bytes) -> Response:
        kept = self._redis.get(name)
        if kept is None or kept == _UNDER_WAY:
            detail = "The first request with this Idempotency-Key is still under way; try again."
            raise ProblemError("conflict", 409, detail, headers={"Retry-After": "2"})
        if kept == _ERASED:
            raise Conflict("What the first request with this Idempotency-Key made was erased.")
        try:
            plain = self._seal.decrypt(kept[:12], kept[12:], name.encode())
        except InvalidTag:
            raise Conflict("This Idempotency-Key was used under another secret key.") from None
        if plain[: len(wanted)] != wanted:
            fault = Fault("Idempotency-Key", "was used before with another body")
            raise ProblemError("bad_input", 422, "The Idempotency-Key belongs to another request.", [fault])
        return json_answer(msgspec.Raw(plain[len(wanted) :]), 201, {"idempotent-replayed": "true"})

    def _keep(self, name: str, plain: bytes) -> None:
        nonce = secrets.token_bytes(12)
        try:
            self._redis.set(name, nonce + self._seal.encrypt(nonce, plain, name.encode()), ex=KEPT_S)
        except (RedisError, OSError):
            return  # what was made stays made; a repeat within the minute is told 409

    def _remember_whose(self, name: str, made: bytes) -> None:
        try:
            whose = msgspec.json.decode(made, type=_Whose)
            for one in (whose.customer, whose.device_id):
                if one:
                    self._redis.sadd(self._answers_of(one), name)
                    self._redis.expire(self._answers_of(one), KEPT_S)
        except (RedisError, OSError, msgspec.ValidationError):
            return  # the answer goes by itself after a day

    def _answers_of(self, customer_or_device: str) -> str:
        return "pb:repeats:" + hmac.new(self._key, customer_or_device.encode(), hashlib.sha256).hexdigest()

    def erase(self, ids: Iterable[str]) -> None:
        """Forget the answers about these customers and devices; a repeat is told so, and makes nobody anew."""
        for one in ids:
            for name in self._redis.smembers(self._answers_of(one)):
                self._redis.set(name, _ERASED, xx=True, keepttl=True)
            self._redis.delete(self._answers_of(one))

    def _forget(self, name: str) -> None:
        try:
            self._redis.delete(name)
        except (RedisError, OSError):
            return  # it goes by itself after UNDER_WAY_S


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
