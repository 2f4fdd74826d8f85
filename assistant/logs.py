"""Logs as JSON lines that hold no personal data.

A line has a moment, a level, the process, an event word and fields. What a citizen
wrote never belongs into one; should it get there all the same, every text is
masked on its way out. An exception is told by its kind and where it was raised:
its words may be the citizen's own. Of other libraries' lines only logger, place and
level are kept, because Rasa's repeat the message; the web server's are our own
machine's words and are kept, masked.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from assistant.privacy import mask

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# Loggers whose words are kept.
_TRUSTED = ("assistant", "actions", "uvicorn")
_MAX_CHARS = 500
_MAX_FRAMES = 12


def fields(**values: Any) -> dict[str, dict[str, Any]]:
    """Return fields for the `extra` of a log call."""
    return {"fields": values}


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; see parent class."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": record.process,
        }
        if record.name.split(".")[0] in _TRUSTED:
            line["event"] = _safe(record.getMessage())
            given: dict[str, Any] = getattr(record, "fields", {})
            line |= {name: _safe(value) for name, value in given.items()}
        else:
            line["event"] = "library"
            line["place"] = f"{record.module}:{record.lineno}"
        line["logger"] = record.name
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def configure_logs(process: str, level: str, stream: TextIO | None = None) -> None:
    """Send all records of this process to a stream (standard error) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("assistant", "actions"):
        logging.getLogger(name).setLevel(level)


def _safe(value: Any) -> Any:
    """Return a value that may stand in a log: numbers as they are, texts masked and cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_safe(item) for item in value]
    text = mask(str(value))
    return text if len(text) <= _MAX_CHARS else text[:_MAX_CHARS] + "…"


def _places(trace: TracebackType | None) -> list[str]:
    """Return where an exception came through, innermost last: file, line, function."""
    frames = traceback.extract_tb(trace)[-_MAX_FRAMES:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
