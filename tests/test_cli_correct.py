from __future__ import annotations

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from colorfast.cli import cli, options
from colorfast.color.lut import read_cube
from colorfast.correct import CORRECTORS
from colorfast.records import GARMENTS
from colorfast.verify.verdict import PRESETS

KEYS = {"id", "verdict", "reasons", "method", "garment", "metrics", "timings_ms", "output", "write"}
KEYS |= {"versions", "forecast"}


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def masks(made) -> list[object]:
    return ["--mask", made.mask, "--reference-mask", made.reference_mask]


def test_the_choices_on_the_command_line_are_those_of_the_library():
    assert set(options.METHODS) == set(CORRECTORS)
    assert options.GARMENTS == GARMENTS
    assert set(options.PRESETS) == set(PRESETS)


def test_a_pair_that_passes_ends_with_0_and_a_table(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    ended = run("correct", made.reference, made.photo, "-o", out, *masks(made))
    assert ended.exit_code == 0, ended.output
    assert "photo" in ended.stdout
    assert "pass" in ended.stdout
    assert ended.stderr == ""
    assert cv2.imread(str(out)).shape == (160, 120, 3)


def test_json_is_one_object_with_the_keys_of_the_contract(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    ended = run("correct", made.reference, made.photo, "-o", out, *masks(made), "--json")
    row = json.loads(ended.stdout)
    assert set(row) >= KEYS
    assert row["verdict"] == "pass"
    assert row["output"] == out.as_posix()
    assert set(row["metrics"]) >= {"delta_e_median", "delta_e_p95", "ssim", "spill", "rim", "sci", "seed"}


@pytest.mark.parametrize(
    ("flag", "way"), [("--lossless-outside", "blocks"), ("--no-lossless-outside", "encoded")]
)
def test_keeping_blocks_can_be_asked_for_and_refused(make_pair, tmp_path, flag, way):
    made, out = make_pair(suffix=".jpg"), tmp_path / "out.jpg"
    ended = run("correct", made.reference, made.photo, "-o", out, *masks(made), flag, "--json")
    assert json.loads(ended.stdout)["write"]["way"] == way


def test_a_pair_to_be_reviewed_ends_with_3_and_is_written(make_pair, tmp_path):
    made, out, config = make_pair(), tmp_path / "out.png", tmp_path / "strict.toml"
    config.write_text("[limits]\npalette = 0.0\n")
    ended = run("correct", made.reference, made.photo, "-o", out, *masks(made), "--config", config)
    assert ended.exit_code == 3
    assert "review" in ended.stdout
    assert "palette" in ended.stdout
    assert out.exists()


def test_a_target_color_takes_the_place_of_the_reference(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    ended = run("correct", "--target", "#284696", made.photo, "-o", out, "--mask", made.mask)
    assert ended.exit_code in (0, 3)
    assert out.exists()


def test_lut_mask_and_report_are_written_on_request(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    lut, mask, report = tmp_path / "a.cube", tmp_path / "soft.png", tmp_path / "report"
    asked = ["--lut", lut, "--save-mask", mask, "--report", report]
    ended = run("correct", made.reference, made.photo, "-o", out, *masks(made), *asked)
    assert ended.exit_code == 0, ended.output
    assert read_cube(lut).shape == (33, 33, 33, 3)
    assert cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE).shape == (160, 120)
    names = {path.name for path in report.iterdir()}
    stem = "corrected-on-model-photo"
    assert {f"{stem}.png", f"{stem}-hm.jpg", f"{stem}-triplet.jpg", "index.html"} <= names
    assert str(report / "index.html") in ended.stdout


def test_a_finer_lut_and_layers_are_written_on_request(make_pair, tmp_path):
    made, lut, layers = make_pair(), tmp_path / "a.cube", tmp_path / "a.tif"
    asked = ["--lut", lut, "--lut-size", "65", "--layers", layers]
    ended = run("correct", made.reference, made.photo, "-o", tmp_path / "out.png", *masks(made), *asked)
    assert ended.exit_code == 0, ended.output
    assert read_cube(lut).shape == (65, 65, 65, 3)
    np.testing.assert_array_equal(cv2.imread(str(layers)), cv2.imread(str(tmp_path / "out.png")))


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_dry_run_says_what_is_likely_and_writes_nothing(make_pair, more):
    made = make_pair()
    before = sorted(made.photo.parent.iterdir())
    ended = run("correct", made.reference, made.photo, *masks(made), "--dry-run", *more)
    assert ended.exit_code == 0, ended.output
    assert "pass" in ended.stdout
    assert sorted(made.photo.parent.iterdir()) == before


def test_a_dry_run_ends_with_the_status_of_what_is_likely(make_pair, tmp_path):
    made = make_pair()
    cv2.imwrite(str(made.reference), cv2.imread(str(made.reference))[..., [2, 1, 0]])
    ended = run("correct", made.reference, made.photo, *masks(made), "--dry-run", "--json")
    assert ended.exit_code == 3
    assert "another garment" in json.loads(ended.stdout)["reasons"][0]
    assert run("correct", tmp_path / "none.jpg", made.photo, "--dry-run").exit_code == 4


def test_without_a_dry_run_an_output_must_be_named(make_pair):
    made = make_pair()
    ended = run("correct", made.reference, made.photo)
    assert ended.exit_code == 2
    assert "--out" in ended.stderr


def test_layers_are_written_as_tiff_alone(make_pair, tmp_path):
    made = make_pair()
    ended = run(
        "correct", made.reference, made.photo, "-o", tmp_path / "o.png", "--layers", tmp_path / "a.psd"
    )
    assert ended.exit_code == 2
    assert "a.tif" in ended.stderr


@pytest.mark.parametrize("name", ["photo", "reference", "mask", "reference_mask"])
def test_no_input_is_ever_written_over(make_pair, name):
    made = make_pair()
    ended = run("correct", made.reference, made.photo, "-o", getattr(made, name), *masks(made))
    assert ended.exit_code == 2
    assert "written over" in ended.stderr


def test_two_outputs_may_not_share_a_name(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    ended = run("correct", made.reference, made.photo, "-o", out, "--save-mask", out)
    assert ended.exit_code == 2


def test_the_output_keeps_the_format_of_its_source(make_pair, tmp_path):
    made = make_pair(suffix=".jpg")
    wrong = run("correct", made.reference, made.photo, "-o", tmp_path / "out.png", *masks(made))
    assert wrong.exit_code == 2
    assert "out.jpg" in wrong.stderr
    same = run("correct", made.reference, made.photo, "-o", tmp_path / "out.JPEG", *masks(made))
    assert same.exit_code in (0, 3), same.output


@pytest.mark.parametrize(
    "args",
    [
        ["correct", "photo.png", "-o", "out.png"],
        ["correct", "a.png", "b.png", "c.png", "-o", "out.png"],
        ["correct", "a.png", "b.png"],
        ["correct", "a.png", "b.png", "-o", "out.png", "--method", "magic"],
        ["correct", "a.png", "b.png", "-o", "out.png", "--strength", "2"],
        ["verify", "a.png", "b.png"],
        ["batch", "pairs"],
        ["batch", "pairs", "out", "--workers", "0"],
        ["paint"],
    ],
)
def test_a_mistake_in_usage_ends_with_2(args):
    assert run(*args).exit_code == 2


def test_verify_judges_what_correct_delivered(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    done = run("correct", made.reference, made.photo, "-o", out, *masks(made), "--json")
    checked = run("verify", made.reference, made.photo, out, *masks(made), "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["metrics"] == json.loads(done.stdout)["metrics"]


def test_verify_does_not_pass_the_uncorrected_photo(make_pair):
    made = make_pair()
    ended = run("verify", made.reference, made.photo, made.photo, *masks(made))
    assert ended.exit_code in (3, 4)
    assert "color" in ended.stdout


def test_warmup_runs_every_method_and_prints_its_seconds():
    ended = run("warmup")
    assert ended.exit_code == 0
    assert {line.split()[0] for line in ended.stdout.splitlines()} == set(CORRECTORS)


def test_a_reader_that_has_gone_changes_neither_status_nor_manners(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    args = ["correct", made.reference, made.photo, "-o", out, *masks(made), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "colorfast", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_the_version_is_printed():
    assert run("--version").stdout.startswith("colorfast 0.")


def test_strength_zero_gives_the_photo_back(make_pair, tmp_path):
    made, out = make_pair(), tmp_path / "out.png"
    run("correct", made.reference, made.photo, "-o", out, *masks(made), "--strength", "0")
    np.testing.assert_array_equal(cv2.imread(str(out)), cv2.imread(str(made.photo)))
