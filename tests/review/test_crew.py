"""A worker process beside the page may die; the page does not."""

from __future__ import annotations

import ctypes
import math
import signal
import time
from contextlib import closing
from functools import partial

import pytest

from colorfast.errors import WorkerDied
from colorfast.review.crew import Crew
from colorfast.settings import BatchSettings

CRASHES = {
    "killed": partial(signal.raise_signal, signal.SIGKILL),
    "segmentation fault": partial(ctypes.string_at, 0),  # as a decoder ends that reads where nothing is
}


@pytest.fixture
def crew():
    with closing(Crew(BatchSettings())) as opened:
        yield opened


@pytest.mark.parametrize("crash", CRASHES)
def test_a_process_that_dies_is_an_error_and_the_next_call_has_another(crew, crash):
    with pytest.raises(WorkerDied, match="shirt"):
        crew.run("shirt", CRASHES[crash])
    assert crew.run("coat", partial(math.sqrt, 4.0)) == 2.0


def test_what_the_call_raises_comes_home(crew):
    with pytest.raises(ValueError, match="math domain"):
        crew.run("shirt", partial(math.sqrt, -1.0))


def test_a_call_that_takes_too_long_is_ended():
    with closing(Crew(BatchSettings(pair_seconds=0.5))) as crew, pytest.raises(WorkerDied, match=r"0\.5 s"):
        crew.run("shirt", partial(time.sleep, 600))


def test_a_redo_that_crashes_is_told_leaves_nothing_and_can_be_asked_for_again(
    client, desk, finished, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr("colorfast.review.folder.partial", lambda *_: CRASHES["segmentation fault"])
        answer = client("POST", "/items/2/redo", json={"version": 0})
    assert (answer.status_code, answer.json()["code"]) == (500, "worker-died")
    assert ([path for path in (finished / "review").iterdir() if path.is_dir()], desk.log.entries()) == (
        [],
        (),
    )
    assert client("POST", "/items/2/redo", json={"version": 0}).status_code == 200
