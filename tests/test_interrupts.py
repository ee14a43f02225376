"""Ctrl-C at any time ends a command with status 130, one line and no half-written file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from colorfast.interrupts import held_back, interruptible, leave, leave_at_once, loading, was_interrupt

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to one process alone there")

COMMAND = [sys.executable, "-m", "colorfast"]
STARTED = 0.1  # seconds, until Python has read our first line


def interrupted(args: list[str | Path], seconds: float, folder: Path) -> tuple[int, str]:
    """Start a command, send it Ctrl-C after so many seconds, and return its status and stderr."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, args)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    return process.wait(60), process.communicate()[1]


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.name.endswith(".part")}


@pytest.mark.parametrize("seconds", [STARTED, 0.3, 0.5, 0.7, 0.9])
def test_ctrl_c_leaves_a_correction_whole_or_not_there(make_pair, tmp_path, seconds):
    made, out = make_pair(), tmp_path / "out.png"
    status, said = interrupted(["correct", made.reference, made.photo, "-o", out], seconds, tmp_path)
    assert status in (130, 0, 3)  # it may have ended before
    assert said in ("interrupted\n", "")
    assert not files(tmp_path)


@pytest.mark.parametrize("seconds", [STARTED, 1.0, 2.0])
def test_ctrl_c_ends_the_demo_and_it_runs_again(tmp_path, seconds):
    status, said = interrupted(["demo", "-o", tmp_path / "demo"], seconds, tmp_path)
    assert status == 130
    assert said.splitlines()[-1] == "interrupted"
    assert "Traceback" not in said
    assert not files(tmp_path)


def test_while_files_are_put_in_order_ctrl_c_waits_in_vain():
    with interruptible(), held_back():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_interruptible_hears_ctrl_c_and_loading_leaves():
    leave_at_once()
    try:
        assert signal.getsignal(signal.SIGINT) is leave
        with interruptible():
            with loading():
                assert signal.getsignal(signal.SIGINT) is leave
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_process_that_was_started_deaf_stays_deaf():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        leave_at_once()
        with interruptible(), loading():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_changes_nothing():
    heard = []

    def look():
        with held_back():
            heard.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert heard == [signal.default_int_handler]


def test_an_interrupt_that_compiled_code_wrapped_is_one():
    wrapped = SystemError("returned a result with an exception set")
    assert not was_interrupt(wrapped)
    wrapped.__cause__ = KeyboardInterrupt()
    assert was_interrupt(wrapped)
