"""Structured logs: one JSON object a line on stderr, and only fields that are on the list.

A position, a token or a phone number can not get into a log by somebody adding a keyword: unlisted fields are left out and named.
An exception is told by its type and where it happened, never by its message, which may quote what it choked on.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

FIELDS = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "logger",
        "pid",
        "exception",
        "lane",
        "lanes",
        "entries",
        "pings",
        "devices",
        "crossings",
        "deliveries",
        "decisions",
        "reason",
        "error",
        "task",
        "delivery_id",
        "campaign_id",
        "outcome",
        "status",
        "method",
        "route",
        "duration_ms",
        "version",
        "count",
        "attempts",
        "part",
        "port",
        "role",
        "child",
        "exit_code",
        "signal",
        "name",
        "seconds",
        "failpoint",
        "kind",
        "shop",
        "shop_event",
    ]
)
FRAMES = 6
LIBRARIES = ("celery", "kombu", "amqp", "uvicorn", "httpx", "alembic", "sqlalchemy", "asyncio", "billiard")
WAYS_OUT = ("firebase_admin", "google", "h2", "hpack", "httpcore", "requests", "urllib3")
"""Below WARNING these say headers and addresses, an access token and where a browser is reached among them."""

Fields = MutableMapping[str, Any]


def only_listed(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Leave out what is not on the list, and say which names were."""
    unlisted = sorted(name for name in fields if name not in FIELDS and not name.startswith("_"))
    for name in unlisted:
        del fields[name]
    if unlisted:
        fields["name"] = f"left out: {', '.join(unlisted)}"
    return fields


def without_messages(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Turn an exception into its type and its last frames."""
    info = fields.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        path = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        fields["exception"] = f"{type(error).__name__} at {path}"
    return fields


def plain_words(_logger: Any, _method: str, fields: Fields) -> Fields:
    """A library's line that says an exception's message, as Celery's does of a failed task, says the template of it instead."""
    record = fields.get("_record")
    if record is not None and record.exc_info:
        fields["event"] = str(record.msg)[:200]
    return fields


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Set up this process's logs, the libraries' included, on stderr or another stream. Libraries are heard from WARNING on."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_messages,
    ]
    structlog.configure(
        processors=[*shared, only_listed, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[plain_words, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in (*LIBRARIES, *WAYS_OUT):
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
