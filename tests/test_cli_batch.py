from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from colorfast.cli import cli

COLORFAST = [sys.executable, "-m", "colorfast"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def manifest(make_pair, tmp_path) -> Callable[..., Path]:
    """Write a manifest of so many good pairs, after so many whose photo is missing."""
    made = make_pair()
    columns = f"{made.reference},{made.mask},{made.reference_mask}"

    def write(good: int, bad: int = 0) -> Path:
        rows = [f"bad{n},none.png,{columns}" for n in range(bad)]
        rows += [f"good{n},{made.photo},{columns}" for n in range(good)]
        path = tmp_path / "pairs.csv"
        path.write_text("\n".join(["id,photo,reference,mask,reference_mask", *rows, ""]))
        return path

    return write


def test_a_batch_with_a_bad_pair_ends_with_0_and_under_strict_with_4(manifest, tmp_path):
    pairs, out = manifest(1, bad=1), tmp_path / "out"
    ended = run("batch", pairs, out, "--workers", 1)
    assert ended.exit_code == 0, ended.output
    assert "pairs 2, pass 1, review 0, fail 1, errors 1" in ended.stdout
    assert "bad0: " in ended.stderr
    assert "[file-missing]" in ended.stderr
    assert run("batch", pairs, out, "--workers", 1, "--strict").exit_code == 4


def test_a_strict_batch_with_a_pair_to_review_ends_with_3(manifest, tmp_path):
    config = tmp_path / "strict.toml"
    config.write_text("[limits]\npalette = 0.0\n")
    ended = run("batch", manifest(1), tmp_path / "out", "--strict", "--config", config)
    assert ended.exit_code == 3


def test_json_is_one_object_with_the_counts(manifest, tmp_path):
    ended = run("batch", manifest(2), tmp_path / "out", "--limit", 1, "--json")
    counts = json.loads(ended.stdout)
    assert (counts["pairs"], counts["pass"], counts["errors"]) == (1, 1, 0)
    assert Path(counts["page"]).is_file()


def test_a_folder_of_pairs_is_corrected_under_their_ids(make_pair, tmp_path):
    made, folder = make_pair(), tmp_path / "pairs"
    folder.mkdir()
    made.reference.rename(folder / "still-life-12.png")
    made.photo.rename(folder / "on-model-12-1.png")
    ended = run("batch", folder, tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    assert (tmp_path / "out" / "corrected-on-model-12-1.png").is_file()


def test_a_folder_that_cannot_be_written_ends_with_4(manifest, tmp_path):
    (tmp_path / "file").touch()
    ended = run("batch", manifest(1), tmp_path / "file" / "out")
    assert ended.exit_code == 4
    assert ended.stderr.endswith("[unwritable]\n")


@POSIX
def test_a_full_disk_ends_with_4_and_a_rerun_finishes(manifest, tmp_path):
    pairs, out = manifest(2), tmp_path / "out"
    limited = ["bash", "-c", 'ulimit -f 20; exec "$@"', "-", *COLORFAST, "batch", str(pairs), str(out)]
    run("warmup")  # compiled kernels are on disk, so that nothing else is written
    ended = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert ended.returncode == 4, ended.stderr
    assert ended.stderr.endswith("[unwritable]\n")
    assert "Traceback" not in ended.stderr
    assert not list(out.rglob("*.part"))
    assert run("batch", pairs, out, "--strict").exit_code == 0


@POSIX
def test_ctrl_c_ends_with_130_and_a_rerun_finishes(manifest, tmp_path):
    pairs, out = manifest(60, bad=1), tmp_path / "out"
    command = [*COLORFAST, "batch", str(pairs), str(out), "--workers", "2"]
    batch = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    first = batch.stderr.readline()  # the missing photo is named as soon as work has begun
    os.killpg(batch.pid, signal.SIGINT)
    _, rest = batch.communicate()  # until the last worker, too, has closed stderr: none is left behind
    assert batch.returncode == 130, rest
    assert "[file-missing]" in first
    assert rest.splitlines()[-1] == "interrupted"
    assert "Traceback" not in rest
    assert len((out / "results.jsonl").read_text().splitlines()) < 61
    assert not list(out.rglob("*.part"))
    again = run("batch", pairs, out, "--limit", 10, "--json")
    assert json.loads(again.stdout)["pass"] == 9


@POSIX
def test_ctrl_c_before_a_photo_is_done_ends_with_130(make_pair, tmp_path):
    made, out, config = make_pair(), tmp_path / "out.png", tmp_path / "settings.toml"
    os.mkfifo(config)  # reading it waits for a writer
    command = [*COLORFAST, "correct", str(made.reference), str(made.photo), "-o", str(out)]
    process = subprocess.Popen([*command, "--config", str(config)], stderr=subprocess.PIPE, text=True)
    with config.open("wb"):  # opens when the reader has come, and writes nothing
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130, said
    assert said == "interrupted\n"
    assert not out.exists()


@pytest.mark.parametrize(
    "options",
    [("queue", "--workers", 1), ("local", "--database", "sqlite://"), ("local", "--address", "a:1")],
)
def test_an_option_that_the_engine_does_not_have_is_a_mistake_of_usage(manifest, tmp_path, options):
    ended = run("batch", manifest(1), tmp_path / "out", "--engine", *options)
    assert (ended.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert f"{options[1]} is for --engine" in ended.stderr
