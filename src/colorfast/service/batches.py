"""Batches: many pairs in one request. Workers fetch the pictures, and every pair becomes a job of its own.

pairs → taken in, one by one → jobs → done
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from colorfast.errors import ColorfastError
from colorfast.service.errors import BadRequest, NotFound
from colorfast.service.house import TRACE, House, check_wish, put, room
from colorfast.service.jobs import JobStatus
from colorfast.service.keys import ApiKey
from colorfast.service.messages import BatchJob, BatchRequest, BatchView, CorrectColor, State
from colorfast.service.problems import problem
from colorfast.service.repeats import once
from colorfast.service.routes import JSON_BYTES, REFUSALS, Key, Ours, Repeat
from colorfast.service.views import cost, job_problem
from colorfast.settings import choices, settings_from

GONE = "this job ended long ago and was deleted; send the pair again"

batches = APIRouter(prefix="/api/v1/batches", responses=REFUSALS)


@batches.post("", status_code=202, response_model_exclude_none=True, max_body_size=JSON_BYTES)
async def submit(
    request: Request, wishes: BatchRequest, house: Ours, key: Key, idempotency_key: Repeat = None
) -> BatchView:
    """Take many pairs; their pictures are fetched later, by the workers."""
    fingerprint = (str(request.url.path), wishes.model_dump_json())
    batch_id = await once(house, key, idempotency_key, fingerprint, lambda: _accept(house, key, wishes.pairs))
    view = await _view(house, key, batch_id)
    place = str(request.url_for("batch", batch_id=batch_id).path)
    return JSONResponse(view.model_dump(exclude_none=True), 202, {"Location": place})  # type: ignore[return-value]


@batches.get("/{batch_id}", name="batch", response_model_exclude_none=True)
async def batch(batch_id: str, house: Ours, key: Key) -> BatchView:
    """Say how the pairs of a batch stand."""
    return await _view(house, key, batch_id)


@batches.post("/{batch_id}/cancel", response_model_exclude_none=True)
async def cancel(batch_id: str, house: Ours, key: Key) -> BatchView:
    """Cancel every pair of a batch that is not finished."""
    taken = await _taken(house, key, batch_id)
    jobs = [each.outcome["job"] for each in taken if each.outcome and "job" in each.outcome]
    await asyncio.to_thread(house.queue.cancel, [*(each.id for each in taken), *jobs])
    return await _view(house, key, batch_id)


def take_in(house: House, pair: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch the pictures of one pair of a batch, in a worker, and put its job into the queue."""

    async def fetched() -> str:
        TRACE.set(pair.get("trace"))
        here = replace(house, settings=settings_from(pair["settings"]), fetching=asyncio.Semaphore(2))
        return await put(here, pair["owner"], CorrectColor(**pair["wish"]))

    try:
        return {"job": asyncio.run(fetched())}
    except ColorfastError as error:
        return {"error": {"code": error.code, "message": str(error)}}


async def _accept(house: House, key: ApiKey, wishes: list[CorrectColor]) -> str:
    most = house.settings.service.batch_pairs
    if len(wishes) > most:
        raise BadRequest(f"the batch has {len(wishes)} pairs and service.batch_pairs allows {most}")
    for wish in wishes:
        check_wish(wish)
    batch_id, chosen = secrets.token_hex(16), choices(house.settings)
    same = {"owner": key.name, "settings": chosen, "trace": TRACE.get()}
    pairs = [{**same, "wish": wish.model_dump()} for wish in wishes]
    async with room(house, key, len(wishes)):
        await asyncio.to_thread(house.queue.put_batch, batch_id, key.name, pairs)
    return batch_id


async def _taken(house: House, key: ApiKey, batch_id: str) -> list[JobStatus]:
    taken = await asyncio.to_thread(house.queue.batch, batch_id) if batch_id.isalnum() else []
    if not taken or taken[0].owner != key.name:
        raise NotFound("there is no such batch")
    return taken


async def _view(house: House, key: ApiKey, batch_id: str) -> BatchView:
    taken = await _taken(house, key, batch_id)
    ids = [each.outcome["job"] for each in taken if each.outcome and "job" in each.outcome]
    known = await asyncio.to_thread(house.queue.statuses, ids)
    jobs = [_pair(each, known) for each in taken]
    counts: Counter[State] = Counter(dict.fromkeys(get_args(State), 0))
    counts.update(each.state for each in jobs)
    return BatchView(batch=batch_id, counts=dict(counts), jobs=jobs, cost=cost(house, known.values()))


def _pair(taken: JobStatus, known: Mapping[str, JobStatus]) -> BatchJob:
    if taken.state in ("failed", "cancelled"):
        return BatchJob(state=taken.state, error=job_problem(taken))
    if taken.outcome is None:
        return BatchJob(state="waiting")
    status = known.get(taken.outcome["job"])
    if status is None:
        return BatchJob(state="failed", error=problem(NotFound.code, GONE, 404))
    return BatchJob(state=status.state, job=status.id, error=job_problem(status))
