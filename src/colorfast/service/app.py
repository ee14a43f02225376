"""The app: routes, errors as problems, and the three pages that machines ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorfast.service import problems
from colorfast.service.batches import batches
from colorfast.service.gauges import Jobs, Requests
from colorfast.service.house import House
from colorfast.service.review.app import Room, review_app
from colorfast.service.routes import api
from colorfast.service.telemetry import Traced, Tracing

Opening = Callable[[], AbstractAsyncContextManager[House]]

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"referrer-policy", b"same-origin"),
)


def create_app(opening: Opening, tracing: Tracing | None = None) -> FastAPI:
    """Return the app; `opening` opens the house when the server starts and closes it when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opening() as house:
            app.state.house = house
            registry.register(Jobs(house.queue, house.settings.service.price_per_cpu_hour))
            with closing(Room(house)) as review.state.room:
                yield

    registry, review = CollectorRegistry(), review_app()

    app = FastAPI(
        title="colorfast",
        version=version("colorfast"),
        summary="Gives the garment in a fashion picture its true color back.",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(api)
    app.include_router(batches)
    app.mount("/review", review)
    app.add_api_route("/healthz", healthz)
    app.add_api_route("/readyz", readyz)
    app.add_api_route("/metrics", metrics(registry), response_class=Response)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Requests, registry=registry)
    if tracing is not None:
        app.add_middleware(Traced, tracing=tracing)
    return app


async def healthz() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "alive"}


async def readyz(request: Request) -> dict[str, str]:
    """Say that jobs can be taken: the database answers. Raises Unavailable."""
    house: House = request.app.state.house
    await asyncio.to_thread(house.queue.unfinished)
    return {"status": "ready"}


def metrics(registry: CollectorRegistry) -> Callable[[], Awaitable[Response]]:
    """Return the route that shows a registry as Prometheus reads it."""

    async def shown() -> Response:
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return shown


class SafeHeaders:
    """Adds to every answer what keeps a browser from taking a picture for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI does."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}  # a page has a policy of its own
                message["headers"] = [*message["headers"], *(each for each in HEADERS if each[0] not in own)]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
