"""Networks: shapes, sizes that were published, and that a step moves every weight."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch

from colorfast.training.segmentation.networks import NETWORKS

LIGHT = ("unet1", "fcn32s", "fcn16s", "fcn8s", "fcn1s", "deeplabv3plus", "lraspp", "pix2pix")


@pytest.mark.parametrize("name", LIGHT)
def test_logits_have_the_size_of_the_photo(name):
    with torch.no_grad():
        assert NETWORKS[name](5).eval()(torch.rand(1, 3, 96, 64)).shape == (1, 5, 96, 64)


@pytest.mark.parametrize("name", LIGHT)
def test_odd_sizes_are_taken(name):
    with torch.no_grad():
        assert NETWORKS[name](5).eval()(torch.rand(1, 3, 75, 53)).shape == (1, 5, 75, 53)


def test_our_own_answers_at_half_size_and_in_training_at_an_eighth_too():
    network = NETWORKS["own"](11)
    fine, side = network(torch.rand(2, 3, 64, 96))
    assert (fine.shape, side.shape) == ((2, 11, 32, 48), (2, 11, 8, 12))
    assert network.eval()(torch.rand(1, 3, 64, 96)).shape == (1, 11, 32, 48)


@pytest.mark.parametrize("name", ["own", "unet1", "fcn1s", "lraspp"])
def test_every_weight_takes_part(name):
    network = NETWORKS[name](5)
    found = network(torch.rand(2, 3, 64, 64))
    sum(part.square().mean() for part in (found if isinstance(found, tuple) else (found,))).backward()
    assert [one for one, weight in network.named_parameters() if weight.grad is None] == []


def test_the_trunk_of_vgg16_has_its_published_convolutions():
    trunk = NETWORKS["fcn1s"](5).trunk
    weights = sum(one.numel() for one in trunk.parameters() if one.ndim == 4)
    assert weights == 14_714_688 - 4224  # table 2 of Simonyan & Zisserman, less the biases


def test_the_trunk_of_resnet_50_has_its_published_weights():
    network = NETWORKS["deeplabv3plus"](5)
    weights = sum(one.numel() for part in (network.stem, network.stages) for one in part.parameters())
    assert weights == 25_557_032 - 2_049_000  # less the classifier of 1000 classes


def test_painter_and_judge_are_taught_apart():
    torch.manual_seed(0)
    network = NETWORKS["pix2pix"](5)
    photo, logits = torch.rand(1, 3, 64, 64), torch.randn(1, 5, 64, 64, requires_grad=True)
    network.judgment(photo, logits.softmax(1), torch.rand(1, 5, 64, 64)).backward()
    assert logits.grad is None
    network.judge.zero_grad()
    network.persuasion(photo, logits.softmax(1)).backward()
    assert logits.grad.abs().sum() > 0
    assert all(weights.grad is None for weights in network.judge.parameters())
