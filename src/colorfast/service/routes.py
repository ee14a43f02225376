"""The routes of the service. A wish comes in, a job is waited for or pointed to, files go out by signed links."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from colorfast.read.formats import format_of
from colorfast.service.errors import Conflict, NotFound
from colorfast.service.house import House, accept, upload_name
from colorfast.service.jobs import FINISHED, JobStatus
from colorfast.service.keys import ApiKey
from colorfast.service.messages import CorrectColor, Corrected, JobView, Problem, Upload, WebhookSecret
from colorfast.service.problems import MEDIA_TYPE, respond
from colorfast.service.repeats import once
from colorfast.service.storage import TYPES, check_link
from colorfast.service.views import corrected, job_problem, job_view
from colorfast.service.webhooks import secret_of, shown

FIRST_LOOK, LAST_LOOK = 0.05, 0.5  # seconds between two looks at a job that is waited for: they grow
WAIT = re.compile(r"wait=(\d{1,6})")
JSON_BYTES = 8 << 20

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {MEDIA_TYPE: {}}}
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
}
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": JobView, "headers": {"Location": {"schema": {"type": "string"}}}}
}

PICTURE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {kind: {"schema": {}} for kind in TYPES.values()}}
}

api = APIRouter(prefix="/api/v1", responses=REFUSALS)


async def the_house(request: Request) -> House:
    """Return what the app was opened with."""
    house: House = request.app.state.house
    return house


Ours = Annotated[House, Depends(the_house)]


async def the_key(request: Request, house: Ours) -> ApiKey:
    """Return whose request it is. Raises KeyRefused or RateLimited."""
    return house.door.owner(request.headers)


Key = Annotated[ApiKey, Depends(the_key)]
Repeat = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
Prefer = Annotated[str | None, Header()]


@api.post("/correct-color", responses=ACCEPTED, max_body_size=JSON_BYTES)
async def correct_color(
    request: Request,
    wish: CorrectColor,
    house: Ours,
    key: Key,
    prefer: Prefer = None,
    idempotency_key: Repeat = None,
) -> Corrected:
    """Correct a picture: the result when it is ready in time, else 202 and where to ask for it.

    `Prefer: respond-async` does not wait; `Prefer: wait=5` waits at most 5 seconds.
    """
    fingerprint = (str(request.url.path), wish.model_dump_json())
    job_id = await once(house, key, idempotency_key, fingerprint, lambda: accept(house, key, wish))
    status = await _wait(house, job_id, _seconds(prefer, house.settings.service.wait_seconds))
    place = str(request.url_for("job", job_id=job_id).path)
    if status.state == "cancelled":
        raise Conflict("this job was cancelled; send the request again without the Idempotency-Key")
    failed = job_problem(status)
    if failed is not None:
        return respond(failed, {"Content-Location": place})  # type: ignore[return-value]  # FastAPI passes it on
    if status.state != "done" or status.outcome is None:
        view = job_view(request, house, status).model_dump(exclude_none=True)
        return JSONResponse(view, 202, {"Location": place, "Retry-After": "1"})  # type: ignore[return-value]
    result = corrected(request, house, status.outcome, metrics=wish.return_metrics)
    content = result.model_dump(exclude_none=True)
    return JSONResponse(content, 200, {"Content-Location": place})  # type: ignore[return-value]


@api.post("/uploads", status_code=201, openapi_extra=PICTURE_BODY)
async def upload(request: Request, house: Ours, key: Key) -> Upload:
    """Keep a picture, sent as the whole body; its content tells the format."""
    with house.storage.receiving(house.limits.max_bytes) as received:
        async for piece in request.stream():
            received(piece)
        blob = await asyncio.to_thread(house.storage.keep, received)
    return Upload(upload=upload_name(house, key, blob), format=blob.format, bytes=blob.size)


@api.get("/jobs/{job_id}", name="job", response_model_exclude_none=True)
async def job(request: Request, job_id: str, house: Ours, key: Key) -> JobView:
    """Say how a job stands; the result's link is a fresh one."""
    return job_view(request, house, await _status(house, key, job_id))


@api.post("/jobs/{job_id}/cancel", response_model_exclude_none=True)
async def cancel(request: Request, job_id: str, house: Ours, key: Key) -> JobView:
    """Cancel a job that waits or runs."""
    status = await _status(house, key, job_id)
    if status.state in ("done", "failed"):
        raise Conflict(f"this job is {status.state} already")
    await asyncio.to_thread(house.queue.cancel, [job_id])
    return job_view(request, house, await _status(house, key, job_id))


@api.get("/jobs/{job_id}/result")
async def result(job_id: str, house: Ours, key: Key) -> Response:
    """Send the corrected picture itself."""
    status = await _status(house, key, job_id)
    failed = job_problem(status)
    if failed is not None:
        return respond(failed)
    if status.state != "done" or status.outcome is None:
        raise Conflict(f"this job is {status.state}; there is no result yet")
    return await _picture(house, status.outcome["files"]["corrected"]["sha256"])


@api.get("/webhook-secret")
async def webhook_secret(house: Ours, key: Key) -> WebhookSecret:
    """Give the secret by which webhooks to the owner of this API key are signed."""
    return WebhookSecret(secret=shown(secret_of(house.secret, key.name)))


@api.get("/files/{sha256}", name="file")
async def file(
    sha256: str, house: Ours, expires: int, signature: Annotated[str, Query(max_length=64)]
) -> Response:
    """Send a file that a signed link names; needs no API key."""
    check_link(house.secret, sha256, expires, signature, time.time())
    return await _picture(house, sha256)


async def _picture(house: House, sha256: str) -> Response:
    pieces = house.storage.stream(sha256)
    first = await anext(pieces)
    kind = format_of(first) or "octet-stream"
    suffix = {"jpeg": "jpg"}.get(kind, kind)

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f'inline; filename="{sha256[:12]}.{suffix}"',
        "ETag": f'"{sha256}"',
    }
    return StreamingResponse(body(), headers=headers, media_type=TYPES.get(kind, "application/octet-stream"))


async def _status(house: House, key: ApiKey, job_id: str) -> JobStatus:
    status = await asyncio.to_thread(house.queue.status, job_id)
    if status is None or status.owner != key.name:
        raise NotFound("there is no such job")
    return status


async def _wait(house: House, job_id: str, seconds: float) -> JobStatus:
    """Return how a job stands once it is finished, or when the time is over."""
    deadline, pause = time.monotonic() + seconds, FIRST_LOOK
    while True:
        status = await asyncio.to_thread(house.queue.status, job_id)
        if status is None:
            raise NotFound("there is no such job")
        left = deadline - time.monotonic()
        if status.state in FINISHED or left <= 0:
            return status
        await asyncio.sleep(min(pause, left))
        pause = min(LAST_LOOK, pause * 1.5)


def _seconds(prefer: str | None, most: float) -> float:
    """Return how long to wait, by the Prefer header of RFC 7240."""
    wishes = (prefer or "").lower().replace(" ", "")
    if "respond-async" in wishes.split(","):
        return 0
    found = WAIT.search(wishes)
    return min(most, float(found[1])) if found else most
