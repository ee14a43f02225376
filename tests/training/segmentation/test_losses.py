"""Losses: the paper's weights in the right order, and sets of classes."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch
import torch.nn.functional as F  # noqa: N812

from colorfast.labels import GARMENT
from colorfast.training.segmentation.classes import UNKNOWN, label
from colorfast.training.segmentation.losses import (
    adversarial,
    batch_weights,
    five_ids_of,
    in_five,
    parts,
    vanilla,
    weighted,
)
from colorfast.training.segmentation.networks import NETWORKS


def _ids(*counts: int) -> torch.Tensor:
    """Return 100 pixels (1, 10, 10) with so many of each class."""
    return torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts)).view(1, 10, 10)


def _labels(name: str, shape: tuple[int, ...] = (1, 32, 32)) -> torch.Tensor:
    return torch.full(shape, label(name), dtype=torch.int16)


def test_a_batch_of_one_class_has_a_loss():
    ids = torch.full((1, 10, 10), 3)
    torch.testing.assert_close(weighted(torch.zeros(1, 5, 10, 10), ids), torch.tensor(5.0).log())


def _logits(*liked: str, size: int = 16) -> torch.Tensor:
    """Return logits that share the probability between some classes."""
    return (
        torch.tensor([30.0 if name in liked else 0.0 for name in GARMENT])
        .view(1, -1, 1, 1)
        .expand(1, len(GARMENT), size, size)
    )


def test_weights_follow_equation_2_in_the_order_of_the_classes():
    # background, hair, clothes, skin, accessories; the paper's own code swaps the last two
    found = batch_weights(_ids(60, 5, 20, 5, 10), 5)
    assert found.tolist() == pytest.approx([0.1, 0.2375, 0.2, 0.2375, 0.225])
    assert float(found.sum()) == pytest.approx(1)


def test_weighted_differs_from_vanilla_by_the_weights_alone():
    torch.manual_seed(0)
    logits, ids = torch.randn(1, 5, 10, 10), _ids(60, 5, 20, 5, 10)
    weights = torch.tensor([0.1, 0.2375, 0.2, 0.2375, 0.225])
    assert weighted(logits, ids) == pytest.approx(F.cross_entropy(logits, ids, weight=weights).item())
    assert vanilla(logits, _ids(20, 20, 20, 20, 20)) == pytest.approx(
        weighted(logits, _ids(20, 20, 20, 20, 20)).item()
    )


def test_accessories_missed_cost_their_own_weight_and_not_that_of_skin():
    ids = _ids(60, 0, 0, 39, 1)
    sure = 12.0 * F.one_hot(ids, 5).permute(0, 3, 1, 2).float()
    no_skin, no_accessories = sure.clone(), sure.clone()
    no_skin[:, :, ids[0] == 3] = torch.tensor([12.0, 0, 0, 0, 0]).view(1, 5, 1)
    no_accessories[:, :, ids[0] == 4] = torch.tensor([12.0, 0, 0, 0, 0]).view(1, 5, 1)
    a_skin_pixel = weighted(no_skin, ids) / 39
    assert weighted(no_accessories, ids) / a_skin_pixel == pytest.approx(0.99 / 0.61, rel=1e-3)


def test_clothes_constrain_only_the_sum_of_their_parts():
    aside = _logits("upper", size=4)
    one = parts((_logits("upper"), aside), _labels("clothes"))
    shared = parts((_logits("upper", "dress"), aside), _labels("clothes"))
    wrong = parts((_logits("bag"), aside), _labels("clothes"))
    assert one == pytest.approx(shared.item(), abs=1e-5)
    assert wrong > one + 1


def test_a_finer_label_tells_parts_apart():
    side = _logits("upper", size=4)
    right, wrong = (parts((_logits(name), side), _labels("upper")) for name in ("upper", "dress"))
    assert wrong > right + 1


def test_a_pixel_that_may_be_anything_teaches_nothing():
    torch.manual_seed(0)
    logits = torch.randn(1, len(GARMENT), 16, 16, requires_grad=True)
    labels = _labels("unknown")
    labels[:, :16] = label("hair")
    parts((logits, torch.zeros(1, len(GARMENT), 4, 4)), labels).backward()
    assert logits.grad[:, :, 10:].abs().max() < 1e-6 < logits.grad[:, :, :6].abs().max()


def test_probabilities_of_the_five_sum_to_one_and_gather_their_parts():
    shares = torch.rand(2, len(GARMENT), 3, 3).softmax(1)
    five = in_five(shares)
    torch.testing.assert_close(five.sum(1), torch.ones(2, 3, 3))
    torch.testing.assert_close(five[:, 2], shares[:, 2:6].sum(1))
    assert five_ids_of(torch.tensor([[[UNKNOWN, label("bag")]]])).tolist() == [[[255, 4]]]


def test_pix2pix_is_taught_classes_and_both_sides_of_the_game():
    torch.manual_seed(0)
    network = NETWORKS["pix2pix"](5)
    ids = torch.randint(0, 5, (2, 64, 64))
    adversarial(network, vanilla)(network(torch.rand(2, 3, 64, 64)), ids).backward()
    assert [one for one, weights in network.named_parameters() if weights.grad is None] == []
