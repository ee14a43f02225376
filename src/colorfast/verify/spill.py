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
from colorfast.color.spaces import read_only
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
    pixels, error = cell_errors(before, after, box, _outside(alpha, opacities, box), cell)
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


def cell_errors(before: Photo, after: Photo, box: Box, wanted: Mask, cell: int) -> tuple[Array, Array]:
    """Return for each cell of `cell` x `cell` pixels how many are wanted, and CIEDE2000 between their means.

    before, after   pictures of one size, each read in its own profile and depth
    box             where the cells are
    wanted          (h, w) the pixels of the box that count

    A mean is taken of code values; cells whose codes add up alike are not converted: their error is 0.
    """
    (old, corner), (new, other) = (_rows_and_corner(photo, box) for photo in (before, after))
    scales = _to_16_bits(before), _to_16_bits(after)
    alike = before.profile == after.profile
    places = *corner, *other
    counted = read_only(np.ascontiguousarray(wanted))
    pixels, changed, first, second = _cell_means(old, new, places, counted, cell, scales, alike)
    error = np.zeros(pixels.size, np.float32)
    error[changed] = delta_e_2000(to_lab(first, before.profile), to_lab(second, after.profile))
    return pixels, error.reshape(pixels.shape)


def _rows_and_corner(photo: Photo, box: Box) -> tuple[Array, tuple[int, int]]:
    """Return the rows (h, 3 w) of codes that a box lies in, and its first row and column in them."""
    pixels, (rows, columns) = photo.window(box)
    return read_only(pixels.reshape(len(pixels), -1)), (rows.start, columns.start)


def _to_16_bits(photo: Photo) -> np.float32:
    """Return the factor from the photo's codes to 16-bit ones."""
    return np.float32(65535 / np.iinfo(photo.dtype).max)


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
    places: tuple[int, int, int, int],
    wanted: Array,
    cell: int,
    scales: tuple[np.float32, np.float32],
    alike: bool,
) -> tuple[Array, Array, Array, Array]:
    """Return for each cell its number of wanted pixels; and which cells changed, with their mean codes.

    before, after   (h, 3 w) codes
    places          first row and column of the cells in `before`, and in `after`
    scales          from the codes of each to the 16-bit ones (n, 3) of before and after that are returned
    alike           whether equal codes are equal colors; if not, every cell counts as changed
    """
    rows, across = -(-wanted.shape[0] // cell), -(-wanted.shape[1] // cell)
    count = np.zeros((rows, across), np.float32)
    first, second = np.empty((rows * across, 3), np.uint16), np.empty((rows * across, 3), np.uint16)
    changed, found, sums = np.empty(rows * across, np.int64), 0, np.empty((2, 3), np.int64)
    inside, differs = np.empty(SOME * cell, np.uint16), np.empty(SOME * cell * 3, np.bool_)
    for j in range(rows):
        for i in range(0, across, SOME):
            span = j * cell, min((j + 1) * cell, wanted.shape[0]), i * cell
            if not _look(before, after, places, wanted, span, inside, differs):
                continue
            for k in range(min(SOME, across - i)):
                pixels = inside[k * cell : (k + 1) * cell].sum()
                count[j, i + k] = pixels
                if pixels > 0 and (not alike or differs[3 * k * cell : 3 * (k + 1) * cell].any()):
                    _sum(before, after, places, wanted, (j, i + k, cell), sums)
                    if not alike or _differ(sums):
                        for c in range(3):
                            mean = np.float32(sums[0, c]) / np.float32(pixels)
                            other = np.float32(sums[1, c]) / np.float32(pixels)
                            first[found, c] = np.uint16(mean * scales[0] + HALF)
                            second[found, c] = np.uint16(other * scales[1] + HALF)
                        changed[found] = j * across + i + k
                        found += 1
    return count, changed[:found], first[:found], second[:found]


@kernel
def _look(
    before: Array,
    after: Array,
    places: tuple[int, int, int, int],
    wanted: Array,
    span: tuple[int, int, int],
    inside: Array,
    differs: Array,
) -> bool:
    """Write the wanted pixels of each column of SOME cells, and whether codes differ; return if any is wanted.

    span   first row and the one after the last, and first column of the cells
    """
    top, bottom, left = span
    width = min(inside.shape[0], wanted.shape[1] - left)
    inside[:], some = 0, np.uint16(0)
    for y in range(top, bottom):
        row = wanted[y, left : left + width]
        for x in range(width):
            inside[x] += row[x]
    for x in range(width):
        some |= inside[x]
    if some:
        differs[:] = False
        one, other = 3 * (places[1] + left), 3 * (places[3] + left)
        for y in range(top, bottom):
            old = before[places[0] + y, one : one + 3 * width]
            new = after[places[2] + y, other : other + 3 * width]
            for x in range(3 * width):
                differs[x] |= old[x] != new[x]
    return bool(some > 0)


@kernel
def _differ(sums: Array) -> bool:
    different = 0
    for c in range(3):
        different += sums[0, c] != sums[1, c]
    return different > 0


@kernel
def _sum(
    before: Array,
    after: Array,
    places: tuple[int, int, int, int],
    wanted: Array,
    place: tuple[int, int, int],
    sums: Array,
) -> None:
    """Write the sums (2, 3) of a cell's wanted codes before and after.

    place   row and column of the cell, and its side
    """
    sums[:] = 0
    j, i, cell = place
    for y in range(j * cell, min((j + 1) * cell, wanted.shape[0])):
        old, new = before[places[0] + y, 3 * places[1] :], after[places[2] + y, 3 * places[3] :]
        for x in range(i * cell, min((i + 1) * cell, wanted.shape[1])):
            if wanted[y, x]:
                for c in range(3):
                    sums[0, c] += old[3 * x + c]
                    sums[1, c] += new[3 * x + c]
