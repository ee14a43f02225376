"""The app of a study: one question at a time, without a word about methods."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from colorfast.review import page
from colorfast.review.app import local_app
from colorfast.review.errors import Unknown
from colorfast.review.study.votes import Poll

MAX_BODY = 1 << 16
SIDES = ("left", "right", "reference")

Rater = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]

routes = APIRouter()


class Choice(BaseModel):
    """What the page posts when a rater chooses."""

    model_config = ConfigDict(extra="forbid")
    rater: Rater
    number: Annotated[int, Field(ge=0)]
    side: Literal["left", "right"]


def create_app(poll: Poll) -> FastAPI:
    """Return the app that serves an open study."""
    app = local_app("colorfast study", routes, max_body=MAX_BODY)
    app.state.poll = poll
    return app


@routes.get("/")
def index(request: Request) -> Response:
    """Send the page."""
    made = page.environment().get_template("study.html").render(token=request.app.state.token)
    return Response(made, media_type="text/html", headers={"Cache-Control": "no-store"})


@routes.get("/next")
def following(request: Request, rater: Annotated[Rater, Query()]) -> dict[str, Any]:
    """Return a rater's next question."""
    number, done, total = _poll(request).progress(rater)
    return {"number": number, "done": done, "total": total}


@routes.get("/pictures/{number}/{side}")
def picture(request: Request, number: int, side: str, rater: Annotated[Rater, Query()]) -> Response:
    """Send a picture of a question; neither its address nor its head says which method made it."""
    poll = _poll(request)
    if side not in SIDES:
        raise Unknown(f"there is no picture {side!r}")
    asked = poll.asked(rater, number)
    method = asked.right if side == "right" else asked.left
    path = poll.arms.shown(method, asked.id, "reference" if side == "reference" else "after")
    return Response(path.read_bytes(), media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@routes.post("/votes")
def vote(request: Request, choice: Choice) -> dict[str, Any]:
    """Take a choice down and return the next question."""
    poll = _poll(request)
    poll.vote(choice.rater, choice.number, choice.side)
    number, done, total = poll.progress(choice.rater)
    return {"number": number, "done": done, "total": total}


def _poll(request: Request) -> Poll:
    poll: Poll = request.app.state.poll
    return poll
