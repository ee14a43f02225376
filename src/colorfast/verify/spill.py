"""Color where it should not be: spill outside the garment, and a rim of the old color inside its edge.

In: the photo before and the delivered one, in code values for `spill`, in Lab (h, w, 3) for `rim`, and the
garment's alpha (h, w) 0..1. Out: CIEDE2000.

Both compare means over small areas, not single pixels: encoding a JPEG again changes most pixels a little,
and that averages out, while a change of color does not. Both take small areas one by one, so a face that was
recolored is not lost among a million pixels of background.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.color.spaces import lab_to_linear, linear_to_lab, to_planes
from colorfast.compiled import kernel
from colorfast.errors import NotAligned
from colorfast.masks import erode, scaled
from colorfast.records import Alpha, Array, Box, Lab, Mask, Photo

CELL = 4  # pixels at 1024: colors are averaged over a cell; a quarter of a JPEG block holds its coding noise
TILE = 4  # cells: a tile of 16 px at 1024 is smaller than any face that can be seen
RIM = 2.0  # pixels at 1024 inside the edge; never less than 2
KIN_SQUARED = np.float32(
    8**2
)  # Lab: a donor 8 away counts a quarter, so piping follows piping, not the cloth
Planes: TypeAlias = tuple[Array, Array]
ZERO, HALF, ONE, FOUR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(4)


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
    old_codes, new_codes = (
        photo.pixels.reshape(len(photo.pixels), 3 * photo.size[1]) for photo in (before, after)
    )
    scales = _to_16_bits(before), _to_16_bits(after)
    alike = before.profile == after.profile
    pixels, changed, first, second = _cell_means(old_codes, new_codes, wanted, cell, scales, alike)
    error = np.zeros(pixels.size, np.float32)
    error[changed] = delta_e_2000(to_lab(first, before.profile), to_lab(second, after.profile))
    return pixels, error.reshape(pixels.shape)


def rim(before_lab: Lab, after_lab: Lab, alpha: Alpha, height: int) -> float:
    """Return the mean CIEDE2000 between the garment's edge as delivered and as it should have become.

    before_lab, after_lab   (h, w, 3) the garment's box
    alpha                   (h, w) share of garment, of the same box
    height                  of the whole picture, pixels: 2 px of edge are measured at 1024, never fewer

    An edge pixel should have moved as the garment beside it did, by its own share of garment: before + alpha
    * d, where d is the mean of after - before over the garment's inside, pixels near and of like color
    counting more. Lenses mix in linear light, resizing and retouching in code values, to which Lab is near:
    both are expected, and the nearer one counts. Edge pixels are those with alpha of at least a half; they
    are compared as means over tiles of 16 px at 1024. 0 if the garment has no edge in the picture, or no
    inside.
    """
    garment = alpha >= 0.5
    width = max(RIM, scaled(RIM, height))
    inside = erode(garment, width)
    tile = max(CELL * TILE, round(scaled(CELL * TILE, height)))
    pictures = [(_planes(lab), _planes(lab_to_linear(lab))) for lab in (before_lab, after_lab)]
    masks = np.ascontiguousarray(alpha, np.float32), garment & ~inside, inside
    sums = _rim_sums(pictures[0], pictures[1], masks, width, tile)
    pixels = sums[:, :, 0, 0, 0]
    used = pixels > 0
    if not used.any():
        return 0.0
    means = (sums[used][:, 1:] / pixels[used][:, None, None, None]).astype(np.float32)
    coded, lit = means[:, :, 0], linear_to_lab(means[:, :, 1])
    error = np.minimum(delta_e_2000(coded[:, 0], coded[:, 1]), delta_e_2000(lit[:, 0], lit[:, 1]))
    return float(np.average(error, weights=pixels[used]))


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


def _planes(lab: Lab) -> npt.NDArray[np.float32]:
    return to_planes(lab).reshape(3, *lab.shape[:2])


@kernel
def _spread(wanted: Array, chosen: Array, shares: Array, before: int) -> int:
    """Write each pixel's share, 1 or 0, three times to `chosen`, and add it to `shares`; return how many are 1.

    before   what was returned for the row that `chosen` now holds: rows that are full follow each other
    """
    count = 0
    for x in range(wanted.shape[0]):
        shares[x] += ONE if wanted[x] else ZERO
        count += wanted[x]
    if count == wanted.shape[0] == before:
        return count
    for x in range(wanted.shape[0]):
        share = ONE if wanted[x] else ZERO
        chosen[3 * x], chosen[3 * x + 1], chosen[3 * x + 2] = share, share, share
    return count


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

    before, after   (h, 3 w) codes
    scales          from the codes of each to the 16-bit ones (n, 3) of before and after that are returned
    alike           whether equal codes are equal colors; if not, every cell counts as changed

    A row of cells is first summed down its columns, which runs on whole vectors, then along.
    """
    height, width = wanted.shape
    rows, across = -(-height // cell), -(-width // cell)
    count = np.zeros((rows, across), np.float32)
    first, second = np.empty((rows * across, 3), np.uint16), np.empty((rows * across, 3), np.uint16)
    changed, found, mean = np.empty(rows * across, np.int64), 0, np.empty((2, 3), np.float32)
    chosen, shares = np.zeros(3 * width, np.float32), np.empty(width, np.float32)
    old, new = np.empty(3 * width, np.float32), np.empty(3 * width, np.float32)
    spread = 0
    for j in range(rows):
        shares[:], old[:], new[:] = ZERO, ZERO, ZERO
        for y in range(j * cell, min((j + 1) * cell, height)):
            spread = _spread(wanted[y], chosen, shares, spread)
            if spread > 0:
                row, other = before[y], after[y]
                for i in range(3 * width):
                    old[i] += np.float32(row[i]) * chosen[i]
                    new[i] += np.float32(other[i]) * chosen[i]
        for i in range(across):
            low, high = i * cell, min((i + 1) * cell, width)
            pixels = shares[low:high].sum()
            count[j, i] = pixels
            if pixels > 0 and _means_along(old, new, (low, high), pixels, mean) + (not alike):
                for c in range(3):
                    first[found, c] = np.uint16(mean[0, c] * scales[0] + HALF)
                    second[found, c] = np.uint16(mean[1, c] * scales[1] + HALF)
                changed[found] = j * across + i
                found += 1
    return count, changed[:found], first[:found], second[:found]


@kernel
def _means_along(old: Array, new: Array, columns: tuple[int, int], pixels: float, mean: Array) -> bool:
    """Write the means (2, 3) of a cell's sums over some columns; return whether they differ."""
    differ = False
    for c in range(3):
        a, b = ZERO, ZERO
        for i in range(columns[0], columns[1]):
            a += old[3 * i + c]
            b += new[3 * i + c]
        mean[0, c], mean[1, c] = a / pixels, b / pixels
        differ |= a != b
    return differ


@kernel
def _move(before: Planes, after: Planes, inside: Array, place: Array, move: Array) -> float:
    """Write the mean of after - before inside the garment around a pixel; return the weight of that mean.

    before, after   Lab and linear RGB, each (3, h, w)
    place           row, column, step and reach: every step-th pixel within reach is asked
    move            (2, 3)
    """
    y, x, step, reach = place[0], place[1], place[2], place[3]
    lab, weights = before[0], ZERO
    move[:] = ZERO
    for v in range(max(y - reach, 0), min(y + reach + 1, inside.shape[0]), step):
        for u in range(max(x - reach, 0), min(x + reach + 1, inside.shape[1]), step):
            if inside[v, u]:
                far = np.float32((v - y) ** 2 + (u - x) ** 2) / np.float32(reach * reach)
                unlike = (lab[0, v, u] - lab[0, y, x]) ** 2 + (lab[1, v, u] - lab[1, y, x]) ** 2
                unlike += (lab[2, v, u] - lab[2, y, x]) ** 2
                kin = ONE / ((ONE + FOUR * far) * (ONE + unlike / KIN_SQUARED))
                weights += kin * kin
                for c in range(3):
                    move[0, c] += kin * kin * (after[0][c, v, u] - before[0][c, v, u])
                    move[1, c] += kin * kin * (after[1][c, v, u] - before[1][c, v, u])
    if weights > 0:
        move /= weights
    return float(weights)


@kernel
def _rim_sums(
    before: Planes, after: Planes, masks: tuple[Array, Array, Array], width: float, tile: int
) -> Array:
    """Return for each tile its edge pixels, and their sums of expected and delivered color: (r, c, 3, 2, 3).

    before, after   Lab and linear RGB, each (3, h, w)
    masks           alpha, edge and inside

    Every second pixel is taken, as on a chess board.
    """
    alpha, edge, inside = masks
    height, columns = alpha.shape
    sums = np.zeros((-(-height // tile), -(-columns // tile), 3, 2, 3))
    step, move = int(width), np.empty((2, 3), np.float32)
    place = np.array([0, 0, step, step * (int(2 * width + 2) // step)])
    for y in range(height):
        for x in range(y % 2, columns, 2):
            if edge[y, x]:
                place[0], place[1] = y, x
                if _move(before, after, inside, place, move) > 0:
                    into = sums[y // tile, x // tile]
                    into[0] += ONE
                    for c in range(3):
                        into[1, 0, c] += before[0][c, y, x] + alpha[y, x] * move[0, c]
                        into[1, 1, c] += before[1][c, y, x] + alpha[y, x] * move[1, c]
                        into[2, 0, c] += after[0][c, y, x]
                        into[2, 1, c] += after[1][c, y, x]
    return sums
