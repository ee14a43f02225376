"""The app of a review: one page, its pictures, decisions, redone corrections, exports."""

from __future__ import annotations

import base64
import binascii
import secrets
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from colorfast.correct.settings import METHODS
from colorfast.records import GARMENTS
from colorfast.review import export, guard, page, pictures
from colorfast.review.decisions import FIRST
from colorfast.review.desk import LONGEST_REASON, Desk
from colorfast.review.errors import NotTaken, Unknown
from colorfast.review.folder import SHOWN
from colorfast.review.redo import Wishes

MAX_BODY = 64 << 20  # bytes: a brushed mask of 100 megapixels, in base64
KEPT = {"Cache-Control": "private, max-age=3600"}  # addresses of pictures change with what they show

routes = APIRouter()


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


def create_app(desk: Desk) -> FastAPI:
    """Return the app that serves an open review."""
    return guarded_app("colorfast review", routes, max_body=MAX_BODY, desk=desk)


own_files = APIRouter()


def guarded_app(title: str, routes: APIRouter, *, max_body: int, **state: Any) -> FastAPI:
    """Return an app of routes and of the page's own files, behind the guard; `state` and its token are the app's.

    max_body   bytes that a request may have
    """
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None, max_body_size=max_body)
    for name, value in {**state, "token": secrets.token_urlsafe()}.items():
        setattr(app.state, name, value)
    guard.install(app)
    app.include_router(routes)
    app.include_router(own_files)
    app.add_middleware(partial(guard.Guard, token=app.state.token))
    return app


@own_files.get("/static/{name}")
def static(name: str) -> Response:
    """Send the page's style or a script of it."""
    text, media_type = page.static(name)
    return Response(text, media_type=media_type, headers={"Cache-Control": "no-cache"})


@routes.get("/")
def index(request: Request) -> Response:
    """Send the page."""
    made = page.review_page(_desk(request), request.app.state.token)
    return Response(made, media_type="text/html", headers={"Cache-Control": "no-store"})


@routes.get("/states")
def states(request: Request) -> dict[str, Any]:
    """Return where every picture stands, for a page that was left open."""
    return page.told_states(_desk(request))


@routes.get("/pictures/{number}/{attempt}/{shown}")
def picture(request: Request, number: int, attempt: str, shown: str) -> Response:
    """Send a picture of an item, as the batch drew it or, for those named below, made for the page."""
    desk = _desk(request)
    folder, item, limits = desk.folder, desk.folder.item(number), desk.folder.settings.read
    if shown == "thumb":
        return _jpeg(pictures.thumbnail(folder.file(item, attempt, "after"), limits))
    if shown == "whole-after":
        return _jpeg(pictures.whole(folder.file(item, attempt, "photo"), limits))
    if shown == "whole-before" and folder.redoable:
        return _jpeg(pictures.whole(item.pair.photo, limits))
    if shown not in SHOWN or shown == "photo":
        raise Unknown(f"there is no picture {shown!r}")
    return FileResponse(folder.file(item, attempt, shown), headers=KEPT)


@routes.post("/items/{number}/decision")
def decide(request: Request, number: int, asked: Decision) -> dict[str, Any]:
    """Take a decision down."""
    desk = _desk(request)
    item = desk.folder.item(number)
    state = desk.decide(item, asked.action, asked.version, attempt=asked.attempt, reason=asked.reason)
    return {"state": page.told_state(desk.folder, state), "head": desk.log.head}


@routes.post("/items/{number}/redo")
def redo(request: Request, number: int, asked: Redo) -> dict[str, Any]:
    """Correct a picture once more."""
    desk = _desk(request)
    wishes = Wishes(
        method=asked.method, strength=asked.strength, garment=asked.garment, mask=_decoded(asked.mask)
    )
    state = desk.redo(desk.folder.item(number), wishes, asked.version)
    return {"state": page.told_state(desk.folder, state), "head": desk.log.head}


@routes.get("/export/decisions.json")
def decisions_json(request: Request) -> Response:
    """Send all decisions as JSON."""
    return _download(export.as_json(_desk(request)), "application/json", "decisions.json")


@routes.get("/export/decisions.csv")
def decisions_csv(request: Request) -> Response:
    """Send all decisions as CSV."""
    return _download(export.as_csv(_desk(request)), "text/csv", "decisions.csv")


@routes.get("/export/approved.txt")
def approved(request: Request) -> Response:
    """Send the list of approved files."""
    return _download(export.approved_files(_desk(request)), "text/plain", "approved.txt")


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _jpeg(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers=KEPT)


def _download(text: str, media_type: str, name: str) -> Response:
    return Response(
        text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _decoded(mask: str | None) -> bytes | None:
    try:
        return None if mask is None else base64.b64decode(mask, validate=True)
    except binascii.Error as error:
        raise NotTaken(f"mask: not base64: {error}") from error
