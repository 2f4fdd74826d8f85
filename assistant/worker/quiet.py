"""What has to be said before Rasa is imported, so that it neither phones home nor talks.

Imports nothing heavy: SQLAlchemy and TensorFlow read these variables when they are
imported, so the processes call this first.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from typing import Any

# Rasa phones home, and TensorFlow and SQLAlchemy talk at every start, unless told not to.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Not talk but noise all the same: OpenBLAS's waiting threads spin against those of
    # ONNX Runtime. A question took 10 to 14 ms with them and 7 without (docs/evaluation.md).
    "OPENBLAS_NUM_THREADS": "1",
}


def quiet_environment() -> None:
    """Set what has to be set before Rasa is imported.

    Rasa logs every message in full through structlog, to stdout and at debug level
    unless told otherwise: citizens' words would stand in the log.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Deprecations within the packages that Rasa pins: nobody can act on them. The filter
    # alone does not hold: sanic, urllib3 and Rasa add filters of their own when imported.
    warnings.simplefilter("ignore")
    warnings.showwarning = _unshown


def _unshown(*_args: Any, **_kwargs: Any) -> None:
    """Stand in for `warnings.showwarning` and show nothing."""
