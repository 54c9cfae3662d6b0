"""Every task goes to a queue that a worker takes, and everything that beat or a door rings for is a task."""

from pathlib import Path

from commands import roles
from offers.settings import Settings
from workers import beat, enqueue
from workers.app import create_worker_app

HOUSE = Path(__file__).parents[2]


def settings() -> Settings:
    return Settings(redis_url="redis://127.0.0.1:1/0", secret_key="x" * 40, database_url="sqlite://")


def test_the_worker_takes_every_queue() -> None:
    """`passerby worker` names the queues from the same tuple that doors and beat ring with."""
    assert "queues=list(QUEUES)" in Path(roles.__file__).read_text()
    assert set(enqueue.QUEUES) == {enqueue.LANES, enqueue.DELIVERIES, enqueue.SWEEPS}


def test_every_ring_is_answered_by_a_task() -> None:
    app = create_worker_app(settings())
    rung = {
        enqueue.MATCH,
        enqueue.DELIVER,
        enqueue.DECIDE_DEFERRED,
        enqueue.DECIDE_ABANDONED,
        enqueue.TEXT,
        enqueue.SHOP_EVENTS,
        enqueue.TRY_PUSH,
        *(entry["task"] for entry in app.conf.beat_schedule.values()),
    }
    ours = {name for name in app.tasks if name.startswith("passerby.")}
    assert rung == ours


def test_beat_rings_into_a_queue_that_is_taken() -> None:
    for entry in beat.schedule().values():
        assert entry["options"]["queue"] in enqueue.QUEUES
        assert entry["options"]["expires"] >= entry["schedule"]


def test_celery_keeps_its_promises() -> None:
    """The settings that the measured faults ask for."""
    conf = create_worker_app(settings()).conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.task_ignore_result
    assert conf.worker_prefetch_multiplier == 1
    assert conf.worker_proc_alive_timeout == 60
    assert conf.accept_content == ["json"]
    assert conf.broker_transport_options["visibility_timeout"] == 300
    assert conf.broker_transport_options["socket_timeout"] == 10
