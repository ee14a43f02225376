from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from colorfast.cli import cli


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def test_degraded_pairs_are_input_for_a_batch(make_pair, tmp_path):
    made, photos, masks = make_pair(), tmp_path / "photos", tmp_path / "masks"
    photos.mkdir()
    masks.mkdir()
    made.photo.rename(photos / "shirt.png")
    made.mask.rename(masks / "shirt.png")
    ended = run("degrade", photos, tmp_path / "out", "--garment-only", "--masks", masks, "--seed", 3)
    assert ended.exit_code == 0, ended.output
    assert "1 pairs, 0 skipped" in ended.stdout
    batch = run("batch", tmp_path / "out" / "manifest.csv", tmp_path / "done", "--strict")
    assert batch.exit_code == 0, batch.output


def test_a_photo_that_cannot_be_degraded_is_named_and_the_rest_goes_on(make_pair, tmp_path):
    made = make_pair()
    (made.photo.parent / "broken.png").write_bytes(b"")
    ended = run("degrade", made.photo.parent, tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    assert "broken: " in ended.stderr
    assert "[not-a-picture]" in ended.stderr


def test_quality_prints_a_table_of_methods(make_pair, tmp_path):
    made = make_pair()
    manifest = tmp_path / "pairs.csv"
    manifest.write_text(
        "id,photo,reference,mask,reference_mask,truth\n"
        f"a,{made.photo},{made.reference},{made.mask},{made.reference_mask},{made.reference}\n"
    )
    chosen = ["--method", "nothing", "--method", "classical", "--workers", 1]
    ended = run("bench", "quality", manifest, *chosen)
    assert ended.exit_code == 0, ended.output
    assert [line.split()[0] for line in ended.stdout.splitlines()[2:4]] == ["nothing", "classical"]
    lines = json.loads(run("bench", "quality", manifest, *chosen, "--json").stdout)["lines"]
    assert {line["method"] for line in lines} == {"nothing", "classical"}


@pytest.mark.parametrize("args", [["degrade", "none", "out"], ["bench", "quality", "none"]])
def test_a_missing_folder_is_bad_input(args, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run(*args)
    assert ended.exit_code == 4, ended.output
    assert ended.stderr.startswith("colorfast: ")
