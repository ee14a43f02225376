"""Polynomials of Lab: the monomials of colors along a garment's own axes, and the maps that they make.

Colors (n, 3) Lab come in, monomials (20, n) or moved colors (n, 3) go out. Each axis is measured in units of the
garment's spread along it. Beyond the garment's colors a map goes on without bending.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array, ColorMap, Lab

LINEAR, CUBIC = 4, 20
"""The first so many monomials are the affine map, and all of them the cubic one."""
LEAST_SPREAD = 3.0
"""Lab units; narrower axes are not stretched further, so that noise does not steer the cubic terms."""
BLOCK = 256
"""Colors that are mapped together: their monomials stay near the processor."""


class Frame(NamedTuple):
    """Where colors lie: their mean, their principal axes as columns, how far they reach along them."""

    center: Lab
    axes: Array
    scale: Array
    low: Array
    high: Array

    def places(self, lab: Lab) -> Array:
        """Return where colors (n, 3) lie along the axes, (3, n)."""
        return np.ascontiguousarray(self.axes.T @ (lab - self.center).T)


def frame_of(colors: Lab, weights: Array) -> tuple[Frame, Array]:
    """Return the frame of colors (n, 3), and where in it they lie, (3, n)."""
    mean, covariance = moments(colors, weights)
    variances, vectors = np.linalg.eigh(covariance)
    axes = np.ascontiguousarray(vectors[:, ::-1], np.float32)
    spread = np.sqrt(np.maximum(variances[::-1], 0))
    scale = (1 / np.maximum(spread, LEAST_SPREAD)).astype(np.float32)
    frame = Frame(mean.astype(np.float32), axes, scale, -scale, scale)
    places = frame.places(colors)
    return frame._replace(low=places.min(1), high=places.max(1)), places


def terms_of(frame: Frame, places: Array) -> Array:
    """Return the monomials, (20, n), of places (3, n)."""
    terms = np.empty((CUBIC, places.shape[1]), np.float32)
    _monomials(places * frame.scale[:, None], terms)
    return terms


def polynomial(frame: Frame, coefficients: Array) -> ColorMap:
    """Return the map of so many first monomials; beyond the frame the displacement at its border goes on."""
    factors = coefficients.astype(np.float32)

    def move(lab: Lab) -> Lab:
        flat = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
        limits = frame.low, frame.high, frame.scale
        return _mapped(flat, frame.center, frame.axes, limits, factors).reshape(lab.shape)

    return move


@kernel
def _monomials(places: Array, out: Array) -> None:
    """Write the first 4 or all 20 monomials up to the third degree, (4 or 20, n), of scaled places (3, n)."""
    x, y, z, count = places[0], places[1], places[2], out.shape[1]
    for i in range(count):
        out[0, i], out[1, i], out[2, i], out[3, i] = np.float32(1), x[i], y[i], z[i]
    if out.shape[0] > LINEAR:
        for i in range(count):
            xx, yy, zz = x[i] * x[i], y[i] * y[i], z[i] * z[i]
            out[4, i], out[5, i], out[6, i] = xx, yy, zz
            out[7, i], out[8, i], out[9, i] = x[i] * y[i], x[i] * z[i], y[i] * z[i]
            out[10, i], out[11, i], out[12, i] = xx * x[i], yy * y[i], zz * z[i]
            out[13, i], out[14, i] = xx * y[i], xx * z[i]
            out[15, i], out[16, i] = yy * x[i], yy * z[i]
            out[17, i], out[18, i] = zz * x[i], zz * y[i]
            out[19, i] = x[i] * y[i] * z[i]


@kernel
def _mapped(
    lab: Array, center: Array, axes: Array, limits: tuple[Array, Array, Array], factors: Array
) -> Array:
    """Return colors (n, 3) under a polynomial; beyond the frame the displacement at its border goes on.

    limits    low, high and scale of each axis
    factors   (4 or 20, 3) of the monomials
    """
    out, (low, high, scale) = np.empty(lab.shape, np.float32), limits
    places, beyond = np.zeros((3, BLOCK), np.float32), np.zeros((3, BLOCK), np.float32)
    terms, total = np.empty((len(factors), BLOCK), np.float32), np.empty(BLOCK, np.float32)
    for start in range(0, len(lab), BLOCK):
        part = lab[start : start + BLOCK]
        for c in range(3):
            for i in range(len(part)):
                place = (part[i, 0] - center[0]) * axes[0, c] + (part[i, 1] - center[1]) * axes[1, c]
                place += (part[i, 2] - center[2]) * axes[2, c]
                inside = min(max(place, low[c]), high[c])
                beyond[c, i], places[c, i] = place - inside, inside * scale[c]
        _monomials(places, terms)
        for c in range(3):
            for i in range(BLOCK):
                total[i] = beyond[0, i] * axes[c, 0] + beyond[1, i] * axes[c, 1] + beyond[2, i] * axes[c, 2]
            for k in range(len(factors)):
                term, factor = terms[k], factors[k, c]
                for i in range(BLOCK):
                    total[i] += factor * term[i]
            for i in range(len(part)):
                out[start + i, c] = total[i]
    return out


@kernel
def moments(colors: Array, weights: Array) -> tuple[Array, Array]:
    """Return mean (3,) and covariance (3, 3) of colors (n, 3), float64; weights (n,) sum to 1."""
    mean, square = np.zeros(3), np.zeros((3, 3))
    for i in range(len(colors)):
        for c in range(3):
            mean[c] += weights[i] * colors[i, c]
    for i in range(len(colors)):
        x, y, z = colors[i, 0] - mean[0], colors[i, 1] - mean[1], colors[i, 2] - mean[2]
        square[0, 0] += weights[i] * x * x
        square[1, 1] += weights[i] * y * y
        square[2, 2] += weights[i] * z * z
        square[0, 1] += weights[i] * x * y
        square[0, 2] += weights[i] * x * z
        square[1, 2] += weights[i] * y * z
    square[1, 0], square[2, 0], square[2, 1] = square[0, 1], square[0, 2], square[1, 2]
    return mean, square
