"""The correction as a layered TIFF for Photoshop, Affinity Photo and Krita, in the photo's own depth and profile.

In: a finished `Result`. Out: a file with the photo as it came below, and above it the garment's box with the
correction, its mask beside it.

An edge pixel P of the photo became P'. The upper layer holds the color G that, laid over P by the mask m, gives it:
P' = m G + (1 - m) P in code values, as these programs blend. Where no G in range does, m grows until one does.

Layers: Adobe, TIFF Technical Notes (2002), ImageSourceData; File Formats Specification (2019), layer records.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from colorfast.errors import ExtraMissing
from colorfast.files import write_atomically
from colorfast.records import Array, Box, Result

NEEDS = "retouch", "layered files are written by tifffile and psdtags"  # the extra that has them, and why


class Layer(NamedTuple):
    """The upper layer: its colors and its mask, in the photo's code values, and where it lies."""

    pixels: Array
    """(h, w, 3)."""
    mask: Array
    """(h, w) 0 to the largest code value."""
    box: Box


def write_layers(path: Path, result: Result) -> None:
    """Write the photo before, the correction and its mask as one TIFF file.

    Raises ExtraMissing without tifffile and psdtags, and WriteError; nothing half-written is left.
    """
    psdtags, tifffile = _libraries()
    upper = correction_layer(result)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        flattened(result.before.pixels, upper),
        byteorder="<",
        photometric="rgb",
        compression="zlib",
        iccprofile=result.before.profile,
        metadata=None,
        software="colorfast",
        extratags=[_source_data(psdtags, result.before.pixels, upper).tifftag()],
    )
    write_atomically(path, file.getvalue())


def correction_layer(result: Result) -> Layer:
    """Return the layer that, laid over the photo before, shows what was delivered."""
    box = result.garment.box
    before, after = (photo.part(box).astype(np.float32) for photo in (result.before, result.after))
    dtype, alpha = result.before.pixels.dtype, result.garment.alpha[box]
    white = np.float32(np.iinfo(dtype).max)
    room = np.where(after > before, white - before, before)
    needed = np.ceil(np.abs(after - before) * white / np.maximum(room, 1)).max(axis=-1)
    mask = np.where(alpha > 0, np.clip(needed, np.rint(alpha * white), white), 0)
    color = np.rint(before + (after - before) * white / np.maximum(mask, 1)[..., None])
    pixels = np.where(mask[..., None] > 0, np.clip(color, 0, white), after)
    return Layer(pixels.astype(dtype), mask.astype(dtype), box)


def flattened(pixels: Array, upper: Layer) -> Array:
    """Return the photo (h, w, 3) with the layer laid over it, as programs show it that know no layers."""
    flat, below = pixels.copy(), pixels[upper.box].astype(np.float32)
    share = (upper.mask / np.float32(np.iinfo(pixels.dtype).max))[..., None]
    flat[upper.box] = np.rint(below + share * (upper.pixels - below)).astype(pixels.dtype)
    return flat


def _libraries() -> tuple[ModuleType, ModuleType]:
    try:
        import psdtags
        import tifffile
    except ImportError as error:
        raise ExtraMissing(*NEEDS) from error
    return psdtags, tifffile


def _source_data(psdtags: ModuleType, pixels: Array, upper: Layer) -> Any:
    """Return both layers as the tag that holds them; the lower one comes first."""
    whole = (slice(0, pixels.shape[0]), slice(0, pixels.shape[1]))
    key = psdtags.PsdKey.LAYER if pixels.dtype == np.uint8 else psdtags.PsdKey.LAYER_16
    layers = [
        _layer(psdtags, "before", pixels, whole),
        _layer(psdtags, "correction", upper.pixels, upper.box),
    ]
    layers[1].mask = psdtags.PsdLayerMask(default_color=0, rectangle=layers[1].rectangle)
    layers[1].channels.append(_channel(psdtags, psdtags.PsdChannelId.USER_LAYER_MASK, upper.mask))
    return psdtags.TiffImageSourceData(
        psdformat=psdtags.PsdFormat.LE32BIT,
        layers=psdtags.PsdLayers(key=key, layers=layers),
        usermask=psdtags.PsdUserMask(),
    )


def _layer(psdtags: ModuleType, name: str, pixels: Array, box: Box) -> Any:
    rows, columns = box
    opaque = np.full(pixels.shape[:2], np.iinfo(pixels.dtype).max, pixels.dtype)
    planes = (opaque, *np.moveaxis(pixels, -1, 0))
    return psdtags.PsdLayer(
        name=name,
        rectangle=psdtags.PsdRectangle(rows.start, columns.start, rows.stop, columns.stop),
        channels=[
            _channel(psdtags, psdtags.PsdChannelId(number), plane)
            for number, plane in enumerate(planes, start=-1)  # -1 is its opacity
        ],
    )


def _channel(psdtags: ModuleType, channel: Any, plane: Array) -> Any:
    zipped = psdtags.PsdCompressionType.ZIP
    return psdtags.PsdChannel(channel, compression=zipped, data=np.ascontiguousarray(plane))
