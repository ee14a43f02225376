"""Color where it should not be: spill outside the garment, and a rim of the old color inside its edge.

In: the photo before and the delivered one, in code values for `spill`, in Lab (h, w, 3) for `rim`, and the
garment's alpha (h, w) 0..1. Out: CIEDE2000.

Both compare means over small areas, not single pixels: encoding a JPEG again changes most pixels a little,
and that averages out, while a change of color does not. Both take small areas one by one, so a face that was
recolored is not lost among a million pixels of background.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.errors import NotAligned
from colorfast.masks import erode, scaled
from colorfast.records import Alpha, Array, Lab, Mask, Photo

CELL = 4  # pixels at 1024: colors are averaged over a cell; a quarter of a JPEG block holds its coding noise
TILE = 4  # cells: a tile of 16 px at 1024 is smaller than any face that can be seen
RIM = 2.0  # pixels at 1024 inside the edge; never less than 2
KIN_SQUARED = np.float32(
    8**2
)  # Lab: a donor 8 away counts a quarter, so piping follows piping, not the cloth
ZERO, ONE, FOUR = np.float32(0), np.float32(1), np.float32(4)


def spill(before: Photo, after: Photo, alpha: Alpha) -> float:
    """Return the mean CIEDE2000 of the worst tile outside the garment, where alpha is 0.

    before, after   the photo and the delivered picture, decoded; each is read in its own profile and depth
    alpha           (h, w) share of garment; with an alpha channel, pixels that are fully transparent do not
                    count

    The picture is cut into cells of 4x4 px at a height of 1024, never smaller; a cell is its mean color over
    the pixels outside the garment. A tile is 4x4 cells and counts if at least half of it is outside.

    Raises NotAligned if the sizes differ.
    """
    if before.size != after.size:
        raise NotAligned(after.size, before.size)
    outside = alpha <= 0
    for photo in (before, after):
        if photo.opacity is not None:
            outside &= photo.opacity > 0
    cell = max(CELL, round(scaled(CELL, before.size[0])))
    pixels, error = cell_errors(before, after, outside, cell)
    tiles, total = _tiles(pixels), _tiles(pixels * error)
    counts = tiles >= max(min((TILE * cell) ** 2 / 2, tiles.max()), 1)
    return float((total[counts] / tiles[counts]).max(initial=0))


def cell_errors(before: Photo, after: Photo, wanted: Mask, cell: int) -> tuple[Array, Array]:
    """Return for each cell of `cell` x `cell` pixels how many are wanted, and CIEDE2000 between their means.

    before, after   pictures of one size, each read in its own profile and depth
    wanted          (h, w) the pixels that count

    A mean is taken of code values; cells whose codes add up alike are not converted: their error is 0.
    """
    old_codes, new_codes = (photo.pixels.reshape(photo.size[0], -1) for photo in (before, after))
    pixels, first, second = _cell_sums(old_codes, new_codes, wanted, cell)
    changed = pixels > 0
    if before.profile == after.profile and before.pixels.dtype == after.pixels.dtype:
        changed &= (first != second).any(axis=2)
    error = np.zeros(pixels.shape)
    if changed.any():
        share = pixels[changed][:, None]
        old, new = _mean_lab(first[changed] / share, before), _mean_lab(second[changed] / share, after)
        error[changed] = delta_e_2000(old, new)
    return pixels, error


def rim(before_lab: Lab, after_lab: Lab, alpha: Alpha, height: int) -> float:
    """Return the mean CIEDE2000 between the garment's edge as delivered and as it should have become.

    before_lab, after_lab   (h, w, 3) the garment's box
    alpha                   (h, w) share of garment, of the same box
    height                  of the whole picture, pixels: 2 px of edge are measured at 1024, never fewer

    An edge pixel should have moved as the garment beside it did, by its own share of garment: before + alpha
    * d, where d is the mean of after - before over the garment's inside, pixels near and of like color
    counting more. Edge pixels are those with alpha of at least a half; they are compared as means over tiles
    of 16 px at 1024. 0 if the garment has no edge in the picture, or no inside.
    """
    garment = alpha >= 0.5
    width = max(RIM, scaled(RIM, height))
    inside = erode(garment, width)
    tile = max(CELL * TILE, round(scaled(CELL * TILE, height)))
    sums = _rim_sums(
        _planes(before_lab),
        _planes(after_lab),
        np.ascontiguousarray(alpha, np.float32),
        garment & ~inside,
        inside,
        width,
        tile,
    )
    pixels = sums[..., 0]
    used = pixels > 0
    if not used.any():
        return 0.0
    means = (sums[used][:, 1:] / pixels[used][:, None]).astype(np.float32)
    return float(np.average(delta_e_2000(means[:, :3], means[:, 3:]), weights=pixels[used]))


def _mean_lab(codes: Array, photo: Photo) -> Lab:
    """Return Lab (n, 3) of mean code values (n, 3), which are no whole numbers, by way of 16 bits."""
    rounded = np.round(codes * (65535 / np.iinfo(photo.pixels.dtype).max)).astype(np.uint16)
    lab: Lab = to_lab(rounded[None], photo.profile)[0]
    return lab


def _tiles(cells: Array) -> Array:
    """Return sums over squares of TILE x TILE cells."""
    rows, columns = -(-cells.shape[0] // TILE), -(-cells.shape[1] // TILE)
    padded = np.zeros((rows * TILE, columns * TILE))
    padded[: cells.shape[0], : cells.shape[1]] = cells
    sums: Array = padded.reshape(rows, TILE, columns, TILE).sum(axis=(1, 3))
    return sums


def _planes(lab: Lab) -> npt.NDArray[np.float32]:
    return to_planes(lab).reshape(3, *lab.shape[:2])


@kernel
def _cell_sums(before: Array, after: Array, wanted: Array, cell: int) -> tuple[Array, Array, Array]:
    """Return for each cell its number of wanted pixels, and the sums of their codes before and after.

    before, after   (h, 3 w) codes

    A row of cells is first summed down its columns, which runs on whole vectors, then along.
    """
    height, width = wanted.shape
    shape = (-(-height // cell), -(-width // cell))
    count = np.zeros(shape, np.int64)
    first, second = np.zeros((*shape, 3), np.int64), np.zeros((*shape, 3), np.int64)
    chosen = np.empty(3 * width, np.float32)
    columns = np.empty((3, 3 * width), np.float32)  # whole numbers, exact up to 2^24: 256 rows of 16 bits
    for j in range(shape[0]):
        columns[:] = 0
        for y in range(j * cell, min((j + 1) * cell, height)):
            for x in range(width):
                share = ONE if wanted[y, x] else ZERO
                chosen[3 * x], chosen[3 * x + 1], chosen[3 * x + 2] = share, share, share
            for i in range(3 * width):
                columns[0, i] += chosen[i]
                columns[1, i] += np.float32(before[y, i]) * chosen[i]
                columns[2, i] += np.float32(after[y, i]) * chosen[i]
        for x in range(width):
            i = x // cell
            count[j, i] += np.int64(columns[0, 3 * x])
            for c in range(3):
                first[j, i, c] += np.int64(columns[1, 3 * x + c])
                second[j, i, c] += np.int64(columns[2, 3 * x + c])
    return count, first, second


@kernel
def _move(before: Array, after: Array, inside: Array, place: Array, move: Array) -> float:
    """Write the mean of after - before inside the garment around a pixel; return the weight of that mean.

    place   row, column, step and reach: every step-th pixel within reach is asked
    """
    y, x, step, reach = place[0], place[1], place[2], place[3]
    weights = np.float32(0)
    move[:] = 0
    for v in range(max(y - reach, 0), min(y + reach + 1, inside.shape[0]), step):
        for u in range(max(x - reach, 0), min(x + reach + 1, inside.shape[1]), step):
            if inside[v, u]:
                far = np.float32((v - y) ** 2 + (u - x) ** 2) / np.float32(reach * reach)
                unlike = (before[0, v, u] - before[0, y, x]) ** 2 + (before[1, v, u] - before[1, y, x]) ** 2
                unlike += (before[2, v, u] - before[2, y, x]) ** 2
                kin = ONE / ((ONE + FOUR * far) * (ONE + unlike / KIN_SQUARED))
                weight = kin * kin
                move[0] += weight * (after[0, v, u] - before[0, v, u])
                move[1] += weight * (after[1, v, u] - before[1, v, u])
                move[2] += weight * (after[2, v, u] - before[2, v, u])
                weights += weight
    if weights > 0:
        move /= weights
    return float(weights)


@kernel
def _rim_sums(
    before: Array, after: Array, alpha: Array, edge: Mask, inside: Mask, width: float, tile: int
) -> Array:
    """Return for each tile its edge pixels, and their sums of expected and delivered Lab: (r, c, 7)."""
    height, columns = alpha.shape
    sums, move = np.zeros((-(-height // tile), -(-columns // tile), 7)), np.empty(3, np.float32)
    step = max(1, int(width) // 2)
    place = np.array([0, 0, step, step * (int(2 * width + 2) // step)])
    for y in range(height):
        for x in range(columns):
            if edge[y, x]:
                place[0], place[1] = y, x
                if _move(before, after, inside, place, move) > 0:
                    into = sums[y // tile, x // tile]
                    into[0] += 1
                    for c in range(3):
                        into[1 + c] += before[c, y, x] + alpha[y, x] * move[c]
                        into[4 + c] += after[c, y, x]
    return sums
