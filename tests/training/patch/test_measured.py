"""Rows are learned, judged by what was not learned, and the network for them works in `swatch`."""

from __future__ import annotations

import json

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.errors import PairsError
from colorfast.training.patch.export import answers
from colorfast.training.patch.measured import by_kernel, cross_validate, judge, learn_rows, splits
from colorfast.training.patch.networks.kernel import KernelNetwork
from colorfast.training.patch.rows import has_rows, planes, read_rows


def test_rows_are_read_with_what_the_camera_said(rows_folder):
    rows = read_rows(rows_folder)
    assert rows.true.shape == (72, 3)
    assert rows.exposures[0].camera == "Maker Phone 0"
    assert has_rows(rows_folder)


def test_rows_without_truth_are_refused(tmp_path):
    (tmp_path / "data.csv").write_text("set,patch,L,a,b\n0,0,50,0,0\n")
    with pytest.raises(PairsError, match="L-true"):
        read_rows(tmp_path)


def test_no_patch_is_in_two_folds_of_unseen_patches(rows_folder):
    rows = read_rows(rows_folder)
    folds = splits(rows)["unseen patches"]
    assert all(len(set(folds[rows.patches == name])) == 1 for name in rows.patches)


def test_a_process_is_near_the_truth_on_patches_that_it_has_not_seen(rows_folder):
    lines = {line.split: line for line in cross_validate(read_rows(rows_folder), by_kernel)}
    assert lines["unseen patches"].mean < lines["unseen patches"].shown
    assert list(lines)[-1] == "random rows (flatters)"


def test_errors_of_what_is_left_out_are_those_of_a_process_without_it(rows_folder):
    rows = read_rows(rows_folder)
    process, held = KernelNetwork(rows, ()), rows.sets == "2"
    ratios = process.left_out(rows.sets)[held]
    alone = answers(KernelNetwork(rows.of(~held), ()), planes(rows.of(held), ()))[:, 0]
    expected = rows.true[held] - alone[:, :3]
    assert np.corrcoef(ratios[:, 0], expected[:, 0])[0, 1] > 0.95


def test_an_exported_process_says_the_same_and_which_rows_it_has_learned(rows_folder, tmp_path):
    rows = read_rows(rows_folder)
    _, path = learn_rows(rows, tmp_path / "out")
    lines = judge(path, rows)
    assert [line.split for line in lines] == ["learned rows (flatters)"]
    found = answers(KernelNetwork(rows, ()), planes(rows, ()))[:, 0, :3]
    assert lines[0].mean == pytest.approx(delta_e_2000(found, rows.true).mean(), abs=0.01)
    assert json.loads(path.with_suffix(".json").read_text())["sets"] == ["0", "1", "2"]


def test_real_rows_of_unseen_patches_and_sets_are_near_the_truth(data_dir):
    lines = {one.split: one.mean for one in cross_validate(read_rows(data_dir / "skin_metadata"), by_kernel)}
    assert lines["unseen patches"] < 5.0
    assert lines["unseen sets"] < 7.5
