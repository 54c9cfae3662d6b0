"""A worker that hears its queues, and notices when it does not.

When Redis is away at the moment a task ends, Celery logs that it could not acknowledge and goes on. The message still counts against
what the worker may hold; with one message a process it soon holds all it may, asks for no more, and so never meets the broken
connection either: it lives and is deaf. Whatever the cause, this looks at the outcome: messages wait, and none comes here.
"""

from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state

LISTEN_EVERY_S = 5.0
DEAF_IDLE = 2
"""Looks in a row at which nothing is worked here, nothing has come, and messages wait."""
DEAF_BUSY = 16
"""The same while something seems to be worked: longer than any task may take (60 s)."""

log = structlog.get_logger()


class DeafError(ConnectionError):
    """Celery takes it for a lost connection: it lets go of what it held, connects anew and goes on."""


class Ears(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """A step of Celery's consumer: begun with each connection, ended with it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None
        self._received = self._waited = self._silent = 0

    def start(self, consumer: Any) -> None:
        self._received, self._waited, self._silent = state.all_total_count[0], 0, 0
        self._timer = consumer.timer.call_repeatedly(LISTEN_EVERY_S, self.listen, (consumer,))

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - the shape that Celery calls
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def listen(self, consumer: Any) -> None:
        """Raises DeafError, or what the broker's client raises when it does not answer either."""
        received, waiting = state.all_total_count[0], _waiting(consumer)
        # rings that are too old are thrown away uncounted: then the queues grow shorter
        heard = received != self._received or waiting < self._waited
        self._received, self._waited = received, waiting
        self._silent = self._silent + 1 if waiting and not heard else 0
        if self._silent >= (DEAF_BUSY if state.reserved_requests else DEAF_IDLE):
            log.error("worker_was_deaf", seconds=self._silent * LISTEN_EVERY_S)
            raise DeafError("messages wait, and none comes here")


def _waiting(consumer: Any) -> int:
    """How many messages its queues hold. Declared, not asked for passively: kombu looks for a passive queue without the key's prefix."""
    channel = consumer.connection.default_channel
    return sum(queue(channel).queue_declare().message_count for queue in consumer.task_consumer.queues)
