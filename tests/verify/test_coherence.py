"""Patches that reached their own target, expected colors and the two error maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.profiles import from_lab, to_lab
from colorfast.verify.coherence import coherence
from colorfast.verify.expectation import expected, moves_to, nearest
from colorfast.verify.palette import core_palette, thinned
from colorfast.verify.triplet import error_maps, triplet
from colorfast.verify.view import view


def reached(scene, after, garment=None):
    seen = view(scene.before, after, garment or scene.garment)
    old = core_palette(seen.pictures[0].colors(seen.places), nodes=24)
    return coherence(seen, moves_to(old, thinned(scene.target, nodes=24)), reached=4.0)


def test_a_right_garment_reaches_its_target_everywhere(scene):
    assert reached(scene, scene.right) > 0.9


def test_what_the_whole_garment_is_off_by_is_not_coherences_affair(solid):
    off = replace(solid.right, pixels=from_lab(to_lab(solid.right.pixels) + np.float32((6, 4, 4))))
    assert reached(solid, off) > 0.9


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_coherence_is_about_the_share_that_was_corrected(solid, share):
    rows = np.flatnonzero(solid.garment.core.any(axis=1))
    wrong = np.arange(solid.face.shape[0])[:, None] < np.quantile(rows, share)
    assert reached(solid, solid.where(np.broadcast_to(wrong, solid.face.shape))) < 1.1 - share


def test_a_garment_smaller_than_a_patch_is_one_patch(solid):
    core = np.zeros_like(solid.garment.core)
    core[250:254, 140:144] = True
    assert reached(solid, solid.right, replace(solid.garment, core=core)) in (0.0, 1.0)


def test_nearest_agrees_with_brute_force():
    rng = np.random.default_rng(8)
    lab, colors = (
        rng.normal(0, 30, (7, 9, 3)).astype(np.float32),
        rng.normal(0, 30, (5, 3)).astype(np.float32),
    )
    wanted = ((lab[..., None, :] - colors) ** 2).sum(axis=-1).argmin(axis=-1)
    np.testing.assert_array_equal(nearest(lab, colors), wanted)


def test_stripes_are_expected_to_take_each_its_own_step(stripes):
    labs = [to_lab(p.pixels, None) for p in (stripes.before, stripes.right)]
    old = core_palette(labs[0][stripes.garment.core], nodes=24)
    wanted = expected(labs[0], moves_to(old, thinned(stripes.target, nodes=24)))
    assert np.median(np.abs(wanted - labs[1])[stripes.garment.core]) < 1.5


def test_the_error_maps_show_the_error_before_and_none_after(scene):
    labs = [to_lab(p.pixels, None) for p in (scene.before, scene.right)]
    before, after = error_maps(*labs, scene.target, core=scene.garment.core)
    assert before.shape == after.shape == scene.before.size
    assert np.median(after[scene.garment.core]) < np.median(before[scene.garment.core]) / 1.5


def test_the_triplet_is_the_gain_of_the_medians(solid):
    old, new = (core_palette(to_lab(p.pixels, None)[solid.garment.core], nodes=24) for p in
                (solid.before, solid.right))  # fmt: skip
    found = triplet(old, new, solid.target)
    assert found.after < 0.1
    assert found.improvement_percent > 98
