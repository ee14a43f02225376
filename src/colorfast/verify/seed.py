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
from colorfast.color.spaces import to_codes
from colorfast.compiled import kernel
from colorfast.masks import bounding_box, dilate
from colorfast.records import Alpha, Array, Box, Garment, Lab, Mask, Photo, SeedMeasures
from colorfast.verify.accuracy import weighted_quantile
from colorfast.verify.palette import quantile
from colorfast.verify.spill import cell_errors
from colorfast.verify.view import Picture, places_of

ENOUGH_ROWS = 256  # of windows; of more every second, third or fourth is looked at
WIDEST_STEP = 4  # rows: neighbors then overlap by nearly half
WINDOW = 7  # pixels: a square without weights, the default of scikit-image
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
PATCH = 32  # pixels, whatever the size of the picture
COVER = 0.5
RING = 2.0  # pixels
CELL = 4  # pixels
EVERY = 2  # rows and pixels: of a large photo one in four is enough
ZERO, TWO = np.float32(0), np.float32(2)


def spill(before: Photo, after: Photo, box: Box, alpha: Alpha) -> float:
    """Return the median CIEDE2000 in the ring 2 px outside the mask; 0 where there is none.

    alpha   (h, w) of the box, which is the garment's
    """
    pixels, error = cell_errors(before, after, box, _ring(alpha > 0), CELL)
    inside = pixels > 0
    return weighted_quantile(error[inside], pixels[inside], 0.5) if inside.any() else 0.0


def _ring(mask: Mask) -> Mask:
    """Return the pixels outside the mask within RING of it."""
    near: Mask = dilate(mask, RING)
    near &= ~mask
    return near


def sci(errors: Array, core: Mask, *, side: int = PATCH) -> float:
    """Return 1 / (1 + v), v the variance over patches of their mean CIEDE2000 to the target's median.

    errors   (n,) of the core's pixels, row by row
    side     of a patch in these errors

    Patches are 32 px wide and at least half core. With fewer than two nothing varies: 1.
    """
    pixels, total = _patch_sums(errors, core, side)
    counts = pixels >= COVER * side**2
    if counts.sum() < 2:
        return 1.0
    means = total[counts] / pixels[counts]
    return float(1 / (1 + means.var()))


