"""What a network is punished for.

`vanilla` and `weighted` are the two of ChromaFashionNet, over class ids; `parts` takes sets of classes.
Logits are (B, N, H, W). The classes of FIVE stand in the order of the label files: background, hair, clothes,
skin, accessories; the paper's own code swaps the last two weights.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

from colorfast.labels import FIVE, GARMENT
from colorfast.training.segmentation.classes import IGNORED, SPANS, five_ids
from colorfast.training.segmentation.networks.blocks import times
from colorfast.training.segmentation.networks.pix2pix import Pix2Pix

AUXILIARY = 0.4  # weight of the side output at stride 8
PAINTED = 100.0  # weight of the classes beside the judge's opinion: Isola et al. 2017
OVERLAP = 0.5  # weight of the Dice term
LEAST = 1e-6  # added to a probability before its logarithm, so that no wrong label pulls without limit

BITS = torch.tensor([1 << at for at in range(len(GARMENT))], dtype=torch.int16).view(-1, 1, 1)
FIVE_IDS = torch.from_numpy(five_ids()).view(-1, 1).float()  # (2048, 1) five-class id of each label


def vanilla(logits: Tensor, ids: Tensor) -> Tensor:
    """Return the cross-entropy of class ids (B, H, W), every class weighing the same."""
    return F.cross_entropy(logits, ids.long(), ignore_index=IGNORED)


def weighted(logits: Tensor, ids: Tensor) -> Tensor:
    """Return the cross-entropy with the weights of the batch's own class shares."""
    weights = batch_weights(ids, logits.shape[1])
    return F.cross_entropy(logits, ids.long(), weight=weights.to(logits.dtype), ignore_index=IGNORED)


def batch_weights(ids: Tensor, classes: int) -> Tensor:
    """Return a weight for each class (N,): w = (1 - rho) / (N - 1), rho its share of the batch's pixels.

    The ChromaFashionNet paper, eq. 2. Weights sum to 1; none is 0, so that a batch of one class has a mean.
    """
    counts = torch.bincount(ids.flatten().long(), minlength=256)[:classes].float()
    return ((1 - counts / counts.sum().clamp(min=1)) / (classes - 1)).clamp(min=LEAST)


def parts(output: tuple[Tensor, Tensor], labels: Tensor) -> Tensor:
    """Return the loss of logits over GARMENT and of the side output against sets of classes (B, H, W) int16.

    Cross-entropy of the set's summed probability, weighted as in the paper by the shares of the five, plus Dice
    over the five, plus the cross-entropy of the side output at its own stride.
    """
    logits, side = output
    step = labels.shape[-1] // side.shape[-1]
    fives = five_ids_of(labels)
    weights = batch_weights(fives, len(FIVE))
    shares = times(logits.contiguous(), labels.shape[-1] // logits.shape[-1]).softmax(1)
    corner = slice(step // 2, None, step)
    return (
        _set_entropy(shares, labels, fives, weights)
        + OVERLAP * _dice(in_five(shares), fives)
        + AUXILIARY
        * _set_entropy(side.softmax(1), labels[:, corner, corner], fives[:, corner, corner], weights)
    )


def with_side(classes: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """Return a loss over class ids for our own network: of its logits at full size, and of its side output."""

    def loss(output: tuple[Tensor, Tensor], ids: Tensor) -> Tensor:
        logits, side = output
        step = ids.shape[-1] // side.shape[-1]
        corner = slice(step // 2, None, step)
        full = times(logits.contiguous(), ids.shape[-1] // logits.shape[-1])
        return classes(full, ids) + AUXILIARY * classes(side, ids[:, corner, corner])

    return loss


def adversarial(network: Pix2Pix, classes: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """Return the loss of Pix2Pix: that of the classes, the painter's against the judge, and the judge's own."""

    def loss(output: tuple[Tensor, Tensor], ids: Tensor) -> Tensor:
        logits, photo = output
        painted = logits.softmax(1)
        true = torch.stack([ids == one for one in range(logits.shape[1])], 1).to(painted.dtype)
        judged = network.persuasion(photo, painted) + network.judgment(photo, painted, true)
        return PAINTED * classes(logits, ids) + judged

    return loss


def in_five(shares: Tensor) -> Tensor:
    """Return the probabilities (B, 5, H, W) of the five classes from those of GARMENT."""
    ends = (*SPANS[1:], len(GARMENT))
    return torch.stack([shares[:, start:end].sum(1) for start, end in zip(SPANS, ends, strict=True)], 1)


def five_ids_of(labels: Tensor) -> Tensor:
    """Return the five-class ids (B, H, W) int64 of sets of classes; IGNORED where a set spans several."""
    return F.embedding(labels.int(), FIVE_IDS.to(labels.device)).squeeze(-1).long()


def _set_entropy(shares: Tensor, labels: Tensor, fives: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean of -log sum_{c in label} p_c; it is the cross-entropy where a set has one class."""
    allowed = (labels.unsqueeze(1) & BITS.to(labels.device)) != 0  # (B, N, H, W)
    missed = -((shares * allowed).sum(1) + LEAST).log()  # (B, H, W)
    across = weights.mean().expand(IGNORED + 1 - len(weights))  # sets that span several of the five
    weight = F.embedding(fives, torch.cat([weights, across]).view(-1, 1)).squeeze(-1)
    return (missed * weight).sum() / weight.sum()


def _dice(found: Tensor, fives: Tensor) -> Tensor:
    """Return 1 - the mean Dice overlap of the five; Milletari, Navab & Ahmadi 2016, with one pixel of smoothing."""
    truth = torch.stack([fives == five for five in range(len(FIVE))], 1).float()
    found = found * (fives != IGNORED).unsqueeze(1)
    both, each = (found * truth).sum((0, 2, 3)), (found + truth).sum((0, 2, 3))
    return 1 - ((2 * both + 1) / (each + 1)).mean()
