"""Idempotency-Key: a request that is sent again leads to the same job, and is not served twice.

draft-ietf-httpapi-idempotency-key-header-07: another body with the same key is 422, one still under way 409.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from colorfast.service.errors import Conflict, KeyReused
from colorfast.service.house import House
from colorfast.service.keys import ApiKey

TAKING_SECONDS = 60.0  # a request not taken in by then was on a server that was killed; it may be made again


async def once(
    house: House,
    key: ApiKey,
    repeat: str | None,
    request: tuple[str, ...],
    serve: Callable[[], Awaitable[str]],
) -> str:
    """Return what the request leads to, and what it led to before when it comes again.

    repeat    the Idempotency-Key; None serves the request in any case
    request   what must be the same when the key is

    Raises KeyReused, or Conflict while the earlier request is still being taken in.
    """
    if repeat is None:
        return await serve()
    fingerprint = hashlib.sha256("\n".join(request).encode()).hexdigest()
    tables = house.queue.tables
    before = await asyncio.to_thread(tables.take, key.name, repeat, fingerprint)
    if before is not None:
        if before.fingerprint != fingerprint:
            raise KeyReused("this Idempotency-Key came with another request before; give a new one")
        if before.answer is not None:
            return before.answer
        if before.age < TAKING_SECONDS:
            raise Conflict("the same request is being taken in; try again in a moment")
    try:
        answer = await serve()
    except BaseException:  # a cancelled request as well: it led to nothing and may be made again
        await asyncio.shield(asyncio.to_thread(tables.drop, key.name, repeat))
        raise
    await asyncio.to_thread(tables.answer, key.name, repeat, answer)
    return answer
