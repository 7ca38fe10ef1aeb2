"""Figures of a running server, as Prometheus reads them; no word of a question is among them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import Scope

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


class Metrics:
    """The figures of one server.

    >>> metrics = Metrics()
    >>> metrics.answered(abstained=True)
    >>> b'footnote_answers_total{outcome="abstained"} 1.0' in metrics.text()
    True
    """

    def __init__(self) -> None:
        # Of its own: two servers of one process, as in tests, do not count for each other.
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "footnote_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "footnote_request_seconds",
            "Seconds until a request was answered to its end.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "footnote_answers",
            "Answers by what came out.",
            ("outcome",),
            registry=self._registry,
        )

    def watch(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Tell a figure that changes by itself."""
        Gauge(f"footnote_{name}", what, registry=self._registry).set_function(value)

    @contextmanager
    def request(self, scope: Scope) -> Iterator[Callable[[int], None]]:
        """Count a request; what is yielded is told its status."""
        status, began = 499, time.monotonic()  # of a request whose client left, as nginx has it

        def answered(told: int) -> None:
            nonlocal status
            status = told

        try:
            yield answered
        finally:
            # The pattern, not the path: ids would make a series each.
            route = getattr(scope.get("route"), "path", "none")
            self._requests.labels(route, _method(scope), str(status)).inc()
            self._seconds.labels(route).observe(time.monotonic() - began)

    def answered(self, *, abstained: bool) -> None:
        """Count an answer."""
        self._answers.labels("abstained" if abstained else "answered").inc()

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _method(scope: Scope) -> str:
    """The method of a request; a made-up one is 'other', lest each make a series."""
    method = str(scope["method"])
    return method if method in _METHODS else "other"
