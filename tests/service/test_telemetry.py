"""Spans of requests, jobs and stages, collected in memory."""

from __future__ import annotations

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from colorfast.service.telemetry import Tracing, telemetry, traced

COLOR = "/api/v1/correct-color"
ROW = {"verdict": "pass", "timings_ms": {"read": 10.0, "correct": 30.0}}
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Tracing(provider)


@pytest.fixture
def client(open_door, tmp_path, tracing):
    with open_door(tmp_path, tracing=tracing) as opened:
        yield opened


@pytest.fixture
def seen(monkeypatch):
    """The jobs that are put in."""
    jobs = []
    monkeypatch.setattr("colorfast.service.jobs.Queue.put", lambda *given: jobs.append(given[-1]))
    return jobs


@pytest.fixture
def ended(spans, soon):
    """Return what waits for so many spans: that of a request ends a moment after its answer."""

    def wait(count):
        soon(lambda: len(spans.get_finished_spans()) == count)
        return spans.get_finished_spans()

    return wait


def outcome(*_):
    return {"row": ROW, "milliseconds": 40.0}


def test_a_request_is_a_span_by_its_route_that_holds_no_url(client, ended, pair):
    client.post(COLOR, json=pair)
    [span] = ended(1)
    assert span.name == f"POST {COLOR}"
    assert span.attributes["http.response.status_code"] == 202
    assert "photo.png" not in span.to_json()


def test_a_request_joins_the_trace_of_its_caller(client, ended):
    trace = "0af7651916cd43dd8448eb211c80319c"
    client.get("/openapi.json", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert f"{ended(1)[0].context.trace_id:032x}" == trace


def test_questions_of_machines_are_no_spans(client, spans):
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert spans.get_finished_spans() == ()


def test_a_job_belongs_to_the_trace_of_its_request_and_its_stages_to_the_job(
    client, ended, pair, seen, tracing
):
    client.post(COLOR, json=pair)
    [request] = ended(1)
    traced(outcome, tracing)({"trace": seen[0].trace}, bool)
    _, read, correct, job = ended(4)
    assert {each.context.trace_id for each in (read, correct, job)} == {request.context.trace_id}
    assert job.parent.span_id == request.context.span_id
    assert {read.parent.span_id, correct.parent.span_id} == {job.context.span_id}


def test_stages_follow_each_other_and_take_what_they_took(spans, tracing):
    traced(outcome, tracing)({}, bool)
    read, correct, job = spans.get_finished_spans()
    assert read.end_time == correct.start_time
    assert correct.end_time - correct.start_time == 30_000_000
    assert job.attributes["colorfast.verdict"] == "pass"


def test_the_span_of_a_job_that_fails_has_the_code(spans, tracing):
    failing = traced(lambda *_: {"error": {"code": "not-a-picture", "message": ""}}, tracing)
    failing({"trace": None}, bool)
    assert spans.get_finished_spans()[0].attributes["error.type"] == "not-a-picture"


def test_without_settings_there_are_no_spans_and_nothing_is_in_the_way():
    with telemetry({}) as nothing:
        assert nothing is None
        assert traced(outcome, nothing) is outcome


def test_without_the_packages_it_is_said_once_and_the_service_runs(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with telemetry(ENDPOINT) as nothing:
        assert nothing is None
    assert "colorfast[telemetry]" in caplog.text


def test_the_settings_of_opentelemetry_say_where_spans_go():
    with telemetry(ENDPOINT) as tracing:
        assert tracing is not None
