"""Running a page on this machine alone: what `colorfast review` and `colorfast study` call."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from colorfast.errors import SettingsError
from colorfast.files import make_folder
from colorfast.review.app import create_app
from colorfast.review.desk import open_desk
from colorfast.review.errors import NothingToReview
from colorfast.review.folder import read_folder
from colorfast.review.log import FileLog
from colorfast.review.study.app import create_app as create_study
from colorfast.review.study.questions import read_arms
from colorfast.review.study.report import analyzed
from colorfast.review.study.votes import Poll, votes

LOOPBACK = "127.0.0.1"
VOTES = "votes.sqlite"


def review(out: Path, port: int, who: str, ready: Callable[[str], None]) -> None:
    """Serve the review of a batch's OUT until the process is asked to end.

    ready   called with the page's address once it can be opened
    """
    folder = read_folder(out)
    desk = open_desk(folder, who)
    with closing(folder), closing(desk.log):
        serve(create_app(desk), port, ready)


def study(place: Path, outs: Sequence[Path], port: int, seed: int, ready: Callable[[str], None]) -> None:
    """Serve a study of at least two batches' OUT; its votes are kept in `place`."""
    arms = read_arms(outs)
    make_folder(place)
    with closing(FileLog(place / VOTES)) as log:
        serve(create_study(Poll(arms, log, seed)), port, ready)


def studied(place: Path) -> dict[str, Any]:
    """Return what a study found. Raises NothingToReview or LogAltered."""
    if not (place / VOTES).is_file():
        raise NothingToReview(place, "there are no votes; ask for some with `colorfast study ask`")
    with closing(FileLog(place / VOTES)) as log:
        return analyzed(list(votes(log)))


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
