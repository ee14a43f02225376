"""Errors as answers: every ColorfastError has a status and a body of application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from colorfast import errors
from colorfast.errors import ColorfastError
from colorfast.review.errors import ReviewError
from colorfast.service import errors as refusals
from colorfast.service.messages import Problem

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[ColorfastError], int] = {
    refusals.KeyRefused: 401,
    refusals.LinkExpired: 403,
    refusals.NotFound: 404,
    refusals.Conflict: 409,
    refusals.FetchTooLarge: 413,
    errors.TooLarge: 413,
    refusals.BadRequest: 400,
    refusals.RateLimited: 429,
    refusals.QueueFull: 503,
    refusals.Unavailable: 503,
    refusals.JobCrashed: 500,
    errors.PairCrashed: 500,
    errors.WorkerDied: 500,
    errors.WriteError: 500,
    errors.NotANumber: 500,
}
UNUSABLE = 422  # all others: the request was understood, and what it names cannot be used

log = logging.getLogger("colorfast.service")


def status_of(kind: type[ColorfastError]) -> int:
    """Return the HTTP status of a class of errors: its own, else its nearest base's."""
    if issubclass(kind, ReviewError):
        return kind.status
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), UNUSABLE)


def status_of_code(code: str) -> int:
    """Return the HTTP status of an error that is known by its code alone."""
    return next((status_of(kind) for kind in _kinds(ColorfastError) if kind.code == code), UNUSABLE)


def _kinds(kind: type[ColorfastError]) -> Iterator[type[ColorfastError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def problem(code: str, detail: str, status: int, wrong: list[dict[str, Any]] | None = None) -> Problem:
    """Return the body that describes an error."""
    title = HTTPStatus(status).phrase
    return Problem(
        type=f"about:blank#{code}", title=title, status=status, detail=detail, code=code, errors=wrong
    )


def respond(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer."""
    content = found.model_dump(exclude_none=True)
    return JSONResponse(content, found.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app end as a problem."""
    app.add_exception_handler(ColorfastError, ours)
    app.add_exception_handler(RequestValidationError, _wrong_fields)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(DBAPIError, _no_database)
    app.add_exception_handler(Exception, _defect)


async def ours(_: Request, error: Exception) -> JSONResponse:
    """Return one of our errors as an answer."""
    assert isinstance(error, ColorfastError)
    headers = {}
    if isinstance(error, refusals.RateLimited):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, refusals.KeyRefused):
        headers["WWW-Authenticate"] = "Bearer"
    return respond(problem(error.code, str(error), status_of(type(error))), headers)


async def _wrong_fields(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [_without_input(each) for each in error.errors()]
    told = "; ".join(f"{each['field']}: {each['message']}" for each in wrong)
    return respond(problem("bad-request", told or "the request cannot be read", 422, wrong))


def _without_input(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return where and what; never what was sent, which may be secret."""
    where: Sequence[Any] = found["loc"]
    return {"field": ".".join(map(str, where)), "message": found["msg"], "code": found["type"]}


async def _by_status(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "not-found" if error.status_code == 404 else "bad-request"
    return respond(problem(code, str(error.detail), error.status_code), error.headers)


async def _no_database(_: Request, error: Exception) -> JSONResponse:
    log.warning("the database does not answer: %s", error.__class__.__name__)
    told = "the service has lost its database for a moment; nothing that was accepted is lost"
    return respond(problem("unavailable", told, 503), {"Retry-After": "5"})


async def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s met a defect", request.method, request.url.path, exc_info=error)
    return respond(problem("crashed", "the service met a defect of its own; it is in its log", 500))
