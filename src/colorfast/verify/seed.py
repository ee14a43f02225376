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
from colorfast.masks import bounding_box, ring
from colorfast.records import Alpha, Array, Box, Lab, Mask, Photo, SeedMeasures
from colorfast.verify.accuracy import weighted_quantile
from colorfast.verify.spill import cell_errors

WINDOW = 7  # pixels: a square without weights, the default of scikit-image
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
PATCH = 32  # pixels, whatever the size of the picture
COVER = 0.5
RING = 2.0  # pixels
CELL = 4  # pixels


def delta_e_p95(after_lab: Lab, core: Mask, target_median: Lab) -> float:
    """Return the 95th percentile over the core of CIEDE2000 between each pixel and the target's median."""
    return float(np.percentile(delta_e_2000(after_lab[core], target_median), 95))


def spill(before: Photo, after: Photo, alpha: Alpha) -> float:
    """Return the median CIEDE2000 in the ring 2 px outside the mask; 0 where there is none.

    before, after   the garment's box, with its alpha (h, w)
    """
    pixels, error = cell_errors(before, after, ring(alpha > 0, 0, RING), CELL)
    inside = pixels > 0
    return weighted_quantile(error[inside], pixels[inside], 0.5) if inside.any() else 0.0


def sci(after_lab: Lab, core: Mask, target_median: Lab) -> float:
    """Return 1 / (1 + v), v the variance over patches of their mean CIEDE2000 to the target's median.

    Patches are 32 px wide and at least half core. With fewer than two nothing varies: 1.
    """
    rows, columns = np.nonzero(core)
    across = -(-core.shape[1] // PATCH)
    patch = rows // PATCH * across + columns // PATCH
    pixels = np.bincount(patch)
    counts = pixels >= COVER * PATCH**2
    if counts.sum() < 2:
        return 1.0
    error = delta_e_2000(after_lab[rows, columns], target_median)
    means = np.bincount(patch, weights=error)[counts] / pixels[counts]
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

    Sample covariance, as scikit-image has it by default. Pictures smaller than a window are compared as one
    window.
    """
    window = (min(WINDOW, x.shape[1]), min(WINDOW, x.shape[0]))
    a, b = (
        x.astype(np.float32) - 128,
        y.astype(np.float32) - 128,
    )  # else squares take all digits
    mean_a, mean_b = _window(a, window), _window(b, window)
    n = window[0] * window[1]
    unbiased = n / max(n - 1, 1)
    var_a = unbiased * (_window(a * a, window) - mean_a * mean_a)
    var_b = unbiased * (_window(b * b, window) - mean_b * mean_b)
    both = unbiased * (_window(a * b, window) - mean_a * mean_b)
    mean_a, mean_b = mean_a + 128, mean_b + 128
    near = (2 * mean_a * mean_b + C1) / (mean_a * mean_a + mean_b * mean_b + C1)
    return float((near * (2 * both + C2) / (var_a + var_b + C2)).mean(dtype=np.float64))


def measure_seed(
    boxes: tuple[Photo, Photo], after_lab: Lab, masks: tuple[Mask, Alpha], delta_e_median: float, target: Lab
) -> SeedMeasures:
    """Return all of them.

    boxes            the garment's box of the photo and the delivered picture
    after_lab        (h, w, 3) the latter in Lab
    masks            core and alpha, (h, w), of the same box
    delta_e_median   which both projects define alike
    target           (3,) the target's median
    """
    core, alpha = masks
    return SeedMeasures(
        delta_e_median=delta_e_median,
        delta_e_p95=delta_e_p95(after_lab, core, target),
        ssim=ssim(boxes[0].pixels, boxes[1].pixels, core),
        spill=spill(*boxes, alpha),
        sci=sci(after_lab, core, target),
    )


def _window(plane: npt.NDArray[np.float32], window: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return the means of all windows that lie inside the plane."""
    columns, rows = window
    means = cv2.boxFilter(plane, cv2.CV_32F, window, borderType=cv2.BORDER_CONSTANT)
    top, left = rows // 2, columns // 2
    inside = means[top : top + plane.shape[0] - rows + 1, left : left + plane.shape[1] - columns + 1]
    return np.asarray(inside, np.float32)
