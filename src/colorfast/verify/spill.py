"""Color where it should not be: spill outside the garment.

In: the photo before and the delivered one, in code values, and the garment's alpha (h, w) 0..1. Out: CIEDE2000.

Means over small areas are compared, not single pixels: encoding a JPEG again changes most pixels a little, and
that averages out, while a change of color does not. Small areas are taken one by one, so a face that was
recolored is not lost among a million pixels of background.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.color.spaces import to_codes
from colorfast.compiled import kernel
from colorfast.errors import NotAligned
from colorfast.masks import scaled
from colorfast.records import Alpha, Array, Box, Mask, Photo

CELL = 4  # pixels at 1024: colors are averaged over a cell; a quarter of a JPEG block holds its coding noise
TILE = 4  # cells: a tile of 16 px at 1024 is smaller than any face that can be seen
SOME = 16  # cells that are looked at together
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)


def spill(before: Photo, after: Photo, alpha: Alpha, touched: Box | None = None) -> float:
    """Return the mean CIEDE2000 of the worst tile outside the garment, where alpha is 0.

    before, after   the photo and the delivered picture, decoded; each is read in its own profile and depth
    alpha           (h, w) share of garment; with an alpha channel, pixels that are fully transparent do not
                    count
    touched         rows and columns outside which both pictures are known to be equal, in profile, codes and
                    opacity: nothing is looked at there; None: anywhere

    The picture is cut into cells of 4x4 px at a height of 1024, never smaller; a cell is its mean color over
    the pixels outside the garment. A tile is 4x4 cells and counts if at least half of it is outside.

    Raises NotAligned if the sizes differ.
    """
    if before.size != after.size:
        raise NotAligned(after.size, before.size)
    cell = max(CELL, round(scaled(CELL, before.size[0])))
    opacities = [photo.opacity for photo in (before, after) if photo.opacity is not None]
    box = _whole_tiles(touched, TILE * cell, before.size)
    pixels, error = cell_errors(_part(before, box), _part(after, box), _outside(alpha, opacities, box), cell)
    tiles, total = _tiles(pixels), _tiles(pixels * error)
    least = (TILE * cell) ** 2 / 2
    if tiles.max(initial=0) < least:  # a small picture, or little around the garment: its fullest tile counts
        everywhere = _outside(alpha, opacities, _whole_tiles(None, TILE * cell, before.size))
        least = max(min(least, _counted(everywhere, TILE * cell).max()), 1)
    counts = tiles >= least
    return float((total[counts] / tiles[counts]).max(initial=0))


def _whole_tiles(touched: Box | None, tile: int, size: tuple[int, int]) -> Box:
    """Return a box grown to whole tiles, within the picture; all of it for None."""
    if touched is None:
        return slice(0, size[0]), slice(0, size[1])
    rows, columns = (
        slice(span.start // tile * tile, min(-(-span.stop // tile) * tile, most))
        for span, most in zip(touched, size, strict=True)
    )
    return rows, columns


def _part(photo: Photo, box: Box) -> Photo:
    return Photo(id=photo.id, pixels=photo.part(box), profile=photo.profile)


def _outside(alpha: Alpha, opacities: list[Array], box: Box) -> Mask:
    """Return the pixels of a box without garment that are not fully transparent."""
    outside: Mask = alpha[box] <= 0
    for opacity in opacities:
        outside &= opacity[box] > 0
    return outside


def _counted(mask: Mask, side: int) -> Array:
    """Return the pixels of a mask in each square of side x side."""
    rows = np.add.reduceat(mask, range(0, mask.shape[0], side), axis=0, dtype=np.int64)
    counted: Array = np.add.reduceat(rows, range(0, mask.shape[1], side), axis=1)
    return counted


def cell_errors(before: Photo, after: Photo, wanted: Mask, cell: int) -> tuple[Array, Array]:
    """Return for each cell of `cell` x `cell` pixels how many are wanted, and CIEDE2000 between their means.

    before, after   pictures of one size, each read in its own profile and depth
    wanted          (h, w) the pixels that count

    A mean is taken of code values; cells whose codes add up alike are not converted: their error is 0.
    """
    old, new = (to_codes(photo.pixels).reshape(*wanted.shape, 3) for photo in (before, after))
    scales = _to_16_bits(before), _to_16_bits(after)
    alike = before.profile == after.profile
    pixels, changed, first, second = _cell_means(old, new, np.ascontiguousarray(wanted), cell, scales, alike)
    error = np.zeros(pixels.size, np.float32)
    error[changed] = delta_e_2000(to_lab(first, before.profile), to_lab(second, after.profile))
    return pixels, error.reshape(pixels.shape)


def _to_16_bits(photo: Photo) -> np.float32:
    """Return the factor from the photo's codes to 16-bit ones."""
    return np.float32(65535 / np.iinfo(photo.pixels.dtype).max)


