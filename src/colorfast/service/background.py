"""Work that is done again and again in a thread of its own, beside what the process is there for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from colorfast.service.storage import StorageError

AWAY = (SQLAlchemyError, *StorageError)
"""What is raised when the database or the storage does not answer: it will be back."""

log = logging.getLogger("colorfast.service")


@contextmanager
def repeated(work: Callable[[], object], every: float, *, name: str, at_once: bool = False) -> Iterator[None]:
    """Work every so many seconds during the body, first after that time or at once; wait for it at the end.

    work   may meet a database or a storage that does not answer: that is logged, and it is tried again
    """
    ending = threading.Event()

    def worked() -> None:
        pause = 0.0 if at_once else every
        while not ending.wait(pause):
            pause = every
            try:
                work()
            except AWAY as error:
                log.warning("%s: the database or the storage does not answer: %s", name, type(error).__name__)

    thread = threading.Thread(target=worked, name=f"colorfast-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
