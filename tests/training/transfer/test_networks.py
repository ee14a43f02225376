"""The networks of transfer have the sizes of the papers, and learn."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch
from torch.utils.flop_counter import FlopCounterMode

from colorfast.color.distribution import palette_of
from colorfast.correct.analogy import GIVEN, PLANES, SIDE, analogy, map_of
from colorfast.training.transfer.batches import judged
from colorfast.training.transfer.losses import distilled, hard_loss, histogram_loss, soft_loss
from colorfast.training.transfer.networks import NETWORKS
from colorfast.training.transfer.networks.analogy import CODE
from colorfast.training.transfer.networks.histogram import AB_BINS, L_BINS, histograms, shares_of
from colorfast.training.transfer.networks.lattice import mixed
from colorfast.training.transfer.pairs import Lesson


def pairs(count: int = 2, size: tuple[int, int] = (64, 96), labels: int = 1) -> torch.Tensor:
    """Random pairs without labels, or with one label on the left and another on the right."""
    torch.manual_seed(0)
    pair = torch.rand(count, 6 + labels, *size) * 2 - 1
    pair[:, 6:] = 0
    if labels == 2:
        pair[:, 6:, :, : size[1] // 2] = 1
    return pair


@pytest.mark.parametrize(
    ("name", "millions"), [("teacher", 39.4), ("half", 11.5), ("student", 2.0), ("lattice", 0.8)]
)
def test_networks_have_the_size_they_should(name, millions):
    with torch.device("meta"):
        found = sum(one.numel() for one in NETWORKS[name]().parameters()) / 1e6
    assert found == pytest.approx(millions, rel=0.05)


def test_the_histogram_encoder_has_1_6_million_weights():
    with torch.device("meta"):
        encoder = NETWORKS["teacher"]().encoder
    assert sum(one.numel() for one in encoder.parameters()) / 1e6 == pytest.approx(1.6, rel=0.01)


def multiplications(name: str) -> int:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        NETWORKS[name]()(torch.empty(1, 7, 768, 1024))
    return counter.get_total_flops()


def test_the_student_computes_a_twentieth_of_what_its_teacher_does_at_most():
    assert 20 * multiplications("student") < multiplications("teacher")


@pytest.mark.parametrize("labels", [1, 2])
def test_histogram_analogy_gives_the_picture_and_one_for_each_decoder_block(labels):
    found = NETWORKS["student"]()(pairs(labels=labels))
    sizes = [tuple(one.shape[-2:]) for one in found]
    assert sizes == [(64, 96), (4, 6), (8, 12), (16, 24), (32, 48), (64, 96)]


def test_codes_of_labels_reach_only_the_pixels_of_that_label():
    network, pair = NETWORKS["student"]().eval(), pairs(1, labels=2)
    other = pair.clone()
    other[:, 3:6, :, 48:] = 0  # what the reference shows on the right
    with torch.no_grad():
        codes = [network._by_label(one[:, 3:6], one[:, 6:]) for one in (pair, other)]
    changed = (codes[0] - codes[1]).abs().amax(1)[0] > 1e-6
    assert changed[:, 48:].all()
    assert not changed[:, :48].any()


def test_codes_that_are_the_same_everywhere_tell_the_student_what_one_code_does():
    network, pair = NETWORKS["student"]().eval().transfer, pairs(1)
    codes = torch.rand(1, 2 * CODE, 1, 1)
    with torch.no_grad():
        one, tiled = network(pair[:, :3], codes), network(pair[:, :3], codes.expand(-1, -1, 64, 96))
    torch.testing.assert_close(one, tiled)


def test_a_histogram_divides_a_color_among_the_bins_next_to_it():
    gray = torch.tensor([-1.0, 0.0, 1 / 63]).reshape(
        1, 3, 1, 1
    )  # black in L*, between two bins of a*, in one of b*
    lightness, ab = shares_of(gray)
    np.testing.assert_allclose(lightness[0], np.eye(L_BINS)[0], atol=1e-6)
    np.testing.assert_allclose(ab[0, 31:33, 32], 0.5, atol=1e-5)
    assert float(ab.sum()) == pytest.approx(1)


def test_shares_of_a_histogram_sum_to_one_and_pass_gradients():
    picture = pairs()[:, :3].requires_grad_()
    lightness, ab = shares_of(picture)
    np.testing.assert_allclose(lightness.sum(1).detach(), 1, rtol=1e-5)
    np.testing.assert_allclose(ab.sum((1, 2)).detach(), 1, rtol=1e-5)
    histogram_loss(picture, picture.detach().flip(0)).backward()
    assert picture.grad is not None
    assert picture.grad.abs().max() > 0


def test_a_histogram_does_not_know_left_from_right():
    picture = pairs()[:, :3]
    torch.testing.assert_close(histograms(picture), histograms(picture.flip(3)))
    assert histograms(picture).shape == (2, L_BINS + 1, AB_BINS, AB_BINS)


def test_losses_are_zero_for_the_truth_and_only_there():
    truth = pairs()[:, :3]
    right = (truth, *(torch.nn.functional.interpolate(truth, (4, 6), mode="area") for _ in range(1)))
    assert float(hard_loss(right, truth)) == pytest.approx(0, abs=1e-6)
    assert float(soft_loss(right, right)) == pytest.approx(0, abs=1e-6)
    assert float(hard_loss((truth * 0.9, right[1]), truth)) > 1e-3


def test_what_a_teacher_says_is_half_of_the_loss():
    network, pair = NETWORKS["student"](), pairs(1)
    found = network(pair)
    own = distilled(network)(found, torch.cat([pair[:, :3], pair], 1))
    assert float(own.detach()) == pytest.approx(0.5 * float(hard_loss(found, pair[:, :3]).detach()), rel=1e-3)


def test_the_lattice_starts_without_a_preference():
    given = NETWORKS["lattice"]()(torch.rand(2, PLANES, SIDE, SIDE))
    assert given.shape == (2, GIVEN * SIDE, SIDE, SIDE)
    assert float(given.detach().abs().max()) == 0


def test_the_loss_reads_the_lattice_as_the_method_does():
    rng = np.random.default_rng(0)
    lab = (rng.normal(size=(600, 3)) * [12, 6, 8] + [55, 10, 5]).astype(np.float32)
    pair = analogy(palette_of(lab), palette_of(lab * np.float32([0.9, 1.1, 0.8])))
    smooth = rng.normal(size=(GIVEN, 1, 1, 1)) + np.linspace(-0.2, 0.2, SIDE)[:, None, None] * np.ones(
        (SIDE,) * 3
    )
    answer = smooth.astype(np.float32).reshape(GIVEN * SIDE, SIDE, SIDE)
    lesson = Lesson(source=lab, truth=lab, target=palette_of(lab))
    found = mixed(
        torch.from_numpy(answer)[None], torch.from_numpy(judged(pair, lesson, np.arange(600)))[None]
    )
    np.testing.assert_allclose(found[0].numpy(), map_of(pair, answer)(lab), atol=0.25)
