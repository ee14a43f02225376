"""The app of a review: one page, its pictures, decisions, redone corrections, exports."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from colorfast.correct.settings import METHODS
from colorfast.records import GARMENTS
from colorfast.review import export, guard, page
from colorfast.review.decisions import FIRST
from colorfast.review.desk import LONGEST_REASON, Desk
from colorfast.review.errors import NotTaken
from colorfast.review.items import Wishes

MAX_BODY = 64 << 20  # bytes: a brushed mask of 100 megapixels, in base64
KEPT = {"Cache-Control": "private, max-age=3600"}  # addresses of pictures change with what they show

routes, own_files = APIRouter(), APIRouter()


class Decision(BaseModel):
    """What the page posts when somebody decides."""

    model_config = ConfigDict(extra="forbid")
    action: Literal["approve", "reject", "undo"]
    version: Annotated[int, Field(ge=0)]
    attempt: str = FIRST
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class Redo(BaseModel):
    """What the page posts when a picture shall be corrected once more."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(ge=0)]
    method: Literal[METHODS] | None = None  # type: ignore[valid-type]
    garment: Literal[GARMENTS] | None = None  # type: ignore[valid-type]
    strength: Annotated[float, Field(ge=0, le=1)] | None = None
    mask: str | None = None
    """A PNG in base64, at the photo's size."""


class Visit(NamedTuple):
    """Whose request it is, and what the page is told to show that it is ours."""

    desk: Desk
    token: str
    leave: str | None = None
    """Address at which one signs out; None where nobody signs in."""


def the_visit(request: Request) -> Visit:
    """Return whose request it is, as the app tells."""
    visit: Visit = request.app.state.visit(request)
    return visit


Ours = Annotated[Visit, Depends(the_visit)]


def create_app(desk: Desk) -> FastAPI:
    """Return the app that serves an open review."""
    app = local_app("colorfast review", routes, max_body=MAX_BODY)
    app.state.visit = lambda _: Visit(desk, app.state.token)
    return app


def local_app(title: str, routes: APIRouter, *, max_body: int) -> FastAPI:
    """Return an app of routes and of the page's own files, for this machine alone; its state has a token."""
    token = secrets.token_urlsafe()
    app = guarded_app(
        title, [routes, own_files], partial(guard.of_this_machine, token=token), max_body=max_body
    )
    app.state.token = token
    guard.install(app)
    return app


def guarded_app(
    title: str, routers: Iterable[APIRouter], refused: guard.Refused, *, max_body: int
) -> FastAPI:
    """Return an app of routes behind the guard, which `refused` tells whom to keep out.

    max_body   bytes that a request may have
    """
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None, max_body_size=max_body)
    for router in routers:
        app.include_router(router)
    app.add_middleware(partial(guard.Guard, refused=refused))
    return app


@own_files.get("/static/{name}")
def static(name: str) -> Response:
    """Send the page's style or a script of it."""
    text, media_type = page.static(name)
    return Response(text, media_type=media_type, headers={"Cache-Control": "no-cache"})


@routes.get("/")
def index(visit: Ours) -> Response:
    """Send the page."""
    made = page.review_page(visit.desk, visit.token, visit.leave)
    return Response(made, media_type="text/html", headers={"Cache-Control": "no-store"})


@routes.get("/states")
def states(visit: Ours) -> dict[str, Any]:
    """Return where every picture stands, for a page that was left open."""
    return page.told_states(visit.desk)


@routes.get("/pictures/{key}/{attempt}/{shown}")
def picture(visit: Ours, key: str, attempt: str, shown: str) -> Response:
    """Send a picture of an item."""
    source = visit.desk.source
    found = source.picture(source.item(key), attempt, shown)
    media_type = "image/png" if shown == "mask" else "image/jpeg"
    if isinstance(found, bytes):
        return Response(found, media_type=media_type, headers=KEPT)
    return FileResponse(found, media_type=media_type, headers=KEPT)


@routes.post("/items/{key}/decision")
def decide(visit: Ours, key: str, asked: Decision) -> dict[str, Any]:
    """Take a decision down."""
    desk = visit.desk
    item = desk.source.item(key)
    state = desk.decide(item, asked.action, asked.version, attempt=asked.attempt, reason=asked.reason)
    return {"state": page.told_state(desk.source, state), "head": desk.log.head}


@routes.post("/items/{key}/redo")
def redo(visit: Ours, key: str, asked: Redo) -> dict[str, Any]:
    """Correct a picture once more."""
    desk = visit.desk
    wishes = Wishes(
        method=asked.method, strength=asked.strength, garment=asked.garment, mask=_decoded(asked.mask)
    )
    state = desk.redo(desk.source.item(key), wishes, asked.version)
    return {"state": page.told_state(desk.source, state), "head": desk.log.head}


@routes.get("/export/decisions.json")
def decisions_json(visit: Ours) -> Response:
    """Send all decisions as JSON."""
    return _download(export.as_json(visit.desk), "application/json", "decisions.json")


@routes.get("/export/decisions.csv")
def decisions_csv(visit: Ours) -> Response:
    """Send all decisions as CSV."""
    return _download(export.as_csv(visit.desk), "text/csv", "decisions.csv")


@routes.get("/export/approved.txt")
def approved(visit: Ours) -> Response:
    """Send the list of approved files."""
    return _download(export.approved_files(visit.desk), "text/plain", "approved.txt")


def _download(text: str, media_type: str, name: str) -> Response:
    return Response(
        text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _decoded(mask: str | None) -> bytes | None:
    try:
        return None if mask is None else base64.b64decode(mask, validate=True)
    except binascii.Error as error:
        raise NotTaken(f"mask: not base64: {error}") from error
