"""Nothing that nobody listed gets into a log, and an exception's message never does."""

import json
import logging

import pytest
import structlog

from workers.logs import configure_logging


def test_an_unlisted_field_is_left_out_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    structlog.get_logger().info("pinged", lane=3, lat=52.3702516)
    line = json.loads(capsys.readouterr().err)
    assert line["lane"] == 3
    assert line["name"] == "left out: lat"
    assert "52.37" not in str(line)


def test_an_exception_is_told_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    try:
        float("lat 52.3702516 is wrong")
    except ValueError:
        structlog.get_logger().exception("failed")
    text = capsys.readouterr().err
    assert "ValueError at test_logs.py" in text
    assert "52.37" not in text


def test_a_librarys_failure_is_told_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    try:
        int("+31612345678 x")
    except ValueError as error:
        logging.getLogger("celery.app.trace").exception("Task %s: %r", "match", error)  # noqa: TRY401 - as Celery does
    text = capsys.readouterr().err
    assert "Task %s" in text
    assert "+316" not in text
