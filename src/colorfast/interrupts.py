"""What Ctrl-C does: nothing more than end the process while modules load, wait while files are put in order.

While a command works it is Python's KeyboardInterrupt, and whoever began a file or a process ends it on the
way out. Only the main thread hears Ctrl-C, and a process that was started deaf to it, as by nohup, stays deaf:
there these functions do nothing.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

STATUS = 130  # of an interrupted command: 128 + SIGINT, as a shell reports it

Handler: TypeAlias = Callable[[int, FrameType | None], Any] | int


def leave(_number: int, _frame: FrameType | None) -> None:
    """End the process at once: nothing was begun that would have to be ended.

    A KeyboardInterrupt in the middle of an import would leave it as an ImportError, or be lost in a callback.
    """
    os.write(2, b"interrupted\n")
    os._exit(STATUS)


def leave_at_once() -> None:
    """Let Ctrl-C end the process, from here to its very end but for what is `interruptible`."""
    if _heard() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)


def deaf_from_here() -> None:
    """Let Ctrl-C come too late: all is written, and Python would die by the signal while it puts itself away."""
    if _heard():
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # the one answer that Python does not take back at its end


def was_interrupt(error: BaseException) -> bool:
    """Return whether an error is what compiled code made of a KeyboardInterrupt that came while it ran."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt)


def answered() -> None:
    """Let Python end with our status after an interrupt.

    It remembers one that passed through exec(), as it does while kernels load, and would end by the signal;
    the next exec() makes it forget.
    """
    exec("pass")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt: something is begun that has to be ended."""
    with _answering(signal.default_int_handler):
        yield


@contextmanager
def loading() -> Iterator[None]:
    """Let Ctrl-C end the process while modules load."""
    with _answering(leave):
        yield


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C do nothing until files are in order: the second one, most often, of an impatient user."""
    with _answering(signal.SIG_IGN):
        yield


@contextmanager
def _answering(handler: Handler) -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    if not _heard() or before not in (leave, signal.default_int_handler):
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _heard() -> bool:
    return threading.current_thread() is threading.main_thread()
