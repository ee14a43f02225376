"""The edge of a mask, found anew by SAM 2 (Ravi et al. 2024, arXiv:2408.00714) in two ONNX files.

A picture and the share of the wanted garment in it come in, a finer share goes out. The encoder reads the picture,
the decoder is told by the share where to look: a box, points deep inside and outside, and the share itself.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from colorfast.errors import NetworkUnfit
from colorfast.inference import Session, open_session
from colorfast.records import Array, Mask
from colorfast.segment.networks import as_seen
from colorfast.weights import Weights, find

INSIDE, OUTSIDE, TOP_LEFT, BOTTOM_RIGHT = 1.0, 0.0, 2.0, 3.0  # what a point says, as SAM numbers it
DEEP = 3  # points inside, each the deepest that is left
HINT = 256  # rows and columns of a mask that is given as a prompt
SURE = 6.0  # logit of a share of 0 or 1 in that mask
ALIKE = 0.5  # intersection over union with the share, below which an answer is about something else


class Prompt(NamedTuple):
    """Where to look, in fractions of the picture's width and height."""

    points: Array
    """(N, 2) x, y, 0..1."""
    says: Array
    """(N,) what each one is."""


def redrawn(pixels: Array, share: Array, name: str) -> Mask | None:
    """Return the mask (h, w) of a garment as a refiner draws it; None where it draws another thing.

    pixels, share   as of `refined`

    Raises SettingsError (no such network), NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    weights = find(name)
    if weights.task != "refinement":
        raise NetworkUnfit(weights.path, f"{name} names what a photo shows; an edge is drawn by sam2-tiny")
    mask = refined(pixels, share, weights) > 0.5
    return mask if _overlap(mask, share >= 0.5) >= ALIKE else None


def refined(pixels: Array, share: Array, weights: Weights) -> Array:
    """Return the share (h, w) float32 0..1 of the garment as SAM 2 draws it; as given where nothing is half sure.

    pixels   (h, w, 3) uint8 or uint16, read as sRGB
    share    (h', w') 0..1 over the same picture

    Of SAM's answers the one is taken that overlaps most with the share: its own choice may be the whole person.
    Raises NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    height, width = pixels.shape[:2]
    rough = cv2.resize(share.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if not (share >= 0.5).any():
        return np.asarray(rough)
    encoder, decoder = (open_session(file.path) for file in weights.files)
    seen = as_seen(pixels, weights.input)
    answers = _answers(encoder, decoder, seen, share)
    logits = max(answers, key=lambda one: _overlap(one > 0, share >= 0.5))
    full = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 / (1 + np.exp(-full)), np.float32)


def prompt(inside: Mask) -> Prompt:
    """Return the box of a mask, points deep inside it, and the deepest point of the box that is outside."""
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    corner = np.array([columns[0], rows[0]], float)
    points = [corner, np.array([columns[-1] + 1, rows[-1] + 1], float)]
    says = [TOP_LEFT, BOTTOM_RIGHT]
    for one in _deepest(inside[box], DEEP):
        points.append(corner + one)
        says.append(INSIDE)
    for one in _deepest(~inside[box], 1):
        points.append(corner + one)
        says.append(OUTSIDE)
    return Prompt(np.array(points) / inside.shape[::-1], np.array(says))


def _answers(encoder: Session, decoder: Session, seen: Array, share: Array) -> Array:
    """Return the logits (answers, rows, columns) of the decoder."""
    if len(encoder.takes) != 1:
        raise NetworkUnfit(encoder.path, f"it takes {', '.join(encoder.takes)}, not one picture")
    features = encoder.run(**{encoder.takes[0]: seen})
    where = prompt(share >= 0.5)
    hint = cv2.resize(share.astype(np.float32), (HINT, HINT), interpolation=cv2.INTER_AREA)
    told = {
        **features,
        "point_coords": (where.points * seen.shape[:1:-1])[None].astype(np.float32),
        "point_labels": where.says[None].astype(np.float32),
        "mask_input": (2 * hint[None, None] - 1) * np.float32(SURE),
        "has_mask_input": np.ones(1, np.float32),
    }
    if not set(decoder.takes) <= set(told) or "masks" not in decoder.gives:
        raise NetworkUnfit(decoder.path, f"it takes {', '.join(decoder.takes)}: not a decoder of SAM 2")
    return np.asarray(decoder.run(**{name: told[name] for name in decoder.takes})["masks"][0])


def _deepest(mask: Mask, most: int) -> list[Array]:
    """Return up to `most` points x, y of a mask, each farthest from its edge and from those before it."""
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    found = []
    for _ in range(most):
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        radius = depth[y, x]
        if radius < 1:
            break
        found.append(np.array([x + 0.5, y + 0.5]))
        cv2.circle(depth, (int(x), int(y)), int(np.ceil(2 * radius)), 0, -1)
    return found


def _overlap(answer: Mask, inside: Mask) -> float:
    """Return the intersection over union of an answer with a mask of another size."""
    size = answer.shape[1], answer.shape[0]
    wanted = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(bool)
    either = int((answer | wanted).sum())
    return float((answer & wanted).sum() / either) if either else 0.0
