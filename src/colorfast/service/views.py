"""What a job looks like from outside: its state, its result with a fresh link, or its error."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from colorfast.service.house import House
from colorfast.service.jobs import JobStatus
from colorfast.service.messages import Corrected, Cost, JobView, Metrics, Problem
from colorfast.service.problems import problem, status_of_code
from colorfast.service.storage import signature

MEASURED = ("delta_e_median", "delta_e_p95", "delta_e_palette", "ssim", "spill", "rim", "sci")


def job_view(request: Request, house: House, status: JobStatus) -> JobView:
    """Return how a job stands, as an answer."""
    done = status.outcome if status.state == "done" else None
    return JobView(
        job=status.id,
        state=status.state,
        created=_time(status.created),
        finished=None if status.finished is None else _time(status.finished),
        result=None if done is None else corrected(request, house, done),
        error=job_problem(status),
        cost=cost(house, [status]) if "cpu_seconds" in (status.outcome or {}) else None,
    )


def job_problem(status: JobStatus) -> Problem | None:
    """Return what went wrong with a job; None unless it failed."""
    if status.state != "failed" or status.outcome is None:
        return None
    error = status.outcome["error"]
    return problem(error["code"], error["message"], status_of_code(error["code"]))


def corrected(request: Request, house: House, outcome: dict[str, Any], *, metrics: bool = True) -> Corrected:
    """Return the result of a job, with a link that holds for the time of service.link_seconds."""
    return Corrected(
        corrected_url=link(request, house, outcome["files"]["corrected"]["sha256"]),
        metrics=_metrics(outcome["row"]) if metrics else None,
        processing_time_ms=outcome["milliseconds"],
    )


def cost(house: House, statuses: Iterable[JobStatus]) -> Cost:
    """Return what was spent on jobs."""
    seconds = sum((each.outcome or {}).get("cpu_seconds", 0.0) for each in statuses)
    price = house.settings.service.price_per_cpu_hour
    return Cost(cpu_seconds=round(seconds, 4), price=round(seconds / 3600 * price, 8) if price else None)


def link(request: Request, house: House, sha256: str) -> str:
    """Return a link to a file that needs no API key and expires."""
    expires = int(time.time()) + house.settings.service.link_seconds
    signed = signature(house.secret, "file", sha256, expires)
    place = request.url_for("file", sha256=sha256).include_query_params(expires=expires, signature=signed)
    base = house.settings.service.public_url
    return f"{base.rstrip('/')}{place.path}?{place.query}" if base else str(place)


def _metrics(row: dict[str, Any]) -> Metrics:
    measured = {name: row["metrics"][name] for name in MEASURED}
    verdict = row["verdict"]
    return Metrics(**measured, qc_passed=verdict == "pass", verdict=verdict, reasons=row["reasons"])


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
