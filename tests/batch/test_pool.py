from __future__ import annotations

import math
import signal
import time
from concurrent.futures.process import BrokenProcessPool

import pytest
from pebble import ProcessExpired

from colorfast.batch.pool import run_jobs
from colorfast.settings import BatchSettings

SETTINGS = BatchSettings()
HARMLESS = signal.SIGCHLD  # a signal that does nothing by itself, so that raise_signal is work that succeeds


def test_each_job_comes_out_once_with_its_result():
    finished = list(run_jobs(math.sqrt, iter([1.0, 4.0, 9.0, 16.0, 25.0]), 2, SETTINGS))
    assert sorted((one.job, one.result) for one in finished) == [
        (n * n, n) for n in (1.0, 2.0, 3.0, 4.0, 5.0)
    ]


def test_what_work_raises_comes_home_with_its_job():
    finished = {one.job: one for one in run_jobs(math.sqrt, iter([4.0, -1.0]), 1, SETTINGS)}
    assert finished[4.0].error is None
    assert isinstance(finished[-1.0].error, ValueError)


def test_a_killed_worker_costs_only_its_own_job():
    jobs = [HARMLESS, signal.SIGKILL, HARMLESS, HARMLESS]
    finished = list(run_jobs(signal.raise_signal, iter(jobs), 2, SETTINGS))
    died = [one for one in finished if one.error is not None]
    assert len(finished) == 4
    assert [one.job for one in died] == [signal.SIGKILL]
    assert isinstance(died[0].error, ProcessExpired | BrokenProcessPool)


def test_a_job_that_takes_too_long_is_ended():
    finished = list(run_jobs(time.sleep, iter([60, 0]), 1, BatchSettings(pair_seconds=0.5)))
    assert {one.job: type(one.error) for one in finished} == {60: TimeoutError, 0: type(None)}


def test_jobs_are_taken_only_when_a_worker_will_soon_be_free():
    taken = 0

    def jobs():
        nonlocal taken
        for number in range(50):
            taken += 1
            yield float(number)

    running = run_jobs(math.sqrt, jobs(), 1, SETTINGS)
    next(running)
    assert taken <= 3
    running.close()


def test_no_jobs_start_no_workers():
    assert list(run_jobs(math.sqrt, iter([]), 2, SETTINGS)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_worker_is_replaced_after_so_many_jobs(count):
    finished = run_jobs(math.sqrt, iter([1.0, 4.0, 9.0, 16.0]), 1, BatchSettings(worker_pairs=count))
    assert sorted(one.result for one in finished) == [1.0, 2.0, 3.0, 4.0]
