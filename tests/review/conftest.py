"""A finished batch of made pairs, without pictures of anyone, and a browser that looks at its review."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI

from colorfast.batch import outputs
from colorfast.batch.inputs import write_inputs
from colorfast.bench.pictures import made_pair
from colorfast.errors import FileMissing
from colorfast.pipeline import process
from colorfast.records import Pair
from colorfast.report.rows import failed_row
from colorfast.review.app import create_app
from colorfast.review.desk import Desk, open_desk
from colorfast.review.folder import read_folder
from colorfast.review.log import FileLog
from colorfast.review.study.questions import Arms, read_arms
from colorfast.review.study.votes import Poll
from colorfast.segment.settings import SegmentSettings
from colorfast.settings import Settings

PASSING = {
    "delta_e_median": 0.9,
    "delta_e_palette": 0.9,
    "delta_e_p95": 2.0,
    "structure": 0.99,
    "sci": 0.9,
    "spill": 0.2,
    "rim": 0.5,
}


@pytest.fixture(scope="session")
def batch(tmp_path_factory) -> Path:
    """A folder with the inputs of a batch and its OUT: a, b and c were corrected, d had no file. b is doubtful."""
    root = tmp_path_factory.mktemp("batch")
    out, settings = root / "out", Settings(segment=SegmentSettings(cache_megabytes=0))
    outputs.prepare(out)
    made = made_pair("solid", (240, 180))
    wrong = np.where(made.worn_mask[..., None], made.worn[..., ::-1], made.worn)
    names = ("photo", "reference", "mask", "reference_mask")
    pictures = (wrong, made.flat, 255 * made.worn_mask, 255 * made.flat_mask)
    for name, picture in zip(names, pictures, strict=True):
        rgb = picture.astype(np.uint8)
        cv2.imwrite(str(root / f"{name}.png"), rgb[..., ::-1] if rgb.ndim == 3 else rgb)
    pairs = [Pair(id=id_, **{name: root / f"{name}.png" for name in names}) for id_ in "abcd"]
    result = process(pairs[0], settings)
    rows = [{**outputs.save(result, pair, out, settings), "id": pair.id} for pair in pairs[:3]]
    for row in rows:
        row |= {"verdict": "pass", "reasons": []}
        row["metrics"] = {**row["metrics"], **PASSING}
    rows[1] |= {"verdict": "review", "reasons": ["spill: 1.5"]}
    rows[1]["metrics"]["spill"] = 1.5
    rows.append(failed_row("d", FileMissing("d.jpg", "there is no such file")))
    write_inputs(pairs, out, settings)
    outputs.write_results(pairs, rows, out, outputs.describe("out", "today", settings))
    return root


@pytest.fixture
def finished(batch, tmp_path) -> Path:
    """A copy of the batch's OUT that a test may write in."""
    return shutil.copytree(batch, tmp_path / "batch") / "out"


@pytest.fixture
def desk(finished) -> Iterator[Desk]:
    """An open review of the batch; the queue is b, d, then a and c."""
    opened = open_desk(read_folder(finished), "Rosa")
    yield opened
    opened.log.close()
    opened.source.close()


@pytest.fixture
def client(desk) -> Iterator[Callable[..., httpx.Response]]:
    """Ask the app as the page does; headers of the page may be changed."""
    app = create_app(desk)

    with served(app) as url, httpx.Client(base_url=url, timeout=60) as http:

        def ask(
            method: str, path: str, headers: dict[str, str] | None = None, **more: object
        ) -> httpx.Response:
            own = {"Origin": url, "X-Colorfast-Token": app.state.token, **(headers or {})}
            return http.request(method, path, headers=own, **more)

        yield ask


@pytest.fixture
def arms(batch, tmp_path) -> Arms:
    """The same batch as the output of two methods, classical and hybrid."""
    outs = [shutil.copytree(batch, tmp_path / name / "batch") / "out" for name in ("one", "two")]
    outs = [out.rename(out.parent / name) for out, name in zip(outs, ("classical", "hybrid"), strict=True)]
    return read_arms(outs)


@pytest.fixture
def poll(arms, tmp_path) -> Iterator[Poll]:
    """An open study of three pictures."""
    log = FileLog(tmp_path / "votes.sqlite")
    yield Poll(arms, log, seed=1)
    log.close()


@pytest.fixture(scope="session")
def serve() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Serve an app on a free port during a with statement's body."""
    return served


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port during the body."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
