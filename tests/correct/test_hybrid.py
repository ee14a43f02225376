"""What the hybrid map leaves undone where the reference may be off itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.correct import CorrectSettings
from colorfast.correct.hybrid import _held_back, find_map
from colorfast.correct.maps import unchanged


def lighter(by):
    return lambda lab: unchanged(lab) + np.float32([by, by, 0])


def test_a_small_change_by_a_reference_of_a_part_is_held_back_and_lightness_most(solid):
    moved = _held_back(lighter(1.0), palette_of(solid), doubt=1.0)(solid) - solid
    np.testing.assert_allclose(moved[:, 0], 0, atol=1e-4)
    np.testing.assert_allclose(moved[:, 1], 0.5, atol=1e-4)


@pytest.mark.parametrize(("by", "doubt"), [(12.0, 1.0), (1.0, 0.0)])
def test_a_large_change_or_a_sure_one_is_made_as_it_is(solid, by, doubt):
    color_map = lighter(by)
    assert _held_back(color_map, palette_of(solid), doubt=doubt) is color_map


def test_more_is_asked_and_more_is_done(solid):
    source = palette_of(solid)
    done = [float(_held_back(lighter(by), source, doubt=1.0)(solid)[0, 0]) for by in np.arange(0, 9, 0.25)]
    assert (np.diff(done) > -1e-4).all()


def test_a_small_change_is_made_in_full_where_the_whole_garment_is_shown(solid):
    target = replace(palette_of(lighter(1.0)(solid)), on_person=True)
    moved = find_map(palette_of(solid), target, CorrectSettings())[0](solid)
    np.testing.assert_allclose((moved - solid)[:, 0].mean(), 1.0, atol=0.05)