def _tiles(cells: Array) -> Array:
    """Return sums over squares of TILE x TILE cells."""
    rows, columns = -(-cells.shape[0] // TILE), -(-cells.shape[1] // TILE)
    padded = np.zeros((rows * TILE, columns * TILE))
    padded[: cells.shape[0], : cells.shape[1]] = cells
    sums: Array = padded.reshape(rows, TILE, columns, TILE).sum(axis=(1, 3))
    return sums


@kernel
def _cell_means(
    before: Array,
    after: Array,
    wanted: Array,
    cell: int,
    scales: tuple[np.float32, np.float32],
    alike: bool,
) -> tuple[Array, Array, Array, Array]:
    """Return for each cell its number of wanted pixels; and which cells changed, with their mean codes.

    before, after   (h, w, 3) codes
    scales          from the codes of each to the 16-bit ones (n, 3) of before and after that are returned
    alike           whether equal codes are equal colors; if not, every cell counts as changed
    """
    rows, across = -(-wanted.shape[0] // cell), -(-wanted.shape[1] // cell)
    count = np.zeros((rows, across), np.float32)
    first, second = np.empty((rows * across, 3), np.uint16), np.empty((rows * across, 3), np.uint16)
    changed, found, sums = np.empty(rows * across, np.int64), 0, np.empty((2, 3), np.int64)
    for j in range(rows):
        for i in range(across):
            pixels = _sum(before, after, wanted, (j, i, cell), sums)
            count[j, i] = pixels
            if pixels > 0 and (not alike or _differ(sums)):
                for c in range(3):
                    mean, other = np.float32(sums[0, c]) / pixels, np.float32(sums[1, c]) / pixels
                    first[found, c] = np.uint16(np.float32(mean) * scales[0] + HALF)
                    second[found, c] = np.uint16(np.float32(other) * scales[1] + HALF)
                changed[found] = j * across + i
                found += 1
    return count, changed[:found], first[:found], second[:found]


@kernel
def _differ(sums: Array) -> bool:
    different = 0
    for c in range(3):
        different += sums[0, c] != sums[1, c]
    return different > 0


@kernel
def _sum(before: Array, after: Array, wanted: Array, place: tuple[int, int, int], sums: Array) -> int:
    """Write the sums (2, 3) of a cell's wanted codes before and after; return how many pixels are wanted.

    place   row and column of the cell, and its side
    """
    pixels = a0 = a1 = a2 = b0 = b1 = b2 = 0
    j, i, cell = place
    for y in range(j * cell, min((j + 1) * cell, wanted.shape[0])):
        for x in range(i * cell, min((i + 1) * cell, wanted.shape[1])):
            if wanted[y, x]:
                pixels += 1
                a0, a1, a2 = a0 + before[y, x, 0], a1 + before[y, x, 1], a2 + before[y, x, 2]
                b0, b1, b2 = b0 + after[y, x, 0], b1 + after[y, x, 1], b2 + after[y, x, 2]
    sums[0, 0], sums[0, 1], sums[0, 2] = a0, a1, a2
    sums[1, 0], sums[1, 1], sums[1, 2] = b0, b1, b2
    return pixels
