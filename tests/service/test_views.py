"""What a job is shown as."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from colorfast.service.jobs import JobStatus
from colorfast.service.views import cost
from colorfast.settings import ServiceSettings, Settings


def ended(seconds):
    outcome = {"error": {}, "cpu_seconds": seconds}
    return JobStatus(id="a", owner="local", state="failed", created=0.0, finished=1.0, outcome=outcome)


@pytest.mark.parametrize(("per_hour", "price"), [(0.0, None), (0.36, 0.0005)])
def test_the_cost_of_jobs_is_their_seconds_by_the_price_of_an_hour(per_hour, price):
    house = SimpleNamespace(settings=Settings(service=ServiceSettings(price_per_cpu_hour=per_hour)))
    spent = cost(house, [ended(2.0), ended(3.0)])
    assert (spent.cpu_seconds, spent.price) == (5.0, price)
