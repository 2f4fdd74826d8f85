"""Log lines are JSON and hold nothing of a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.logs import JsonLines, configure_logs, fields


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """A stream that all records of this process go to while the test runs."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = (root.handlers[:], root.level, logging.getLogger("assistant").level)
    configure_logs("test", "INFO", stream)
    yield stream
    root.handlers[:], root.level = kept[0], kept[1]
    logging.getLogger("assistant").setLevel(kept[2])


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_has_event_fields_and_process(lines: io.StringIO) -> None:
    """One line a record, with a moment in UTC."""
    logging.getLogger("assistant.x").info("turn_done", extra=fields(message="m-1", elapsed_ms=3.5))
    (line,) = told(lines)
    assert ("turn_done", "m-1", 3.5) == (line["event"], line["message"], line["elapsed_ms"])
    assert ("info", "test", "assistant.x") == (line["level"], line["process"], line["logger"])
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize(
    "value",
    ["电话13812345678", ["电话 138 1234 5678"], "证件11010519491231002X", "邮箱 zhang@example.com"],
    ids=str,
)
def test_personal_data_is_masked_in_every_field(lines: io.StringIO, value: Any) -> None:
    """Should words of a citizen get into a field, numbers do not leave the process."""
    logging.getLogger("assistant.x").warning("x", extra=fields(reason=value))
    text = lines.getvalue()
    for part in ("13812345678", "138 1234 5678", "11010519491231002X", "zhang@"):
        assert part not in text


def test_an_exception_is_told_by_kind_and_place_only(lines: io.StringIO) -> None:
    """Its words may be the citizen's own."""
    try:
        raise ValueError("我叫王小明")
    except ValueError:
        logging.getLogger("assistant.x").exception("request_failed")
    (line,) = told(lines)
    assert "ValueError" == line["error"]
    assert line["trace"][-1].startswith("test_logs.py:")
    assert "王小明" not in lines.getvalue()


def test_a_librarys_words_are_not_kept(lines: io.StringIO) -> None:
    """Rasa repeats the message; its place is enough to find what is wrong."""
    logging.getLogger("rasa.core.processor").error("Received user message '%s'", "我叫王小明")
    (line,) = told(lines)
    assert "library" == line["event"]
    assert line["place"].startswith("test_logs:")
    assert "王小明" not in lines.getvalue()


def test_the_web_servers_words_are_kept(lines: io.StringIO) -> None:
    """An operator must read why a port cannot be bound."""
    logging.getLogger("uvicorn.error").error("[Errno 98] address already in use")
    assert "[Errno 98] address already in use" == told(lines)[0]["event"]


def test_a_long_text_is_cut() -> None:
    """A log is no store."""
    record = logging.LogRecord("assistant.x", logging.INFO, "f", 1, "长" * 2000, None, None)
    assert 501 == len(json.loads(JsonLines("test").format(record))["event"])


def test_a_level_below_the_asked_one_is_silent(lines: io.StringIO) -> None:
    """DEBUG says more only when it is asked for."""
    logging.getLogger("assistant.x").debug("detail")
    assert [] == told(lines)
