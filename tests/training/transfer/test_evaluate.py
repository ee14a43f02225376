"""Measuring color transfers: known answers, and pictures that a measure must reject."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import cv2

from colorfast.errors import PairsError
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.transfer.compare import compare, write_report
from colorfast.training.transfer.costs import costs
from colorfast.training.transfer.evaluate import Trial, means, real_pairs, recolored, tried
from colorfast.training.transfer.methods import METHODS, labelwise, nothing, trained
from colorfast.training.transfer.run import run, training_of


def cloud(seed: int = 0) -> np.ndarray:
    """A picture (h, w, 3) in Lab."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(32, 40, 3)) * [10, 6, 8] + [55, 10, 5]).astype(np.float32)


def scores(trial: Trial, methods=METHODS) -> dict[str, float]:
    return {score.method: score.delta_e for score, _ in tried(trial, methods)}


def test_a_gain_and_shift_is_undone_by_every_method_but_nothing():
    source = cloud()
    truth = source * np.float32([1.2, 0.7, 1.1]) + np.float32([-10, 6, -8])
    found = scores(Trial(id="made", kind="whole", source=source, reference=truth, truth=truth))
    assert found["nothing"] > 8
    assert all(found[name] < 0.6 for name in ("Reinhard", "MKL", "IDT"))
    assert found["neural"] < 2


def test_iterative_transfer_meets_a_distribution_that_no_linear_map_meets():
    source, truth = cloud(), np.where(cloud() > 55, 80, 30).astype(np.float32)
    trial = Trial(id="made", kind="whole", source=source, reference=truth, truth=truth)
    distances = {score.method: score.distance for score, _ in tried(trial, METHODS)}
    assert distances["IDT"] < 0.5 * distances["MKL"]


def test_a_method_that_looks_at_places_is_caught_by_the_flip():
    ramp = np.linspace(0, 20, 40, dtype=np.float32)[None, :, None]
    trial = Trial(id="made", kind="whole", source=cloud(), reference=cloud(1))
    flips = [score.flip for score, _ in tried(trial, {"places": lambda lab, *_: lab + ramp, **METHODS})]
    assert flips[0] > 3
    assert all(flip <= 0.1 for flip in (flips[1], flips[2], flips[3], flips[5]))


def test_labels_keep_colors_apart():
    labels = (np.zeros((32, 40), np.uint8),) * 2
    labels[0][:, 20:] = 1
    reference = cloud()
    reference[:, 20:] += np.float32([0, 40, 0])
    found = METHODS["MKL"](cloud(), reference, labels)
    np.testing.assert_allclose(found, reference, atol=0.5)
    assert np.abs(METHODS["MKL"](cloud(), reference, None) - reference).mean() > 3


def test_a_photo_is_tried_whole_in_its_clothes_and_as_it_is(make_labeled):
    found = list(recolored(find_labeled(make_labeled(), "val")))
    assert [one.kind for one in found] == ["whole", "clothes", "clothes by mask", "same"]
    dyed = np.abs(found[1].truth - found[1].source).max(-1) > 0
    assert 0 < dyed.mean() < np.abs(found[0].truth - found[0].source).max(-1).astype(bool).mean()
    assert scores(found[3])["neural"] <= 0.2


def test_where_nobody_knows_the_truth_no_error_is_printed():
    trial = Trial(id="made", kind="weak", source=cloud(), reference=cloud(1))
    found = [score for score, _ in tried(trial, {"nothing": labelwise(nothing)})]
    assert means(found)[1][3:5] == ("-", "-")


def test_pairs_without_a_list_are_an_error(tmp_path):
    with pytest.raises(PairsError):
        list(real_pairs(tmp_path))


@pytest.mark.parametrize("network", ["lattice", "student"])
def test_a_run_is_compared_beside_the_others(make_labeled, tmp_path, network):
    out = tmp_path / "mine"
    run(training_of(folders=(make_labeled(),), network=network, steps=1, side=32, batch=1), out)
    trial = Trial(id="made", kind="weak", source=cloud(), reference=cloud(1), truth=cloud(1))
    found = compare([trial], [out])
    assert found[-1].score.method == "mine"
    write_report(found, tmp_path / "report")
    assert cv2.imread(str(tmp_path / "report" / "worst.jpg")) is not None
    assert trained(out)(cloud(), cloud(1), (np.zeros((32, 40), np.uint8),) * 2).shape == (32, 40, 3)


def test_costs_are_told_for_every_size(monkeypatch):
    monkeypatch.setattr("colorfast.training.transfer.costs.SIZES", ((48, 64),))
    lines = costs(["neural"])
    assert lines[0] == ("method", "64 × 48")
    assert lines[1][1].split()[1] in ("ms", "ms,")
