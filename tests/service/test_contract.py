"""The running service keeps to what its OpenAPI says; schemathesis makes the requests."""

from __future__ import annotations

import subprocess
import sys

import pytest

LEAD_NOWHERE = ("/api/v1/correct-color", "/api/v1/batches", "/api/v1/uploads")
"""A URL or a picture may fit the description and be of no use all the same: then 422 is right."""


@pytest.fixture
def known(waiting, pair, tmp_path):
    """A file that gives schemathesis a job and a batch which are there."""
    wish = {**pair, "quality": "classical"}
    job = waiting.post("/api/v1/correct-color", json=wish).json()["job"]
    batch = waiting.post("/api/v1/batches", json={"pairs": [wish]}).json()["batch"]
    path = tmp_path / "schemathesis.toml"
    ids = f'[parameters]\n"path.job_id" = "{job}"\n"path.batch_id" = "{batch}"\n'
    without = "[[operations]]\ninclude-path = '{}'\nchecks.positive_data_acceptance.enabled = false\n"
    path.write_text(ids + "".join(map(without.format, LEAD_NOWHERE)))
    return path


def test_no_request_gets_an_answer_that_the_description_does_not_have(waiting, known):
    place = f"{str(waiting.base_url).rstrip('/')}/openapi.json"
    chosen = ("--phases", "examples,coverage,fuzzing")
    bounds = ("--max-examples", "5", "--generation-deterministic", "--no-color")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(known), "run", place]
    done = subprocess.run([*command, *chosen, *bounds], capture_output=True, text=True, cwd=known.parent)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "404 Not Found" not in done.stdout
