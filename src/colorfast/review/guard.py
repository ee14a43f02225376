"""What keeps other pages out: a loopback host, this page's origin, and the token that only this page has.

A page elsewhere that knows our port can neither read an answer (its origin differs), nor reach us under a name of
its own (the Host header tells), nor post (no token).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeAlias

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorfast.errors import ColorfastError, WorkerDied, WriteError
from colorfast.review.errors import NotAllowed, ReviewError

TOKEN = "x-colorfast-token"
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
UNUSABLE = 422
OURS = {WorkerDied: 500, WriteError: 500}
READING = ("GET", "HEAD")

Refused: TypeAlias = Callable[[Scope], NotAllowed | None]
"""Returns why a request is not answered; None when it is."""


class Guard:
    """Lets only this program's own page ask, and adds what a browser should know to every answer."""

    def __init__(self, app: ASGIApp, refused: Refused) -> None:
        self.app, self.refused = app, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI does."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (wrong := self.refused(scope)) is not None:
            await problem(wrong)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)


def of_this_machine(scope: Scope, token: str) -> NotAllowed | None:
    """Return why a request to a page on this machine alone is not answered; None when it is."""
    return elsewhere(scope) or not_of_page(scope, token, [f"http://{Headers(scope=scope).get('host', '')}"])


def elsewhere(scope: Scope) -> NotAllowed | None:
    """Refuse a request that calls this machine by a name which others can give it."""
    host = Headers(scope=scope).get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.lower() in OWN_NAMES:
        return None
    return NotAllowed("this page is served to this machine alone, as http://127.0.0.1 or localhost")


def not_of_page(scope: Scope, token: str, origins: Collection[str]) -> NotAllowed | None:
    """Refuse a request from a page of another origin, and one that changes something without the page's token."""
    headers = Headers(scope=scope)
    if headers.get("origin") not in (None, *origins):
        return NotAllowed("the request comes from another page")
    if scope["method"] in READING:
        return None
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return NotAllowed("the request comes from another page")
    if not hmac.compare_digest(headers.get(TOKEN, "").encode(), token.encode()):
        return NotAllowed("the page is of an earlier run of this program; load it again")
    return None


def install(app: FastAPI) -> None:
    """Let every error of the app end as a problem (RFC 9457)."""
    app.add_exception_handler(ColorfastError, _ours)
    app.add_exception_handler(RequestValidationError, _wrong_fields)
    app.add_exception_handler(HTTPException, _by_status)


def problem(error: ColorfastError, **more: Any) -> JSONResponse:
    """Return an error as an answer."""
    status = error.status if isinstance(error, ReviewError) else OURS.get(type(error), UNUSABLE)
    return _told(error.code, str(error), status, **more)


def _told(code: str, detail: str, status: int, **more: Any) -> JSONResponse:
    content = {"code": code, "detail": detail, "status": status, **more}
    return JSONResponse(content, status, media_type="application/problem+json")


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ColorfastError)
    return problem(error)


async def _wrong_fields(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _told("not-taken", _sentence(error.errors()), UNUSABLE)


async def _by_status(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _told("not-allowed", str(error.detail), error.status_code)


def _sentence(wrong: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in wrong)
