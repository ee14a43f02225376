"""What an RGB ICC profile says, when it says it with a matrix and three curves.

Profile bytes in; a matrix between linear RGB and D65 X/Xn, Y/Yn, Z/Zn and sampled curves out.
Profiles made of lookup tables are left to the color engine (profiles.py).
ICC.1:2022 (v4.4) for the format; v2 profiles differ in nothing that is read here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from colorfast.color import exact
from colorfast.color.exact import Exact
from colorfast.errors import ProfileError

CODES = 65536
D50: Exact = np.array([0.9642, 1.0, 0.8249])  # ICC.1:2022, 7.2.16: illuminant of the connection space
BRADFORD: Exact = np.array(  # ICC.1:2022, annex E
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
SRGB_WITHIN = 0.05  # Lab; profiles of sRGB differ from each other by rounding of this order
PARAMETERS = (1, 3, 4, 5, 7)  # ICC.1:2022, table 68: how many each type of parametric curve has


@dataclass(frozen=True, slots=True, kw_only=True)
class RgbSpace:
    """An RGB space that a matrix and three curves describe."""

    to_ratios: Exact
    """(3, 3) linear RGB to X/Xn, Y/Yn, Z/Zn under D65; each row sums to 1, so that gray is neutral."""
    from_ratios: Exact
    """Its inverse."""
    decoding: Exact
    """(3, 65536) linear value of each 16-bit code; every 257th is that of an 8-bit code."""
    encoding: Exact
    """(3, 65536) code, 0..1, at even steps of the square root of the linear value."""
    is_srgb: bool


def adaptation() -> Exact:
    """Return the matrix from ratios to D50 to ratios to D65, Bradford's way; each row sums to 1."""
    cones = np.diag((BRADFORD @ exact.WHITE) / (BRADFORD @ D50))
    across = np.linalg.inv(BRADFORD) @ cones @ BRADFORD
    return np.asarray(across * D50 / exact.WHITE[:, None])


@lru_cache(maxsize=16)
def rgb_space(profile: bytes | None) -> RgbSpace | None:
    """Return the space of a profile, sRGB for None, or None when it is made of tables.

    Raises ProfileError when the bytes are no RGB profile.
    """
    if profile is None:
        return _srgb()
    tags = _tags(profile)
    if b"A2B0" in tags or b"A2B1" in tags:
        return None
    if not {b"rXYZ", b"gXYZ", b"bXYZ"} <= tags.keys():
        raise ProfileError("it has neither primaries nor tables")
    colorants = np.stack([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")], axis=1)
    matrix = adaptation() @ (colorants / D50[:, None])
    decoding = np.stack([_curve(tags.get(name, b"")) for name in (b"rTRC", b"gTRC", b"bTRC")])
    if np.linalg.cond(matrix) > 1e6 or not np.isfinite(decoding).all():
        raise ProfileError("its primaries or curves make no sense")
    matrix /= matrix.sum(axis=1, keepdims=True)
    return _srgb() if _is_srgb(matrix, decoding) else _space(matrix, decoding)


@lru_cache(maxsize=1)
def _srgb() -> RgbSpace:
    codes = np.arange(CODES) / (CODES - 1)
    return _space(exact.RGB_TO_RATIOS, np.tile(exact.rgb_to_linear(codes), (3, 1)), is_srgb=True)


def _space(matrix: Exact, decoding: Exact, *, is_srgb: bool = False) -> RgbSpace:
    codes = np.arange(CODES) / (CODES - 1)
    rising = np.maximum.accumulate(decoding, axis=1)
    encoding = np.stack([np.interp(codes**2, curve, codes) for curve in rising])
    return RgbSpace(
        to_ratios=matrix,
        from_ratios=np.linalg.inv(matrix).astype(np.float64),
        decoding=decoding,
        encoding=encoding,
        is_srgb=is_srgb,
    )


def _is_srgb(matrix: Exact, decoding: Exact) -> bool:
    """Return whether a coarse grid of codes has the Lab of sRGB."""
    steps = np.linspace(0, CODES - 1, 12).astype(int)
    codes = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    linear = np.stack([decoding[k, codes[:, k]] for k in range(3)], axis=1)
    found = exact.ratios_to_lab(linear @ matrix.T)
    truth = exact.rgb_to_lab(codes / (CODES - 1))
    return bool(np.abs(found - truth).max() <= SRGB_WITHIN)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """Return the tagged elements of an RGB profile. ICC.1:2022, 7.2 and 7.3."""
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise ProfileError("it has no ICC header")
    if profile[16:20] != b"RGB ":
        raise ProfileError(f"it describes {profile[16:20].decode('latin-1').strip()!r}, not RGB")
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 1024 or len(profile) < 132 + 12 * count:
        raise ProfileError("its table of tags is cut off")
    entries = struct.iter_unpack(">4sII", profile[132 : 132 + 12 * count])
    return {name: profile[start : start + size] for name, start, size in entries}


def _xyz(element: bytes) -> Exact:
    """Return X, Y, Z of an XYZType element. ICC.1:2022, 10.31."""
    if len(element) < 20 or element[:4] != b"XYZ ":
        raise ProfileError("a primary is cut off")
    return np.array(struct.unpack_from(">3i", element, 8)) / 65536


def _curve(element: bytes) -> Exact:
    """Return the linear value, 0..1, of every 16-bit code. ICC.1:2022, 10.6 and 10.18."""
    codes = np.arange(CODES) / (CODES - 1)
    kind = element[:4]
    try:
        if kind == b"para":
            return np.clip(_parametric(element, codes), 0, 1)
        if kind == b"curv":
            return _sampled(element, codes)
    except struct.error:
        raise ProfileError("a tone curve is cut off") from None
    raise ProfileError("a tone curve is missing")


def _sampled(element: bytes, codes: Exact) -> Exact:
    (count,) = struct.unpack_from(">I", element, 8)
    if count == 0:
        return codes
    samples: Exact = np.array(struct.unpack_from(f">{count}H", element, 12), np.float64)
    if count == 1:
        return np.asarray(codes ** (samples[0] / 256))
    return np.asarray(np.interp(codes, np.linspace(0, 1, count), samples / 65535))


def _parametric(element: bytes, x: Exact) -> Exact:
    (kind,) = struct.unpack_from(">H", element, 8)
    if kind >= len(PARAMETERS):
        raise ProfileError("a tone curve is of an unknown type")
    given = np.array(struct.unpack_from(f">{PARAMETERS[kind]}i", element, 12)) / 65536
    g, a, b, c, d, e, f = _all_seven(kind, given)
    with np.errstate(all="ignore"):  # a damaged exponent overflows; rgb_space() refuses what is not finite
        return np.asarray(np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f))


def _all_seven(kind: int, given: Exact) -> Exact:
    """Return g, a, b, c, d, e, f of the most general type, y = (ax + b)^g + e from d on, cx + f below."""
    if kind == 0:
        return np.array([given[0], 1, 0, 0, 0, 0, 0])
    if kind in (1, 2):
        g, a, b = given[:3]
        floor = given[3] if kind == 2 else 0.0
        return np.array([g, a, b, 0, -b / a if a else 0, floor, floor])
    return np.concatenate([given, np.zeros(7 - len(given))])
