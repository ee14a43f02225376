"""The same qualities by the definitions of the DeltaE project, so that its claims can be compared with ours.

In: the garment's box before and after. Out: `SeedMeasures`.

They are taken on the delivered file, where that project took them before encoding. Its spill was 0 by
construction, for its ring lies where its blend could change nothing; so that coding noise is not taken for
spill, the ring is compared as means over cells of 4 px. docs/concepts/metrics.md says what is wrong with
each.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.compiled import kernel
from colorfast.masks import bounding_box, ring
from colorfast.records import Alpha, Array, Box, Lab, Mask, Photo, SeedMeasures
from colorfast.verify.accuracy import weighted_quantile
from colorfast.verify.palette import core_pixels, quantile
from colorfast.verify.spill import cell_errors

WINDOW = 7  # pixels: a square without weights, the default of scikit-image
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
PATCH = 32  # pixels, whatever the size of the picture
COVER = 0.5
RING = 2.0  # pixels
CELL = 4  # pixels
STRIP = 512  # rows


def spill(before: Photo, after: Photo, alpha: Alpha) -> float:
    """Return the median CIEDE2000 in the ring 2 px outside the mask; 0 where there is none.

    before, after   the garment's box, with its alpha (h, w)
    """
    pixels, error = cell_errors(before, after, ring(alpha > 0, 0, RING), CELL)
    inside = pixels > 0
    return weighted_quantile(error[inside], pixels[inside], 0.5) if inside.any() else 0.0


def sci(errors: Array, core: Mask) -> float:
    """Return 1 / (1 + v), v the variance over patches of their mean CIEDE2000 to the target's median.

    errors   (n,) of the core's pixels, row by row

    Patches are 32 px wide and at least half core. With fewer than two nothing varies: 1.
    """
    pixels, total = _patch_sums(errors, core)
    counts = pixels >= COVER * PATCH**2
    if counts.sum() < 2:
        return 1.0
    means = total[counts] / pixels[counts]
    return float(1 / (1 + means.var()))


def ssim(before: Array, after: Array, core: Mask) -> float:
    """Return SSIM of 8-bit gray over the bounding box of the mask.

    before, after   (h, w, 3) RGB code values, 8 or 16 bit
    """
    box = bounding_box(core)
    return mean_ssim(gray(before, box), gray(after, box))


def gray(codes: Array, box: Box) -> npt.NDArray[np.uint8]:
    """Return 8-bit luma (h, w) of RGB codes within the box, rounded as OpenCV does. ITU-R BT.601."""
    picture = np.ascontiguousarray(codes[box])
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def mean_ssim(x: npt.NDArray[np.uint8], y: npt.NDArray[np.uint8]) -> float:
    """Return the mean SSIM of two 8-bit pictures (h, w) with square windows of 7 px that lie inside them.

    Sample covariance, as scikit-image has it by default. Windows shrink to pictures that are smaller.
    """
    rows, columns = min(WINDOW, x.shape[0]), min(WINDOW, x.shape[1])
    return float(_square_ssim(x, y, rows, columns))


def measure_seed(
    boxes: tuple[Photo, Photo], masks: tuple[Mask, Alpha], errors: Array, delta_e_median: float
) -> SeedMeasures:
    """Return all of them.

    boxes            the garment's box of the photo and the delivered picture
    masks            core and alpha, (h, w), of the same box
    errors           (n,) CIEDE2000 of the core's pixels after, row by row, to the target's median
    delta_e_median   which both projects define alike
    """
    core, alpha = masks
    return SeedMeasures(
        delta_e_median=delta_e_median,
        delta_e_p95=quantile(errors, 0.95),
        ssim=ssim(boxes[0].pixels, boxes[1].pixels, core),
        spill=spill(*boxes, alpha),
        sci=sci(errors, core),
    )


def core_errors(after: Photo, core: Mask, target_median: Lab) -> Array:
    """Return CIEDE2000 (n,) between each core pixel, row by row, and the target's median.

    after   the garment's box, (h, w); it is converted to Lab strip by strip, so that a large one fits
    """
    strips = [slice(top, top + STRIP) for top in range(0, len(core), STRIP)]
    found = [
        delta_e_2000(core_pixels(to_lab(after.pixels[rows], after.profile), core[rows]), target_median)
        for rows in strips
    ]
    return np.concatenate(found)


@kernel
def _patch_sums(errors: Array, core: Array) -> tuple[Array, Array]:
    """Return for each patch its core pixels and the sum of their errors."""
    rows, columns = -(-core.shape[0] // PATCH), -(-core.shape[1] // PATCH)
    pixels, total = np.zeros((rows, columns)), np.zeros((rows, columns))
    place = 0
    for y in range(core.shape[0]):
        for x in range(core.shape[1]):
            if core[y, x]:
                pixels[y // PATCH, x // PATCH] += 1
                total[y // PATCH, x // PATCH] += errors[place]
                place += 1
    return pixels, total


@kernel
def _square_ssim(x: Array, y: Array, rows: int, columns: int) -> float:
    """Return the mean SSIM over windows of rows x columns; sums slide down and along, exactly, as integers."""
    height, width = x.shape
    down = np.zeros((5, width), np.int32)  # sums of x, y, xx, yy, xy over the last `rows` rows
    n = rows * columns
    unbiased = n / max(n - 1, 1)
    total = 0.0
    for row in range(height):
        for i in range(width):
            a, b = np.int32(x[row, i]), np.int32(y[row, i])
            p = np.int32(x[row - rows, i]) if row >= rows else np.int32(0)
            q = np.int32(y[row - rows, i]) if row >= rows else np.int32(0)
            down[0, i] += a - p
            down[1, i] += b - q
            down[2, i] += a * a - p * p
            down[3, i] += b * b - q * q
            down[4, i] += a * b - p * q
        if row >= rows - 1:
            s0, s1, s2, s3, s4 = 0, 0, 0, 0, 0
            for i in range(width):
                s0, s1, s2 = s0 + down[0, i], s1 + down[1, i], s2 + down[2, i]
                s3, s4 = s3 + down[3, i], s4 + down[4, i]
                if i >= columns:
                    k = i - columns
                    s0, s1, s2 = s0 - down[0, k], s1 - down[1, k], s2 - down[2, k]
                    s3, s4 = s3 - down[3, k], s4 - down[4, k]
                if i >= columns - 1:
                    mx, my = s0 / n, s1 / n
                    spread = unbiased * (s2 / n - mx * mx + s3 / n - my * my)
                    both = unbiased * (s4 / n - mx * my)
                    near = (2 * mx * my + C1) / (mx * mx + my * my + C1)
                    total += near * (2 * both + C2) / (spread + C2)
    return float(total / ((height - rows + 1) * (width - columns + 1)))
