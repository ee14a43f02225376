"""What every request needs, opened once a process, and how a wish becomes a job.

wish → both pictures fetched or found → kept by hash → job's key → put in the queue
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from colorfast.correct import CORRECTORS
from colorfast.errors import SettingsError
from colorfast.service.addresses import AllowedHosts
from colorfast.service.errors import NotFound, QueueFull, RateLimited
from colorfast.service.fetch import FetchLimits, Resolve, fetch, look_up, parse
from colorfast.service.jobs import Queue
from colorfast.service.keys import ApiKey, Door
from colorfast.service.messages import CorrectColor
from colorfast.service.storage import Blob, Storage, signature
from colorfast.service.work import Job, job_key
from colorfast.settings import Settings, choices

UPLOAD = "upload:"
TRACE: ContextVar[str | None] = ContextVar("trace", default=None)
"""The traceparent of the request that is being served, where traces are made; see telemetry.py."""

BUSY_SECONDS = 5.0  # when to try again while as many jobs wait as may


@dataclass(frozen=True, kw_only=True)
class House:
    """The open parts of a service."""

    queue: Queue
    storage: Storage
    settings: Settings
    door: Door
    allowed: AllowedHosts
    secret: bytes
    """Signs links and uploads; the same in every process, for it lies in the database."""
    resolve: Resolve = look_up
    fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(16))

    arriving: set[object] = field(default_factory=set)
    """One for each request whose pictures are being fetched."""

    @property
    def limits(self) -> FetchLimits:
        """What one picture may cost."""
        ours = self.settings.service
        return FetchLimits(seconds=ours.fetch_seconds, max_bytes=ours.max_bytes, redirects=ours.redirects)


async def accept(house: House, key: ApiKey, wish: CorrectColor) -> str:
    """Put what is wished into the queue and return the job's id.

    Raises QueueFull or RateLimited before a picture is fetched, and whatever is wrong with the pictures.
    """
    check_wish(wish)
    async with room(house, key):
        return await put(house, key.name, wish)


def check_wish(wish: CorrectColor) -> None:
    """Raise SettingsError for a method that this version does not have, BadUrl for a webhook to nowhere."""
    if wish.quality not in CORRECTORS:
        raise SettingsError("quality", wish.quality, f"one of {', '.join(CORRECTORS)}")
    if wish.webhook_url is not None:
        parse(wish.webhook_url)


async def put(house: House, owner: str, wish: CorrectColor) -> str:
    """Fetch the pictures, put their job into the queue and return its id. Raises what is wrong with them."""
    reference, photo = await _both(house, owner, wish)
    job = Job(
        owner=owner,
        photo=photo,
        reference=reference,
        target=wish.target,
        method=wish.quality,
        garment=wish.garment,
        settings=choices(house.settings),
        trace=TRACE.get(),
    )
    job_id = job_key(job, house.settings)
    if wish.webhook_url is not None:
        await asyncio.to_thread(house.queue.tables.expect, job_id, wish.webhook_url, owner)
    await asyncio.to_thread(house.queue.put, job_id, job)
    return job_id


@asynccontextmanager
async def room(house: House, key: ApiKey, jobs: int = 1) -> AsyncIterator[None]:
    """Hold room in the queue for so many jobs while they are put in. Raises QueueFull or RateLimited."""
    mine = {object() for _ in range(jobs)}
    house.arriving.update(mine)  # the queue does not count them yet, and many may come at one moment
    try:
        await asyncio.to_thread(check_room, house, key, len(house.arriving), jobs)
        yield
    finally:
        house.arriving.difference_update(mine)


def check_room(house: House, key: ApiKey, arriving: int, jobs: int) -> None:
    """Raise QueueFull or RateLimited where there is no room for those that arrive, `jobs` of them this key's."""
    most = house.settings.service.waiting
    if house.queue.unfinished() + arriving > most:
        raise QueueFull(f"too many of the {most} jobs that may wait do so; try again later", BUSY_SECONDS)
    if key.waiting is not None and house.queue.unfinished(key.name) + jobs > key.waiting:
        raise RateLimited(f"this key may have {key.waiting} jobs waiting; try again later", BUSY_SECONDS)


def upload_name(house: House, key: ApiKey, blob: Blob) -> str:
    """Return the name of an upload, which its own key alone can use."""
    return f"{UPLOAD}{blob.sha256}{signature(house.secret, UPLOAD, key.name, blob.sha256)}"


async def _both(house: House, owner: str, wish: CorrectColor) -> tuple[str | None, str]:
    """Return the hashes of reference and photo; when one cannot be had, the other is not waited for."""
    url = wish.reference_url
    try:
        async with asyncio.TaskGroup() as group:
            photo = group.create_task(_picture(house, owner, wish.on_model_url))
            reference = None if url is None else group.create_task(_picture(house, owner, url))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return None if reference is None else reference.result(), photo.result()


async def _picture(house: House, owner: str, url: str) -> str:
    if url.startswith(UPLOAD):
        return await asyncio.to_thread(_uploaded, house, owner, url)
    async with house.fetching:
        with house.storage.receiving(house.limits.max_bytes) as received:
            await fetch(url, received, limits=house.limits, allowed=house.allowed, resolve=house.resolve)
            return (await asyncio.to_thread(house.storage.keep, received)).sha256


def _uploaded(house: House, owner: str, name: str) -> str:
    sha256, signed = name[len(UPLOAD) :][:64], name[len(UPLOAD) + 64 :]
    wanted = signature(house.secret, UPLOAD, owner, sha256)
    ours = hmac.compare_digest(wanted.encode(), signed.encode())
    if not ours or not house.storage.has(sha256):
        raise NotFound("there is no such upload; send the picture to /api/v1/uploads")
    return sha256
