"""A real web server of pictures, and the service itself on a free port."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from colorfast.service.addresses import allowed_hosts
from colorfast.service.app import create_app
from colorfast.service.jobs import Queue
from colorfast.service.keys import ApiKey
from colorfast.service.server import UVICORN, Access, Place, opened
from colorfast.service.telemetry import Tracing
from colorfast.settings import ServiceSettings, Settings

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server on this machine; `answers` holds what it does at each path."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.hears = 204
        self.asked: list[tuple[str, str | None]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, self.headers["Host"]))
                site.answers.get(self.path, lambda here: here.send_error(404))(self)

            def do_POST(self) -> None:
                site.told.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(site.hears)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def gives(self, path: str, data: bytes, **headers: str) -> str:
        def answer(here: BaseHTTPRequestHandler) -> None:
            here.send_response(200)
            for name, value in {"Content_Length": str(len(data)), **headers}.items():
                here.send_header(name.replace("_", "-"), value)
            here.end_headers()
            here.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)

    def leads(self, path: str, to: str, status: int = 302) -> str:
        def answer(here: BaseHTTPRequestHandler) -> None:
            here.send_response(status)
            here.send_header("Location", to)
            here.send_header("Content-Length", "0")
            here.end_headers()

        self.answers[path] = answer
        return self.url(path)


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


class Running:
    """A process of the command line: `colorfast serve`, or a worker."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "colorfast", *arguments]
        settings = {"COLORFAST_SERVICE_SILENT_SECONDS": "2", "COLORFAST_SERVICE_WAIT_SECONDS": "100"}
        environ = {**os.environ, **settings, "PYTHONWARNINGS": "default"}
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )

    def kill(self) -> None:
        """End it and its child processes as the kernel does when memory is out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def hold_until(self, true: Callable[[], bool]) -> None:
        """Stop it, as a debugger does, at a moment when something is true."""
        deadline = time.monotonic() + 120
        while True:
            os.killpg(self.process.pid, signal.SIGSTOP)
            if true():
                return
            assert time.monotonic() < deadline
            os.killpg(self.process.pid, signal.SIGCONT)
            time.sleep(0.02)

    def end(self) -> str:
        """Ask it to end; return what it said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)[1].decode()


@contextmanager
def serving(data: Path, *arguments: str) -> Iterator[tuple[Running, httpx.Client]]:
    """Run `colorfast serve` on a free port; give the process and a client."""
    port = free_port()
    running = Running(
        "serve", "--port", str(port), "--data", str(data), "--allow-host", "127.0.0.1", *arguments
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            until(lambda: is_ready(client) or running.process.poll() is not None, 90)
            assert running.process.poll() is None, running.process.communicate()[1].decode()
            yield running, client
    finally:
        if running.process.poll() is None:
            running.kill()


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait for something to become true; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a whole service on SQLite, with one worker process."""
    with serving(tmp_path_factory.mktemp("service"), "--workers", "1") as (_, client):
        yield client


@contextmanager
def door(
    data: Path,
    keys: tuple[ApiKey, ...] = (),
    *,
    database: str | None = None,
    tracing: Tracing | None = None,
    **limits: Any,
) -> Iterator[httpx.Client]:
    """Run the app alone, with nobody to do its jobs: they wait."""
    settings = Settings(service=ServiceSettings(**{"wait_seconds": 0.2, **limits}))
    place = Place(data=data, database=database)
    access = Access(keys=keys, allowed=allowed_hosts(["127.0.0.1"]))
    app = create_app(lambda: opened(place, access, settings), tracing)
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), **UVICORN))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, 60)
        url = f"http://127.0.0.1:{server.config.port}"
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose jobs nobody does."""
    with door(tmp_path_factory.mktemp("door")) as client:
        yield client


@pytest.fixture
def pair(site: Site, make_pair: Callable[..., Any]) -> dict[str, str]:
    """A wish for a made pair on the web server; `a?` of another color is another job."""
    made = make_pair()
    site.gives("/reference.png", made.reference.read_bytes())
    site.gives("/photo.png", made.photo.read_bytes())
    return {"reference_url": site.url("/reference.png"), "on_model_url": site.url("/photo.png")}


@pytest.fixture
def open_door() -> Callable[..., Any]:
    """Return `door`, for tests that need limits of their own."""
    return door


@pytest.fixture(scope="session")
def serve() -> Callable[..., Any]:
    """Return `serving`, for tests that kill it."""
    return serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a Postgres server that is ours alone, started for these tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and shutil.which("initdb"):
        found = [Path(str(shutil.which("initdb")))]
    if not found:
        pytest.skip("no Postgres server is installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory() as folder:  # not pytest's own: the user postgres may not enter it
        binaries, port, user = found[-1].parent, free_port(), None
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # as root, Postgres does not run
            user = "postgres"
            shutil.chown(folder, user)

        def run(*command: str) -> None:
            subprocess.run([str(binaries / command[0]), *command[1:]], check=True, user=user, cwd="/")

        run("initdb", "-D", f"{folder}/base", "-U", "colorfast", "-A", "trust", "--no-sync")
        control = ("pg_ctl", "-D", f"{folder}/base", "-w", "-s")
        run(*control, "-l", f"{folder}/log", "-o", f"-p {port} -h 127.0.0.1 -k {folder} -F", "start")
        url = f"postgresql://colorfast@127.0.0.1:{port}"
        made(url, "empty")
        Queue(f"{url}/empty").close()  # with all its tables: the others are copies
        yield url
        run(*control, "-m", "immediate", "stop")


def made(server: str, name: str, template: str = "template0") -> str:
    """Return the URL of a new database on a Postgres server."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as base:
        base.execute(f"create database {name} template {template}")
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    return made(request.getfixturevalue("postgres"), f"t{secrets.token_hex(6)}", "empty")


@pytest.fixture
def work() -> Iterator[Callable[..., Running]]:
    """Return what starts `colorfast worker`; those that are left are ended."""
    started: list[Running] = []

    def start(data: Path, database: str, *arguments: str) -> Running:
        where = ("--data", str(data), "--database", database, "--allow-host", "127.0.0.1")
        started.append(Running("worker", *where, "--workers", "1", *arguments))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.kill()


@pytest.fixture
def soon() -> Callable[[Callable[[], Any]], None]:
    """Return what waits until something is true."""
    return lambda true: until(true, 120)
