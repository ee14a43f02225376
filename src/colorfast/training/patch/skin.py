"""Skin of any tone by two layers: shares of pigment and blood in, reflectance at spectra.NM out.

Light passes the epidermis twice, absorbed by melanin; the dermis scatters it back as Kubelka and Munk have it.

Absorption of melanosomes and of skin without pigment: Jacques, Origins of tissue optical properties, 1998 (OMLC).
Hemoglobin: Prahl, tabulated molar extinction coefficient for hemoglobin in water, 1998 (OMLC), cm⁻¹ / (mol/l).
Scattering: Jacques 2013, doi:10.1088/0031-9155/58/11/R37, in the form a (λ^-1.5) + Rayleigh's λ^-4.
"""

from __future__ import annotations

import numpy as np

from colorfast.records import Array
from colorfast.training.patch.spectra import NM

# 400 to 700 nm in 10 nm
OXYGENATED: Array = np.array(
    [
        *(266232, 466840, 480360, 246072, 102580, 62816, 44480, 33209.2, 26629.2, 23684.4, 20932.8),
        *(20035.2, 24202.4, 39956.8, 53236, 43016, 32613.2, 44496, 50104, 14400.8, 3200, 1506),
        *(942, 610, 442, 368, 319.6, 294, 277.6, 276, 290),
    ]
)
DEOXYGENATED: Array = np.array(
    [
        *(223296, 303956, 407560, 528600, 413280, 103292, 23388.8, 16156.4, 14550, 16684, 20862),
        *(25773.6, 31589.6, 39036.4, 46592, 53412, 53788, 45072, 37020, 28324.4, 14677.2, 9443.6),
        *(6509.6, 5148.8, 4345.2, 3750.12, 3226.56, 2795.12, 2407.92, 2051.96, 1794.28),
    ]
)
GRAMS, MOLAR_MASS = 150.0, 64500.0  # hemoglobin in a liter of blood, and in a mole
EPIDERMIS = 0.006  # cm
OBLIQUE = 1.2  # way of diffuse light through it, as a multiple
GLOSS = 0.025  # reflected by the surface
ANISOTROPY = 0.45  # of reduced scattering that counts in the two fluxes


def skin(rng: np.random.Generator, count: int) -> Array:
    """Return (count, 31) reflectances from the lightest to the darkest tones."""
    return reflectance(
        np.exp(rng.uniform(np.log(0.01), np.log(0.35), (count, 1))),
        rng.uniform(0.002, 0.06, (count, 1)),
        oxygen=rng.uniform(0.5, 0.95, (count, 1)),
        scattering=rng.uniform(0.8, 1.25, (count, 1)),
    )


def reflectance(melanin: Array, blood: Array, *, oxygen: Array, scattering: Array) -> Array:
    """Return (n, 31) of shares (n, 1): melanosomes of the epidermis, blood of the dermis, oxygenated of it.

    scattering   of the dermis, as a multiple of the usual

    Kubelka & Munk 1931, for a layer without end: R = 1 + K/S - sqrt((K/S)² + 2 K/S).
    """
    bare = 0.244 + 85.3 * np.exp(-(NM - 154) / 66.2)  # cm⁻¹
    epidermis = melanin * 6.6e11 * NM**-3.33 + (1 - melanin) * bare
    passed = np.exp(-epidermis * EPIDERMIS * OBLIQUE)
    hemoglobin = np.log(10) * GRAMS / MOLAR_MASS * (oxygen * OXYGENATED + (1 - oxygen) * DEOXYGENATED)
    absorbed = 2 * (blood * hemoglobin + (1 - blood) * bare)
    scattered = scattering * ANISOTROPY * (2e5 * NM**-1.5 + 2e12 * NM**-4)
    ratio = absorbed / scattered
    returned = 1 + ratio - np.sqrt(ratio**2 + 2 * ratio)
    return np.asarray(GLOSS + (1 - 2 * GLOSS) * passed**2 * returned)
