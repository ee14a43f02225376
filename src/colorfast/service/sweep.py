"""Deleting what is old: jobs that ended longer ago than service.keep_days, and pictures that no job needs."""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager

from colorfast.service.background import repeated
from colorfast.service.house import House
from colorfast.service.tables import DAY

HOUR = 3600.0

log = logging.getLogger("colorfast.service")


def sweep(house: House, now: float) -> tuple[int, int]:
    """Delete what is old; return how many jobs and how many pictures.

    now   seconds since 1970

    A picture is as old as the last time it was put, and stays an hour and a link's time longer than the jobs that
    ended with it: no job is there without its result, and no link that holds leads nowhere.
    """
    kept = house.settings.service.keep_days * DAY
    if not kept:
        return 0, 0
    jobs = house.queue.forget(now - kept)
    last = now - kept - HOUR - house.settings.service.link_seconds
    return jobs, house.storage.sweep(last, house.queue.needed())


def sweeping(house: House) -> AbstractContextManager[None]:
    """Delete what is old at once, and every hour, during the body."""

    def swept() -> None:
        log.info("%d jobs and %d pictures deleted for their age", *sweep(house, time.time()))

    return repeated(swept, HOUR, name="sweep", at_once=True)
