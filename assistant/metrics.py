"""What a gateway counts, in one registry of its own, for Prometheus.

No label ever holds what a citizen wrote: only route names, status codes and
outcome words.
"""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# An answer is waited for 4 s; most come within a tenth of that.
_WAIT_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class GatewayMetrics:
    """The gateway's counters; every instance has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wenban_http_requests_total",
            "HTTP requests by route and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.messages = Counter(
            "wenban_messages_total",
            "Messages by outcome: answered, pending, refused, not_stored",
            ["outcome"],
            registry=self.registry,
        )
        self.alarms = Counter(
            "wenban_danger_alarms_total",
            "Messages that told of danger, by kind",
            ["kind"],
            registry=self.registry,
        )
        self.wait_seconds = Histogram(
            "wenban_reply_wait_seconds",
            "Seconds from acceptance to the reply, for replies within the wait",
            buckets=_WAIT_BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge("wenban_event_streams", "Open event streams", registry=self.registry)
        self.worker_ready = Gauge(
            "wenban_worker_ready", "1 while a worker is ready", registry=self.registry
        )

        self.answering = Gauge(
            "wenban_answering", "1 unless answers are switched off", registry=self.registry
        )
        self.totals = _totals(self.registry)

    def show_totals(self, totals: Mapping[tuple[str, str], int]) -> None:
        """Take over the counts of the database, by name and label; other names are left out."""
        for gauge in self.totals.values():
            gauge.clear()
        for (name, label), value in totals.items():
            if name in self.totals:
                self.totals[name].labels(label).set(value)

    def exposition(self) -> bytes:
        """Return all values in Prometheus' text format, UTF-8."""
        return generate_latest(self.registry)


def _totals(registry: CollectorRegistry) -> dict[str, Gauge]:
    """Return the gauges of what the database has counted, by the count's name.

    These are of all processes together and survive restarts.
    """
    rows = {
        "turns": ("wenban_turns_stored", "Turns stored so far, by status", "status"),
        "turn_seconds": (
            "wenban_turns_stored_within",
            "Turns stored so far, by the least bound in seconds that they kept",
            "le",
        ),
        "danger": ("wenban_danger_stored", "Alarms stored so far, by kind", "kind"),
    }
    return {
        name: Gauge(metric, meaning, [label], registry=registry)
        for name, (metric, meaning, label) in rows.items()
    }
