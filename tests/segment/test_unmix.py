"""The unmixing kernel against a float64 twin in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.masks import signed_distance
from colorfast.records import Array
from colorfast.segment import unmix as module
from colorfast.segment.unmix import linear_light, unmix


def average(light, distance, at, sure, own, stride):
    """Weight, color and variance of the sure pixels at a place, in float64."""
    places = [
        (at[0] + stride * v, at[1] + stride * u) for v, u in zip(module.DOWN, module.ACROSS, strict=True)
    ]
    seen = [p for p in places if 0 <= p[0] < len(light) and 0 <= p[1] < light.shape[1] and sure(distance[p])]
    if not seen:
        return None
    colors, scale = np.array([light[p] for p in seen]), 1 / (own + module.DARK)
    weights = 1 / (module.ALIKE + ((colors - own) ** 2 * scale).sum(1)) ** 2
    mean = weights @ colors / weights.sum()
    return mean, max(weights @ ((colors - mean) ** 2 * scale).sum(1) / weights.sum(), 0)


def mixed(light, distance, y, x, inner, outer):
    """Alpha of one pixel of the band."""
    d, stride = distance[y, x], max(1, round(module.STRIDE * (inner + outer) / 2))
    slope = np.array([distance[y + 1, x] - distance[y - 1, x], distance[y, x + 1] - distance[y, x - 1]])
    steep = np.hypot(*slope)
    way = slope / steep if steep > 0.5 else 0 * slope
    own, ramp, sides = light[y, x], np.clip(0.5 + d / 2, 0, 1), []
    for go, sure in ((inner - d, lambda far: far > inner), (-outer - d, lambda far: far < -outer)):
        at = np.floor(np.array([y, x]) + 0.5 + (go + np.sign(go) * stride / 2) * way).astype(int)
        sides.append(average(light, distance, tuple(at), sure, own, stride))
    if None in sides:
        return ramp
    (f, f_spread), (b, b_spread) = sides
    scale = 1 / (own + module.DARK)
    gap = ((f - b) ** 2 * scale).sum()
    share = np.clip(((own - b) * (f - b) * scale).sum() / gap, 0, 1)
    spread = share**2 * f_spread + (1 - share) ** 2 * b_spread + module.NOISE
    trust = gap / (gap + module.APART * spread)
    return trust * share + (1 - trust) * ramp


def twin(pixels: Array, distance: Array, inner: float, outer: float) -> Array:
    """The formulas of the module's header, in float64."""
    light, distance = linear_light(255).astype(np.float64)[pixels], distance.astype(np.float64)
    alpha = (distance > inner).astype(float)
    for y, x in np.argwhere((distance >= -outer) & (distance <= inner)):
        alpha[y, x] = mixed(light, distance, y, x, inner, outer)
    return alpha


@pytest.mark.parametrize("band", [(2.0, 2.0), (5.0, 4.0)])
def test_the_kernel_agrees_with_its_float64_twin(make_disc, band):
    disc = make_disc((200, 30, 60), (120, 160, 90), 2.0)
    distance = signed_distance(disc.mask)
    found, expected = unmix(disc.photo.pixels, distance, *band), twin(disc.photo.pixels, distance, *band)
    away = np.abs(found - expected)
    assert np.percentile(away, 99.9) <= 1e-3  # a place between two pixels may be rounded to either
    assert (away > 1e-3).sum() <= 20
