"""Published color transfers to stand beside ours, in short NumPy: fit on the core, applied to the alpha.

In go the Lab of the garment's box and the reference's core pixels; out comes the Lab of the corrected box.
They fit on all core pixels, not on a palette, because they need nothing but means and covariances.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from colorfast.records import Array, ColorMap, Garment, Lab

Peer: TypeAlias = Callable[[Lab, Garment, Lab], Lab]

LEAST_VARIANCE = 0.01
"""Lab², about the variance of 8-bit rounding: a flat channel is not stretched into noise."""


def nothing(lab: Lab, _garment: Garment, _reference: Lab) -> Lab:
    """Leave the picture as it is: what every method must beat."""
    return lab.copy()


def shift(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Move the core's per-channel median onto the reference's."""
    offset = np.median(reference, axis=0) - np.median(lab[garment.core], axis=0)
    return blended(lab, garment, lab + offset.astype(np.float32))


def reinhard(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Match mean and standard deviation of each Lab channel.

    Reinhard, Ashikhmin, Gooch & Shirley 2001, eqs. 10-12, in CIELAB in place of lαβ. doi:10.1109/38.946629
    """
    core = lab[garment.core].astype(np.float64)
    spread = np.sqrt(np.maximum(core.var(axis=0), LEAST_VARIANCE))
    gain = np.sqrt(np.maximum(reference.var(axis=0, dtype=np.float64), LEAST_VARIANCE)) / spread
    color_map = affine(np.diag(gain), core.mean(axis=0), mean_of(reference))
    return blended(lab, garment, color_map(lab))


def mkl(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Match mean and covariance by the linear Monge-Kantorovitch map.

    Pitié & Kokaram 2007, eq. 18, in CIELAB. doi:10.1049/cp:20070055
    """
    core = lab[garment.core]
    matrix = monge_kantorovitch(covariance_of(core), covariance_of(reference))
    color_map = affine(matrix, mean_of(core), mean_of(reference))
    return blended(lab, garment, color_map(lab))


def monge_kantorovitch(source: Array, target: Array) -> Array:
    """Return the symmetric T with T S T = R that moves a Gaussian of covariance S onto R at least cost.

    source, target   (3, 3) covariances S and R, Lab²; variances below LEAST_VARIANCE are raised to it
    """
    source, target = (_power(matrix, 1.0, least=LEAST_VARIANCE) for matrix in (source, target))
    root, inverse = _power(source, 0.5), _power(source, -0.5)
    return np.asarray(inverse @ _power(root @ target @ root, 0.5) @ inverse)


def affine(matrix: Array, source_mean: Array, target_mean: Array) -> ColorMap:
    """Return the map x ↦ M (x − source mean) + target mean."""
    turned = matrix.T.astype(np.float32)
    offset = (target_mean - matrix @ source_mean).astype(np.float32)
    return lambda colors: colors @ turned + offset


def mean_of(colors: Lab) -> Array:
    """Return the mean (3,) of colors (n, 3) in float64."""
    return np.asarray(colors.mean(axis=0, dtype=np.float64))


def covariance_of(colors: Lab) -> Array:
    """Return the covariance (3, 3) of colors (n, 3) in float64."""
    return np.cov(colors.astype(np.float64), rowvar=False, bias=True)


def _power(matrix: Array, power: float, *, least: float = 0.0) -> Array:
    """Return a symmetric positive matrix raised to a power, eigenvalues below `least` raised to it first."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, least) ** power) @ vectors.T)


def blended(lab: Lab, garment: Garment, mapped: Lab) -> Lab:
    """Return the box with its mapped colors put in by the alpha."""
    return np.asarray(lab + garment.alpha[..., None] * (mapped - lab), dtype=np.float32)


PEERS: dict[str, Peer] = {"nothing": nothing, "shift": shift, "reinhard": reinhard, "mkl": mkl}
