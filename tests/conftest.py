"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

from colorfast.records import Pair

TABLES = Path(__file__).parent / "data"
WIDE = {"width": 1440, "height": 900}
HEADLESS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of published tables and tiny made pictures."""
    return TABLES


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real photographs and measurements that are not part of the project."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("COLORFAST_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real photographs at {folder}; set COLORFAST_DATA to their folder")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium. It ends with its module: while it runs, no other test can run a loop of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=HEADLESS)
        yield found
        found.close()


@pytest.fixture
def visit(browser):
    """Open a page; any complaint of the browser, or request beyond our server, fails the test.

    `faults` may be emptied where a refusal is what the test is about.
    """
    faults, contexts = [], []

    def _visit(url, viewport=WIDE, **more):
        context = browser.new_context(viewport=viewport, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: r.url.startswith((url, "data:", "blob:")) or faults.append(r.url))
        page.goto(url)
        return page

    _visit.faults = faults
    yield _visit
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(autouse=True)
def nothing_found_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test see the masks that another one, or the user, has found."""
    monkeypatch.setattr("colorfast.segment.cache.folder", lambda: tmp_path / "found-masks")


class MadePair(NamedTuple):
    """Files of a made pair: a blue shirt in the reference, a purple one on a figure in the photo."""

    reference: Path
    photo: Path
    mask: Path
    reference_mask: Path


@pytest.fixture
def make_pair(tmp_path: Path) -> Callable[..., MadePair]:
    """Write a small pair that every method corrects well; the wrong sRGB color and the format vary."""

    def write(
        name: str = "made", wrong: tuple[int, int, int] = (120, 60, 140), suffix: str = ".png"
    ) -> MadePair:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        shirt = np.zeros((160, 120), bool)
        shirt[50:120, 30:90] = True
        folds = 0.8 + 0.2 * np.sin(np.arange(120) / 4)
        still = np.where(shirt[..., None], np.multiply.outer(folds, (40, 70, 150)), 246)
        worn = np.where(shirt[..., None], np.multiply.outer(folds, wrong), (205, 210, 206))
        worn[15:50, 48:72] = (224, 180, 150)  # a face and a neck
        names = (f"reference{suffix}", f"photo{suffix}", "mask.png", "reference_mask.png")
        pair = MadePair(*(folder / name for name in names))
        for path, picture in zip(pair, (still, worn, 255 * shirt, 255 * shirt), strict=True):
            pixels = picture.round().astype(np.uint8)
            assert cv2.imwrite(str(path), pixels[..., ::-1] if pixels.ndim == 3 else pixels)
        return pair

    return write


@pytest.fixture
def pair(make_pair: Callable[..., MadePair]) -> Pair:
    """The made pair, with both masks, as the pipeline takes it."""
    made = make_pair()
    return Pair(
        id="shirt",
        photo=made.photo,
        reference=made.reference,
        mask=made.mask,
        reference_mask=made.reference_mask,
    )
