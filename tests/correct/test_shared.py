"""What photo and reference share counts when their distributions are compared; the rest does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfast.color.distribution import palette_of
from colorfast.correct.maps import unchanged
from colorfast.correct.shared import _nearest, shared


def share_of_light(palette):
    points, weights = palette.points
    return float(weights[points[:, 0] > 55].sum())


def test_shares_of_a_print_are_brought_together(stripes):
    white, rest = stripes[stripes[:, 0] > 70], stripes[stripes[:, 0] < 70]
    source, target = palette_of(stripes), palette_of(np.concatenate([white[:300], rest]))
    found, wanted = shared(source, target, unchanged)
    before = share_of_light(source) - share_of_light(target)
    assert before > 0.15 > 2 * abs(share_of_light(found) - share_of_light(wanted))


def test_skin_under_a_wide_mask_stops_counting(solid):
    skin = np.float32([75, 14, 18]) + solid[:400] - solid.mean(0)
    source, target = palette_of(np.concatenate([solid, skin])), palette_of(solid)
    found, _ = shared(source, target, unchanged)
    assert share_of_light(source) > 0.08 > 0.02 > share_of_light(found)


def test_shares_sum_to_one_and_the_median_follows_them(stripes):
    source, target = palette_of(stripes), palette_of(stripes[stripes[:, 0] < 70])
    found, _ = shared(source, target, unchanged)
    np.testing.assert_allclose([found.weights.sum(), found.fine_weights.sum()], 1, atol=1e-4)
    assert found.median[0] < source.median[0]


def test_a_palette_without_finer_points_is_weighed_too(stripes):
    coarse = replace(palette_of(stripes), fine=None, fine_weights=None)
    found, _ = shared(coarse, palette_of(stripes[:2000]), unchanged)
    assert len(found.points[0]) == len(coarse.colors)


def test_the_nearest_node_is_the_nearest():
    rng = np.random.default_rng(3)
    points, nodes = (rng.normal(0, 20, (n, 3)).astype(np.float32) for n in (500, 40))
    apart = np.linalg.norm(points[:, None].astype(np.float64) - nodes[None], axis=-1)
    np.testing.assert_array_equal(_nearest(points, nodes), apart.argmin(1))