def ssim(before: Array, after: Array, core: Mask) -> float:
    """Return SSIM of 8-bit gray over the bounding box of the mask.

    before, after   (h, w, 3) RGB code values, 8 or 16 bit
    """
    box = bounding_box(core)
    every = min(max((box[0].stop - box[0].start) // ENOUGH_ROWS, 1), WIDEST_STEP)
    return mean_ssim(gray(before, box), gray(after, box), every=every)


def gray(codes: Array, box: Box) -> npt.NDArray[np.uint8]:
    """Return 8-bit luma (h, w) of RGB codes within the box, rounded as OpenCV does. ITU-R BT.601."""
    picture = codes[box]
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def mean_ssim(x: npt.NDArray[np.uint8], y: npt.NDArray[np.uint8], *, every: int = 1) -> float:
    """Return the mean SSIM of two 8-bit pictures (h, w) with square windows of 7 px that lie inside them.

    every   of how many rows of windows one is looked at

    Sample covariance, as scikit-image has it by default. Windows shrink to pictures that are smaller.
    """
    rows, columns = min(WINDOW, x.shape[0]), min(WINDOW, x.shape[1])
    return float(_square_ssim(x, y, rows, columns, every))


def measure_seed(
    photos: tuple[Photo, Photo], garment: Garment, spread: tuple[float, float], delta_e_median: float
) -> SeedMeasures:
    """Return all of them.

    photos           the photo and the delivered picture
    spread           p95 and sci of the errors, as from `spread_of`
    delta_e_median   which both projects define alike
    """
    box = garment.box
    return SeedMeasures(
        delta_e_median=delta_e_median,
        delta_e_p95=spread[0],
        ssim=ssim(photos[0].part(box), photos[1].part(box), garment.core[box]),
        spill=spill(*photos, box, garment.alpha[box]),
        sci=spread[1],
    )


def spread_of(errors: Array, core: Mask, *, side: int = PATCH) -> tuple[float, float]:
    """Return the 95th percentile and sci of errors (n,) of the core's pixels; `side` as of sci."""
    return quantile(errors, 0.95), sci(errors, core, side=side)


def sampled_spread(color: Lab, after: Photo, garment: Garment) -> tuple[float, float]:
    """Return `spread_of` the errors to a color (3,) of every second pixel in every second row of a large photo.

    A patch then has 256 pixels: with noise of 3 codes sci is still within 1 % of that of all.
    """
    core = np.ascontiguousarray(garment.core[garment.box][::EVERY, ::EVERY])
    picture = Picture(to_codes(after.part(garment.box)[::EVERY, ::EVERY]), after.profile)
    errors = delta_e_2000(picture.colors(places_of(core)), color)
    return spread_of(errors, core, side=PATCH // EVERY)


@kernel
def _patch_sums(errors: Array, core: Array, side: int) -> tuple[Array, Array]:
    """Return for each patch its core pixels and the sum of their errors (n,), which follow row by row."""
    height, width = core.shape
    pixels, total = np.zeros((2, -(-height // side), -(-width // side)))
    first = np.int64(0)
    for y in range(height):
        for patch in range(pixels.shape[1]):
            inside = core[y, patch * side : (patch + 1) * side]
            count, error = np.int32(0), ZERO
            for x in range(inside.shape[0]):  # no branch, here and below: this runs on whole vectors
                count += inside[x]
            row = errors[first : first + count]
            for x in range(row.shape[0]):
                error += row[x]
            pixels[y // side, patch] += count
            total[y // side, patch] += error
            first += np.int64(count)
    return pixels, total


@kernel
def _square_ssim(x: Array, y: Array, rows: int, columns: int, every: int) -> float:
    """Return the mean SSIM over windows of rows x columns; every sum is exact, as integers of 32 bits."""
    height, width = x.shape
    down = np.zeros((4, width), np.int32)  # sums of x, y, xx + yy, xy over the last `rows` rows
    along = np.empty((4, width - columns + 1), np.int32)
    total, looked = 0.0, 0
    for row in range(height):
        for i in range(width):
            a, b = np.int32(x[row, i]), np.int32(y[row, i])
            down[0, i] += a
            down[1, i] += b
            down[2, i] += a * a + b * b
            down[3, i] += a * b
        if row >= rows - 1:
            if (row - rows + 1) % every == 0:
                for k in range(4):
                    _windows(down[k], columns, along[k])
                total += float(_scores(along, np.int32(rows * columns)))
                looked += 1
            first = row - rows + 1
            for i in range(width):
                a, b = np.int32(x[first, i]), np.int32(y[first, i])
                down[0, i] -= a
                down[1, i] -= b
                down[2, i] -= a * a + b * b
                down[3, i] -= a * b
    return float(total / (looked * (width - columns + 1)))


@kernel
def _windows(line: Array, columns: int, sums: Array) -> None:
    """Write the sums of `columns` neighbors each."""
    if columns == WINDOW:  # written out: this runs on whole vectors
        for i in range(sums.shape[0]):
            near = line[i + 2] + line[i + 3] + line[i + 4]
            sums[i] = line[i] + line[i + 1] + near + line[i + 5] + line[i + 6]
        return
    for i in range(sums.shape[0]):
        sums[i] = line[i : i + columns].sum()


@kernel
def _scores(sums: Array, n: np.int32) -> np.float32:
    """Return the sum of SSIM over windows of n pixels; differences of squares are taken as integers."""
    unbiased = np.float32(n / (n - 1 if n > 1 else 1))
    c1, c2 = np.float32(C1 * n * n), np.float32(C2 * n * n)
    x, y, both_squares, xy = sums[0], sums[1], sums[2], sums[3]
    total = ZERO
    for i in range(x.shape[0]):
        product, squares = x[i] * y[i], x[i] * x[i] + y[i] * y[i]
        both = unbiased * np.float32(n * xy[i] - product)
        spread = unbiased * np.float32(n * both_squares[i] - squares)
        near = TWO * np.float32(product) + c1
        total += near * (TWO * both + c2) / ((np.float32(squares) + c1) * (spread + c2))
    return total
