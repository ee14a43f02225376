"""The same job as a plain scikit-image and scikit-learn script would do it, for the speed benchmark.

Full-frame float64, no cropping to the garment, k-means on all its pixels: honest library calls, no slow loops
of our own. Needs the bench extra. JPEG bytes in, JPEG bytes and metrics out.
"""

from __future__ import annotations

import io
import warnings
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from colorfast.records import Array, Mask

CLUSTERS = 3
FEEDBACK = 2  # steps that move the medians together
EDGE = 2.0  # pixels, sigma of the blended edge
QUALITY = 95
PATCH, COVER = 32, 100  # pixels a side; garment pixels a patch needs


class Corrected(NamedTuple):
    """The delivered file and what was measured on it."""

    data: bytes
    metrics: dict[str, float]


def correct_plainly(photo: bytes, reference: bytes, mask: Mask, reference_mask: Mask) -> Corrected:
    """Give the garment the reference's colors, cluster by cluster, and measure the outcome.

    photo, reference        JPEG files
    mask, reference_mask    (h, w) where the garment is in each
    """
    from skimage.color import lab2rgb, rgb2lab
    from skimage.filters import gaussian

    pixels = _decoded(photo)
    lab, wanted = rgb2lab(pixels), rgb2lab(_decoded(reference))[reference_mask]
    new = lab.copy()
    new[mask] = _matched(lab[mask], wanted)
    alpha = np.minimum(gaussian(mask.astype(float), EDGE), mask)[..., None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about colors out of gamut, which are clipped here
        blended = np.clip(lab2rgb(lab + alpha * (new - lab)), 0, 1)
    result = np.where(mask[..., None], np.rint(255 * blended), pixels).astype(np.uint8)
    data = _encoded(result)
    return Corrected(data, _measured(lab, rgb2lab(_decoded(data)), mask, np.median(wanted, axis=0)))


def _matched(source: Array, wanted: Array) -> Array:
    """Return Lab colors (n, 3) matched to the wanted ones by the histograms of paired clusters."""
    from skimage.exposure import match_histograms

    ours, theirs = _clusters(source), _clusters(wanted)
    far = np.linalg.norm(ours.cluster_centers_[:, None] - theirs.cluster_centers_[None], axis=-1)
    partners = min(permutations(range(CLUSTERS)), key=lambda order: far[range(CLUSTERS), order].sum())
    new = source.copy()
    for one, other in enumerate(partners):
        here, there = ours.labels_ == one, wanted[theirs.labels_ == other]
        for channel in (1, 2):
            new[here, channel] = match_histograms(source[here, channel], there[:, channel])
        new[here, 0] += np.median(there[:, 0]) - np.median(source[here, 0])
    for _ in range(FEEDBACK):
        new += np.median(wanted, axis=0) - np.median(new, axis=0)
    return new


def _clusters(colors: Array) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(CLUSTERS, n_init=10, random_state=0).fit(colors[:, 1:])


def _measured(before: Array, after: Array, mask: Mask, target: Array) -> dict[str, float]:
    """Return color error before and after, SSIM-L, spill and coherence."""
    from skimage.color import deltaE_ciede2000
    from skimage.metrics import structural_similarity

    moved = deltaE_ciede2000(before, after)
    errors = [deltaE_ciede2000(lab, np.broadcast_to(target, lab.shape)) for lab in (before, after)]
    ssim = structural_similarity(
        before[..., 0],
        after[..., 0],
        data_range=100,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    patches = [
        errors[1][y : y + PATCH, x : x + PATCH][cover].mean()
        for y in range(0, mask.shape[0], PATCH)
        for x in range(0, mask.shape[1], PATCH)
        if (cover := mask[y : y + PATCH, x : x + PATCH]).sum() > COVER
    ]
    return {
        "before": float(np.median(errors[0][mask])),
        "after": float(np.median(errors[1][mask])),
        "p95": float(np.percentile(errors[1][mask], 95)),
        "ssim": float(ssim),
        "spill": float(np.percentile(moved[~mask], 95)),
        "coherence": float(np.mean(np.array(patches) < 5)),
    }


def _decoded(data: bytes) -> Array:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _encoded(pixels: Array) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()
