"""`colorfast swatches` lists, compares and converts libraries; `--target` takes colors from them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.swatch.library import read_library


@pytest.fixture
def brand(tmp_path):
    waves = range(400, 701, 10)
    rows = [f"{name},{','.join(str(value) for _ in waves)}" for name, value in (("a", 0.5), ("b", 0.4))]
    path = tmp_path / "brand.csv"
    path.write_text("\n".join([f"name,{','.join(map(str, waves))}", *rows]), encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(cli, [*map(str, arguments)])


def test_colors_and_names_are_printed(brand):
    assert run("swatches", brand).stdout.splitlines()[0].endswith("76.07   0.00   0.00  a")


def test_differences_from_a_standard_stand_under_each_lamp(brand):
    found = run("swatches", brand, "--standard", f"{brand}:a", "--json")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert rows[0]["delta_e"] == {"D65": 0, "A": 0, "F11": 0}
    assert min(rows[1]["delta_e"].values()) > 4


def test_without_a_spectrum_only_daylight_is_told(brand):
    row = json.loads(run("swatches", brand, "--standard", "#808080", "--json").stdout.splitlines()[0])
    assert row["delta_e"]["A"] is None
    assert row["delta_e"]["D65"] > 10


@pytest.mark.parametrize("suffix", [".ase", ".gpl"])
def test_a_library_is_converted(brand, suffix):
    out = brand.with_suffix(suffix)
    assert run("swatches", brand, "-o", out).exit_code == 0
    assert [one.name for one in read_library(out)] == ["a", "b"]


def test_another_format_is_refused(brand):
    found = run("swatches", brand, "-o", brand.with_suffix(".aco"))
    assert found.exit_code == 4
    assert "[bad-swatches]" in found.stderr


def test_a_photo_is_corrected_to_a_swatch_and_an_unknown_one_is_named(make_pair, tmp_path):
    made, brand = make_pair(), tmp_path / "brand.gpl"
    brand.write_text("GIMP Palette\n40 70 150 Royal blue\n", encoding="utf-8")
    rest = (made.photo, "-o", tmp_path / "out.png", "--mask", made.mask, "--json")
    found = run("correct", *rest, "--target", f"{brand}:Royal blue")
    assert json.loads(found.stdout)["metrics"]["delta_e_median"] < 1.5
    unknown = run("correct", *rest, "--target", f"{brand}:Roial blue")
    assert unknown.exit_code == 4
    assert "'Royal blue' [swatch-unknown]" in unknown.stderr
