"""Running a page on this machine alone: what `colorfast review` and `colorfast study` call."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from colorfast.errors import SettingsError
from colorfast.review.app import create_app
from colorfast.review.desk import open_desk
from colorfast.review.folder import read_folder

LOOPBACK = "127.0.0.1"


def review(out: Path, port: int, who: str, ready: Callable[[str], None]) -> None:
    """Serve the review of a batch's OUT until the process is asked to end.

    ready   called with the page's address once it can be opened
    """
    folder = read_folder(out)
    desk = open_desk(folder, who)
    with closing(desk.log):
        serve(create_app(desk), port, ready)


def serve(app: FastAPI, port: int, ready: Callable[[str], None]) -> None:
    """Serve an app on loopback; port 0 takes a free one. Raises SettingsError when the port is taken."""
    with closing(_bound(port)) as listening:
        ready(f"http://{LOOPBACK}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
        )
        uvicorn.Server(config).run(sockets=[listening])


def _bound(port: int) -> socket.socket:
    """Return a socket that listens, so that whoever is told the address finds it open."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise SettingsError("--port", port, f"a free port ({error.strerror})") from error
    return listening
