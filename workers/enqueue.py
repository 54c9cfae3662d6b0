"""The doorbell: task and queue names, and the ring. Celery carries ids only; what must not be lost lies in a lane or in SQL.

A ring may be lost or come twice. Beat looks each second for what waits without one.
"""

from collections.abc import Sequence

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

LANES = "lanes"
DELIVERIES = "deliveries"
SWEEPS = "sweeps"
QUEUES = (LANES, DELIVERIES, SWEEPS)
"""Each says what waits in it; a worker takes all three."""

MATCH = "passerby.match"
DELIVER = "passerby.deliver"
DECIDE_DEFERRED = "passerby.decide_deferred"
DECIDE_ABANDONED = "passerby.decide_abandoned"
TEXT = "passerby.text"
SHOP_EVENTS = "passerby.shop_events"
TRY_PUSH = "passerby.try_push"

log = structlog.get_logger()


def new_celery(broker: str) -> Celery:
    """A Celery application with this project's settings and no tasks: enough to ring. Why each value: docs/operations.md."""
    app = Celery("passerby", broker=broker, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_default_queue=SWEEPS,
        task_create_missing_queues=True,
        task_time_limit=60,
        task_soft_time_limit=45,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_soft_shutdown_timeout=10,
        worker_max_tasks_per_child=5000,
        worker_proc_alive_timeout=60,
        broker_connection_retry_on_startup=True,
        broker_pool_limit=4,
        broker_transport_options={
            "global_keyprefix": "pb:celery:",
            "visibility_timeout": 300,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        task_publish_retry=False,
    )
    return app


class Doorbell:
    """Rings workers. A ring that fails is logged and left to beat; it never fails the caller."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def match(self, lanes: Sequence[int]) -> None:
        for lane in lanes:
            self._ring(MATCH, [lane], LANES)

    def deliver(self, delivery_ids: Sequence[str]) -> None:
        """Something waits. Who hears it sends whatever is due, in its turn; these ids only say how much there is to ring for."""
        for start in range(0, len(delivery_ids), 100):
            self._ring(DELIVER, [list(delivery_ids[start : start + 100])], DELIVERIES)

    def decide_deferred(self, deferral_ids: Sequence[str]) -> None:
        for start in range(0, len(deferral_ids), 200):
            self._ring(DECIDE_DEFERRED, [list(deferral_ids[start : start + 200])], DELIVERIES)

    def decide_abandoned(self, scan_ids: Sequence[str]) -> None:
        for start in range(0, len(scan_ids), 200):
            self._ring(DECIDE_ABANDONED, [list(scan_ids[start : start + 200])], DELIVERIES)

    def text(self, code_ids: Sequence[str]) -> None:
        """Codes whose text messages wait, by the ids of their rows: no number and no code."""
        for one in code_ids:
            self._ring(TEXT, [one], DELIVERIES)

    def shop_events(self, event_ids: Sequence[str]) -> None:
        """Events of web shops that wait for a lookup."""
        for start in range(0, len(event_ids), 20):
            self._ring(SHOP_EVENTS, [list(event_ids[start : start + 20])], DELIVERIES)

    def try_push(self, trial_id: str) -> None:
        """Somebody waits to hear whether a push service takes our credentials: see trials.py."""
        self._ring(TRY_PUSH, [trial_id], DELIVERIES)

    def _ring(self, task: str, args: list[object], queue: str) -> None:
        try:
            self._app.send_task(task, args=args, queue=queue, argsrepr="-", kwargsrepr="-", ignore_result=True)
        except (OperationalError, OSError) as error:
            log.warning("ring_failed", task=task, error=type(error).__name__)
