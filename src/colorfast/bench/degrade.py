"""Pictures with known color errors, as a generative model or a wrong white balance makes them.

A picture is float sRGB 0..1 (h, w, 3) on its way in and out; a mask is bool and means the garment only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import cv2
import numpy as np

from colorfast.bench.distort import DegradeParameters, draw_error, recolor
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import MaskTooSmall
from colorfast.masks import erode, scaled
from colorfast.records import Alpha, Array, Mask, Photo

SOFTNESS = 0.6  # pixels: sigma of the garment's edge as cameras and decoders leave it, up to 1024 px height
CORE = 2.0  # pixels at 1024 px height the mask is eroded by before the error is judged
FEWEST = 16  # core pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Degraded:
    """A picture with a known error."""

    picture: Array
    """(h, w, 3) float32 sRGB 0..1; equal to the input where the mask's soft edge has ended."""
    parameters: DegradeParameters


def generator(seed: int, id: str) -> np.random.Generator:  # noqa: A002 - the records' own word
    """Return the generator of one picture: it hangs on seed and id alone, not on order or company."""
    digest = hashlib.sha256(f"{seed}:{id}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def degrade(picture: Array, mask: Mask | None, rng: np.random.Generator, *, bounded: bool = True) -> Degraded:
    """Give a picture, or the garment in it, a color error of median CIEDE2000 5 to 15.

    picture   (h, w, 3) float sRGB 0..1
    mask      (h, w) the garment; None degrades the whole picture
    rng       the source of all randomness
    bounded   whether the error is held to 5 to 15; if not, the first draw stands, however small

    At the garment's edge a pixel is a mixture of garment and ground; only its garment share changes.
    """
    picture = np.ascontiguousarray(picture, dtype=np.float32)
    if mask is None:
        parameters = draw_error(picture.reshape(-1, 3), rng, bounded=bounded)
        return Degraded(picture=recolor(picture, parameters), parameters=parameters)
    core = erode(mask, scaled(CORE, mask.shape[0]))
    if core.sum() < FEWEST:
        raise MaskTooSmall(int(core.sum()), FEWEST)
    parameters = draw_error(picture[core], rng, bounded=bounded)
    return Degraded(picture=_on_garment(picture, mask, core, parameters), parameters=parameters)


def degrade_photo(
    photo: Photo, mask: Mask | None, *, seed: int, bounded: bool = True
) -> tuple[Photo, DegradeParameters]:
    """Return a photo with an error drawn from (seed, photo.id), in its own color space and depth.

    The error is the Lab difference that it makes in sRGB, so colors outside sRGB keep their distance to it.
    Pixels that no error reached keep their code values.
    """
    lab = to_lab(photo.pixels, photo.profile)
    picture = lab_to_rgb(lab, np.float32)
    degraded = degrade(picture, mask, generator(seed, photo.id), bounded=bounded)
    moved = rgb_to_lab(degraded.picture) - rgb_to_lab(picture)
    pixels = from_lab(lab + moved, photo.profile, photo.pixels.dtype)
    touched = (degraded.picture != picture).any(axis=-1, keepdims=True)
    return replace(photo, pixels=np.where(touched, pixels, photo.pixels)), degraded.parameters


def soft_edge(mask: Mask) -> Alpha:
    """Return the share of garment in each pixel, guessed from a hard mask: a Gaussian edge of SOFTNESS."""
    sigma = max(SOFTNESS, scaled(SOFTNESS, mask.shape[0]))
    size = 2 * int(np.ceil(2 * sigma)) - 1  # 3 pixels wide for small pictures: one pixel out, one in
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (max(size, 3),) * 2, sigma), dtype=np.float32)


def _on_garment(picture: Array, mask: Mask, core: Mask, parameters: DegradeParameters) -> Array:
    """Return the picture with the error on the garment's share of every pixel.

    A mixed pixel P = αG + (1 − α)B becomes P + α(T(G) − G), where G is the mean of the core nearby.
    """
    alpha = soft_edge(mask)
    garment = np.where((alpha < 1)[..., None], _nearby_core(picture, core), picture)
    change = alpha[..., None] * (recolor(garment, parameters) - garment)
    return np.where((alpha > 0)[..., None], np.clip(picture + change, 0, 1), picture).astype(np.float32)


def _nearby_core(picture: Array, core: Mask) -> Array:
    """Return for every pixel the mean color of the core around it, weighted by a Gaussian.

    Where no core is near, as in a thin strap, the pixel's own color stands in.
    """
    sigma = scaled(2 * CORE, core.shape[0]) + 1
    weights = core.astype(np.float32)
    total = cv2.GaussianBlur(weights, (0, 0), sigma)[..., None]
    mean = cv2.GaussianBlur(picture * weights[..., None], (0, 0), sigma) / np.maximum(total, 1e-3)
    return np.where(total > 1e-3, mean, picture).astype(np.float32)
