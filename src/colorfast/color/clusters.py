"""Clusters of weighted colors: a weighted k-means from a deterministic start, and how well it separates.

Colors (n, 3) Lab and weights (n,) come in, a label for each color goes out.
"""

from __future__ import annotations

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array, Lab

SAME = 1e-6
"""Variance, Lab units squared, of colors that differ in their last bits only: they are not cut."""
SWEEPS = 8
"""Jacobi sweeps; a symmetric 3 x 3 matrix is diagonal to the last bit after five or six."""


def cluster(colors: Lab, weights: Array, k: int, *, steps: int = 8) -> Array:
    """Return labels (n,) of a weighted k-means from a deterministic start; some labels may stay unused.

    It starts from `k` clouds: the cloud with the largest error is cut across the direction in which it is
    longest, at its mean (Orchard & Bouman 1991, sec. III). `steps` rounds of Lloyd follow.
    """
    colors = np.ascontiguousarray(colors, np.float32)
    labels: Array = _cluster(colors, np.ascontiguousarray(weights, np.float32), k, steps)
    return labels


def silhouette(colors: Lab, weights: Array, labels: Array) -> float:
    """Return the weighted mean silhouette of a clustering, -1..1; 0 for a single cluster.

    colors (n, 3), weights (n,), labels (n,); O(n²), meant for n of a few hundred. Rousseeuw 1987, eq. 1.
    """
    colors = np.ascontiguousarray(colors, np.float32)
    return float(_silhouette(colors, np.ascontiguousarray(weights, np.float32), labels.astype(np.intp)))


def means(colors: Lab, weights: Array, labels: Array) -> tuple[Lab, Array]:
    """Return the weighted mean color of each label that is used, (k, 3) float32, and its weight, (k,)."""
    total = np.bincount(labels, weights)
    used = total > 0
    sums = np.stack([np.bincount(labels, weights * colors[:, c]) for c in range(3)], axis=1)
    return (sums[used] / total[used][:, None]).astype(np.float32), total[used].astype(np.float32)


@kernel
def _cluster(colors: Array, weights: Array, k: int, steps: int) -> Array:
    """Cut, then move each center to the mean of the colors nearest to it until nothing changes."""
    n = colors.shape[0]
    labels, planes = np.zeros(n, np.intp), np.empty((3, n), np.float32)
    for c in range(3):
        planes[c] = colors[:, c]
    nearest, best = np.empty(n, np.int32), np.empty(n, np.float32)
    _cut(colors, weights, k, labels)
    centers, mass = np.empty((k, 3), np.float32), np.empty(k)
    used = _centers(colors, weights, labels, centers, mass)
    for _ in range(steps):
        _nearest(planes, centers[:used], nearest, best)
        changed = 0
        for i in range(n):
            changed += labels[i] != nearest[i]
            labels[i] = nearest[i]
        if changed == 0:
            break
        _centers(colors, weights, labels, centers, mass)
    return labels


@kernel
def _nearest(planes: Array, centers: Array, nearest: Array, best: Array) -> None:
    """Write which center (k, 3) is nearest to each color (3, n), the first of equals, and its squared distance.

    Center by center, so that the loop over colors runs on whole vectors.
    """
    L, a, b = planes[0], planes[1], planes[2]
    nearest[:], best[:] = 0, np.float32(1e30)
    for j in range(centers.shape[0]):
        c0, c1, c2 = centers[j, 0], centers[j, 1], centers[j, 2]
        for i in range(best.shape[0]):
            d0, d1, d2 = L[i] - c0, a[i] - c1, b[i] - c2
            d = d0 * d0 + d1 * d1 + d2 * d2
            nearest[i] = np.int32(j) if d < best[i] else nearest[i]
            best[i] = min(best[i], d)


@kernel
def _centers(colors: Array, weights: Array, labels: Array, centers: Array, mass: Array) -> int:
    """Overwrite centers (k, 3) by the means of their colors; those without any stay. Return labels in use."""
    mass[:] = 0
    sums = np.zeros((mass.shape[0], 3))
    largest = 0
    for i in range(labels.shape[0]):
        j = labels[i]
        largest = max(largest, j)
        mass[j] += weights[i]
        for c in range(3):
            sums[j, c] += weights[i] * colors[i, c]
    for j in range(largest + 1):
        if mass[j] > 0:
            for c in range(3):
                centers[j, c] = sums[j, c] / mass[j]
    return int(largest + 1)


