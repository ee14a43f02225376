"""RGB profiles made of lookup tables: Little CMS does the work, through libvips.

Codes (..., 3) uint8 or uint16 and profile bytes on one side, Lab (..., 3) float32 under D65 on the other.
Relative colorimetric, with the white adapted from D50 by Bradford's matrix.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyvips

from colorfast.color.icc import adaptation
from colorfast.color.kernels import lab_to_planes, noise_of, planes_to_lab
from colorfast.color.spaces import from_planes, to_planes
from colorfast.errors import ProfileError
from colorfast.records import Array, Lab

ROWS = 1 << 20  # pixels a call: libvips takes no picture wider than 10 million


def table_lab(pixels: Array, profile: bytes) -> Lab:
    """Return Lab (..., 3), D65, of codes (..., 3) in the RGB space of a profile made of tables."""
    codes = np.ascontiguousarray(pixels).reshape(-1, 3)
    parts = [_imported(codes[start : start + ROWS], profile) for start in range(0, len(codes), ROWS)]
    lab = np.concatenate(parts) if parts else np.empty((0, 3), np.float32)
    return _adapted(lab, pixels.shape, adaptation())


def table_codes(lab: Array, profile: bytes, dtype: npt.DTypeLike, *, dither: bool = False) -> Array:
    """Return codes (..., 3) of Lab (..., 3), D65; colors outside are clipped by Little CMS."""
    d50 = _adapted(lab, (lab.size // 3, 3), np.linalg.inv(adaptation()))
    flat = np.ascontiguousarray(d50)
    parts = [_exported(flat[start : start + ROWS], profile) for start in range(0, len(flat), ROWS)]
    fine = np.concatenate(parts) if parts else np.empty((0, 3), np.uint16)
    full = np.iinfo(np.dtype(dtype)).max
    values = fine.astype(np.float32) * np.float32(full / 65535)
    if dither:
        noise = np.empty(len(values), np.float32)
        noise_of(noise)
        values += noise[:, None]
    codes = np.clip(np.floor(values + np.float32(0.5)), 0, full)
    return np.asarray(codes.astype(dtype).reshape(lab.shape))


def _adapted(lab: Array, shape: tuple[int, ...], across: Array) -> Lab:
    """Return Lab of the same color ratios seen under another white."""
    planes = to_planes(lab)
    ratios = np.empty(planes.shape, np.float32)
    lab_to_planes(planes, 0, planes.shape[1], np.eye(3, dtype=np.float32), ratios)
    adapted = np.empty_like(planes)
    planes_to_lab(ratios, across.astype(np.float32), adapted, 0, planes.shape[1])
    return from_planes(adapted, shape)


def _imported(codes: Array, profile: bytes) -> Array:
    kind = "rgb16" if codes.dtype == np.uint16 else "srgb"
    image = _with_profile(pyvips.Image.new_from_array(codes[None]).copy(interpretation=kind), profile)
    try:
        lab = image.icc_import(embedded=True, intent="relative", pcs="lab").numpy()
    except pyvips.Error as error:
        raise ProfileError(str(error).strip()) from None
    return np.asarray(lab, np.float32).reshape(-1, 3)


def _exported(lab: Array, profile: bytes) -> Array:
    image = _with_profile(pyvips.Image.new_from_array(lab[None]).copy(interpretation="lab"), profile)
    try:
        codes = image.icc_export(intent="relative", pcs="lab", depth=16).numpy()
    except pyvips.Error as error:
        raise ProfileError(str(error).strip()) from None
    return np.asarray(codes, np.uint16).reshape(-1, 3)


def _with_profile(image: pyvips.Image, profile: bytes) -> pyvips.Image:
    carrying = image.copy()
    carrying.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return carrying
