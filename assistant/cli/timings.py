"""Spans measured one by one, and what is said of them."""

from __future__ import annotations

import resource
from collections.abc import Sequence


def percentile_ms(seconds: Sequence[float], share: float) -> float:
    """Return a percentile in milliseconds; `share` 0.5 is the median. Needs one span at least."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def in_words(seconds: Sequence[float]) -> str:
    """Return `p50 4.1 ms, p95 6.0 ms, n 200`."""
    p50, p95 = percentile_ms(seconds, 0.5), percentile_ms(seconds, 0.95)
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, n {len(seconds)}"


def peak_memory_mb() -> float:
    """Return the most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
