"""What /metrics shows: requests of this server, and jobs and their cost over all workers, from the database."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorfast.service.jobs import Queue

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 60.0)


class Requests:
    """Counts requests by route and status, around the whole app."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._count = Counter(
            "colorfast_requests", "Requests answered", ("route", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "colorfast_request_seconds", "Seconds to answer", ("route",), registry=registry, buckets=SECONDS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(
                scope.get("route"), "path", "none"
            )  # never the path itself: there are endless many
            self._count.labels(route, scope["method"], str(status)).inc()
            self._seconds.labels(route).observe(time.perf_counter() - started)


class Jobs(Collector):
    """Jobs and cost, read from the database when they are asked for."""

    def __init__(self, queue: Queue, price_per_cpu_hour: float) -> None:
        self._queue, self._price = queue, price_per_cpu_hour

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as they stand now."""
        jobs = CounterMetricFamily("colorfast_jobs", "Jobs finished, by verdict", labels=["verdict"])
        seconds = CounterMetricFamily(
            "colorfast_cpu_seconds", "CPU seconds spent, by verdict", labels=["verdict"]
        )
        costs = self._queue.tables.costs()
        for cost in costs:
            jobs.add_metric([cost.verdict], cost.jobs)
            seconds.add_metric([cost.verdict], cost.cpu_seconds)
        yield jobs
        yield seconds
        yield GaugeMetricFamily(
            "colorfast_jobs_unfinished", "Jobs that wait or run", self._queue.unfinished()
        )
        done = sum(cost.jobs for cost in costs)
        if self._price and done:
            spent = sum(cost.cpu_seconds for cost in costs) / 3600 * self._price
            yield GaugeMetricFamily("colorfast_price_per_picture", "Mean price of a picture", spent / done)