@kernel
def _cut(colors: Array, weights: Array, clouds: int, labels: Array) -> None:
    """Write a label 0..clouds-1 for each color; the colors of a cloud lie together in `order`."""
    n = colors.shape[0]
    order, spare = np.arange(n), np.empty(n, np.intp)
    ends = np.zeros((clouds, 2), np.intp)
    ends[0, 1] = n
    errors, planes = np.zeros(clouds), np.zeros((clouds, 4))
    errors[0] = _spread(colors, weights, order, planes[0])
    for new in range(1, clouds):
        widest = int(np.argmax(errors[:new]))
        if errors[widest] <= 0:
            break
        start, stop = ends[widest]
        plane, left, right = planes[widest], start, 0
        for at in range(start, stop):
            i = order[at]
            place = colors[i, 0] * plane[0] + colors[i, 1] * plane[1] + colors[i, 2] * plane[2]
            if place > plane[3]:
                spare[right] = i
                right += 1
            else:
                order[left] = i
                left += 1
        order[left:stop] = spare[:right]
        if right == 0 or left == start:
            break
        ends[widest, 1], ends[new, 0], ends[new, 1] = left, left, stop
        labels[order[left:stop]] = new
        errors[widest] = _spread(colors, weights, order[start:left], planes[widest])
        errors[new] = _spread(colors, weights, order[left:stop], planes[new])


@kernel
def _spread(colors: Array, weights: Array, members: Array, plane: Array) -> float:
    """Return a cloud's error along its longest direction; write that direction and its mean's place on it."""
    mean, mass, matrix = np.zeros(3), 0.0, np.zeros((3, 3))
    for i in members:
        mass += weights[i]
        for c in range(3):
            mean[c] += weights[i] * colors[i, c]
    mean /= mass
    for i in members:
        for c in range(3):
            for d in range(c, 3):
                matrix[c, d] += weights[i] * (colors[i, c] - mean[c]) * (colors[i, d] - mean[d])
    axes = _diagonalize(matrix)
    longest = int(np.argmax(np.diag(matrix)))
    for c in range(3):
        plane[c] = axes[c, longest]
    plane[3] = mean[0] * plane[0] + mean[1] * plane[1] + mean[2] * plane[2]
    error = matrix[longest, longest]
    return float(error) if error > SAME * mass else 0.0


@kernel
def _diagonalize(matrix: Array) -> Array:
    """Overwrite a symmetric matrix (3, 3), given above its diagonal, by its eigenvalues; return the vectors.

    Cyclic Jacobi rotations: Golub & Van Loan, Matrix Computations, 4th ed., sec. 8.5.
    """
    vectors = np.eye(3)
    for _ in range(SWEEPS):
        for p, q in ((0, 1), (0, 2), (1, 2)):
            other = 3 - p - q
            if abs(matrix[p, q]) < 1e-300:
                continue
            tau = (matrix[q, q] - matrix[p, p]) / (2 * matrix[p, q])
            t = (1.0 if tau >= 0 else -1.0) / (abs(tau) + np.sqrt(1 + tau * tau))
            c = 1 / np.sqrt(1 + t * t)
            s = t * c
            matrix[p, p] -= t * matrix[p, q]
            matrix[q, q] += t * matrix[p, q]
            matrix[p, q] = 0
            pr, pc = min(p, other), max(p, other)
            qr, qc = min(q, other), max(q, other)
            x, y = matrix[pr, pc], matrix[qr, qc]
            matrix[pr, pc], matrix[qr, qc] = c * x - s * y, s * x + c * y
            for r in range(3):
                x, y = vectors[r, p], vectors[r, q]
                vectors[r, p], vectors[r, q] = c * x - s * y, s * x + c * y
    return vectors


@kernel
def _silhouette(colors: Array, weights: Array, labels: Array) -> float:
    n, k = colors.shape[0], int(labels.max()) + 1
    mass = np.zeros(k)
    for i in range(n):
        mass[labels[i]] += weights[i]
    total, score, away = 0.0, 0.0, np.empty(k)
    if np.count_nonzero(mass) < 2:
        return 0.0
    for i in range(n):
        away[:] = 0
        for j in range(n):
            d0, d1 = colors[i, 0] - colors[j, 0], colors[i, 1] - colors[j, 1]
            d2 = colors[i, 2] - colors[j, 2]
            away[labels[j]] += weights[j] * np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
        own = labels[i]
        within = away[own] / max(mass[own] - weights[i], 1e-9)
        nearest = 1e30
        for c in range(k):
            if c != own and mass[c] > 0:
                nearest = min(nearest, away[c] / mass[c])
        score += weights[i] * (nearest - within) / max(max(nearest, within), 1e-9)
        total += weights[i]
    return score / total
