"""Traces by OpenTelemetry: a span for each request, each job and each stage of it; needs the extra `telemetry`.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT says where spans go. A request's trace travels to the worker in the job, as
the `traceparent` of W3C Trace Context. Spans hold method, route, status and the job's id; never a URL or a key.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorfast.service.house import TRACE
from colorfast.service.jobs import Doing
from colorfast.service.work import Outcome

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
QUIET = ("/healthz", "/readyz", "/metrics")  # asked for every few seconds: they would bury the rest

log = logging.getLogger("colorfast.service")


class Tracing:
    """Makes the spans of a service."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("colorfast")
        self._context = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, kind: str, parent: str | None) -> Iterator[Span]:
        """Make a span around the body, and let the jobs that are put in there belong to it.

        kind     of OpenTelemetry: server, consumer
        parent   a traceparent; None begins a trace
        """
        from opentelemetry.trace import SpanKind, set_span_in_context

        with self._tracer.start_as_current_span(
            name, self._above(parent), SpanKind[kind.upper()], record_exception=False
        ) as span:
            carrier: dict[str, str] = {}
            self._context.inject(carrier, set_span_in_context(span))
            before = TRACE.set(carrier.get("traceparent"))
            try:
                yield span
            finally:
                TRACE.reset(before)

    def stages(self, timings_ms: Mapping[str, float], began: float) -> None:
        """Add the stages of a job to the span around; they follow each other.

        began   seconds since 1970
        """
        at = int(began * 1e9)
        for name, milliseconds in timings_ms.items():
            span = self._tracer.start_span(name, start_time=at)
            at += int(milliseconds * 1e6)
            span.end(at)

    def close(self) -> None:
        """Send what has not been sent."""
        self._provider.shutdown()

    def _above(self, parent: str | None) -> Context | None:
        return self._context.extract({"traceparent": parent}) if parent else None


class Traced:
    """Makes a span of each request, around the whole app."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app, self._tracing = app, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI does."""
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self._app(scope, receive, send)
            return
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        with self._tracing.span(scope["method"], "server", parent) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.request.method": scope["method"], "http.route": route})


def traced(doing: Doing, tracing: Tracing | None) -> Doing:
    """Return what does a job, with a span for it in the trace of its request, and one for each stage."""
    if tracing is None:
        return doing

    def do(job: Mapping[str, Any], cancelled: Callable[[], bool]) -> Outcome:
        with tracing.span("job", "consumer", job.get("trace")) as span:
            outcome = doing(job, cancelled)
            if "row" in outcome:
                span.set_attribute("colorfast.verdict", outcome["row"]["verdict"])
                tracing.stages(outcome["row"]["timings_ms"], time.time() - outcome["milliseconds"] / 1000)
            else:
                span.set_attribute("error.type", outcome["error"]["code"])
            return outcome

    return do


@contextmanager
def telemetry(environ: Mapping[str, str] = os.environ) -> Iterator[Tracing | None]:
    """Return what makes spans during the body; None unless the environment says where they go."""
    tracing = _tracing(environ) if any(environ.get(name) for name in ENDPOINTS) else None
    try:
        yield tracing
    finally:
        if tracing is not None:
            tracing.close()


def _tracing(environ: Mapping[str, str]) -> Tracing | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        log.warning("no traces are sent: pip install 'colorfast[telemetry]'")
        return None
    name = environ.get("OTEL_SERVICE_NAME") or "colorfast"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
