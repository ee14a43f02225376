"""The page in the service: signing in, whose desk it is, and everything else as `colorfast review` has it."""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from colorfast.review import page
from colorfast.review.app import MAX_BODY, Visit, guarded_app, own_files, routes
from colorfast.review.crew import Crew
from colorfast.review.desk import Desk
from colorfast.service import problems
from colorfast.service.errors import KeyRefused
from colorfast.service.house import House
from colorfast.service.review.jobs import Jobs
from colorfast.service.review.log import TableLog
from colorfast.service.review.session import (
    COOKIE,
    LOGIN,
    SECONDS,
    Session,
    made_cookie,
    refusal,
    session_of,
    token_of,
)

BATCH = "/batches/{batch}"
LOGIN_BYTES = 4096

signing = APIRouter()


class Login(BaseModel):
    """What the form posts."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, Field(min_length=1, max_length=500)]
    who: Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f]*$")] = ""


class Room:
    """What the page needs besides the house: a crew that decodes, and the logs that were read."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.crew = Crew(house.settings.batch)
        self._logs: dict[str, TableLog] = {}
        self._lock = threading.Lock()

    def desk(self, session: Session, batch: str | None) -> Desk:
        """Return the review of an API key's jobs, or of one of its batches. Raises LogAltered."""
        source = Jobs(house=self.house, crew=self.crew, key=session.key, batch=batch)
        return Desk(source, self._log(session.key.name), session.who)

    def close(self) -> None:
        """End the crew."""
        self.crew.close()

    def _log(self, owner: str) -> TableLog:
        with self._lock:
            if owner not in self._logs:
                self._logs[owner] = TableLog(self.house.queue.tables, owner)
            return self._logs[owner]


def review_app() -> FastAPI:
    """Return the app to be mounted; its state's `room` is set before the first request."""
    app = guarded_app(
        "colorfast review",
        [signing, routes, own_files],
        lambda scope: refusal(app.state.room.house, scope, time.time()),
        max_body=MAX_BODY,
    )
    for router in (routes, own_files):
        app.include_router(router, prefix=BATCH)
    app.state.visit = _visit
    problems.install(app)
    app.add_exception_handler(KeyRefused, _to_login)
    return app


@signing.get(LOGIN)
def form(request: Request) -> Response:
    """Send the form that asks for an API key."""
    token = token_of(_house(request), request.headers)
    made = page.environment().get_template("login.html").render(token=token)
    return Response(made, media_type="text/html", headers={"Cache-Control": "no-store"})


@signing.post(LOGIN, max_body_size=LOGIN_BYTES)
def sign_in(request: Request, asked: Login) -> Response:
    """Give whoever has a key a cookie. Raises KeyRefused."""
    house = _house(request)
    key = house.door.known(asked.key.strip())
    cookie = made_cookie(house, Session(key, asked.who.strip() or key.name), time.time())
    answer = Response(status_code=204)
    answer.set_cookie(COOKIE, cookie, max_age=SECONDS, **_carried(request))
    return answer


@signing.post("/logout")
def sign_out(request: Request) -> Response:
    """Take the cookie back."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, **_carried(request))
    return answer


def _carried(request: Request) -> dict[str, Any]:
    """Return how a browser carries the cookie: no script reads it, no other site sends it."""
    secure = request.url.scheme == "https" or _house(request).settings.service.public_url.startswith("https:")
    return {"path": request.scope["root_path"], "httponly": True, "samesite": "strict", "secure": secure}


def _visit(request: Request) -> Visit:
    room: Room = request.app.state.room
    session = session_of(room.house, request.headers, time.time())
    leave = None if room.house.door.open else f"{request.scope['root_path']}/logout"
    desk = room.desk(session, request.path_params.get("batch"))
    return Visit(desk, token_of(room.house, request.headers), leave)


def _house(request: Request) -> House:
    house: House = request.app.state.room.house
    return house


async def _to_login(request: Request, error: Exception) -> Response:
    """Lead a browser to the form; tell all others what is wrong."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(request.scope["root_path"] + LOGIN, 303)
    return await problems.ours(request, error)
