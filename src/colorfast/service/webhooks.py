"""Webhooks: a finished job is told to the address that was named with it, signed, until it is heard.

Signed as Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA-256 over `id.time.body`, by a secret for each API
key. What is to be told lies in the database, so a killed worker delays it and loses nothing; it may come twice, and
`webhook-id` is then the same. Only public addresses and allowed hosts are told, by the guard of fetching.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from contextlib import AbstractContextManager

from colorfast.service.background import repeated
from colorfast.service.errors import FetchError
from colorfast.service.fetch import post
from colorfast.service.house import House
from colorfast.service.jobs import FINISHED, JobStatus
from colorfast.service.tables import Hook

LOOK_SECONDS = 1.0
SOON = 2.0  # seconds until a job that runs is looked at again
LATER = 60.0  # seconds until one that waits, or a telling that was cut off, is: the end of a job hastens it
PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0, 4 * 3600.0)  # seconds between tries; after the last it is given up
AT_ONCE = 20

log = logging.getLogger("colorfast.service")


def secret_of(secret: bytes, owner: str) -> bytes:
    """Return the 32 bytes by which what is told to the owner of an API key is signed."""
    return hmac.new(secret, f"webhook\n{owner}".encode(), hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """Return a secret as receivers configure it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def signed(secret: bytes, name: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove who sends a body.

    name      the same at every try
    seconds   since 1970
    """
    mark = hmac.new(secret, f"{name}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def deliver(house: House) -> int:
    """Tell what is due, once; return how many were heard."""
    tables = house.queue.tables
    claimed = [hook for hook in tables.hooks_due(AT_ONCE) if tables.put_off(hook, LATER)]
    known = house.queue.statuses([hook.job for hook in claimed]) if claimed else {}
    due = [(hook, known.get(hook.job)) for hook in claimed]

    async def all_told() -> list[bool | None]:
        return await asyncio.gather(*(_told(house, hook, status) for hook, status in due))

    heard = asyncio.run(all_told()) if due else []
    for (hook, status), well in zip(due, heard, strict=True):
        if well is None:  # its worker may be writing its end this moment
            running = status is not None and status.state == "running"
            tables.try_again(hook, SOON if running else LATER, failed=False)
        elif well or hook.tries >= len(PAUSES):
            tables.forget_hook(hook)
        else:
            tables.try_again(hook, PAUSES[hook.tries])
    return heard.count(True)


def delivering(house: House) -> AbstractContextManager[None]:
    """Tell what is due, again and again, during the body."""
    return repeated(lambda: deliver(house), LOOK_SECONDS, name="webhooks")


async def _told(house: House, hook: Hook, status: JobStatus | None) -> bool | None:
    """Return whether it was heard; None for a job that is not finished."""
    if status is None:
        return False  # the job was never put in, or it has been deleted
    if status.state not in FINISHED:
        return None
    told = {"type": f"job.{status.state}", "data": {"job": status.id, "state": status.state}}
    body = json.dumps(told).encode()
    name = hashlib.sha256(f"{hook.job}\n{hook.url}".encode()).hexdigest()
    headers = signed(secret_of(house.secret, hook.owner), name, int(time.time()), body)
    try:
        answered = await post(
            hook.url, body, headers, limits=house.limits, allowed=house.allowed, resolve=house.resolve
        )
    except FetchError as error:
        log.warning("the webhook of job %s was not heard: %s", hook.job, error)
        return False
    return 200 <= answered < 300
