"""The constants that a script derives are those the code holds."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from colorfast.color import exact

TOOLS = Path(__file__).parents[2] / "tools"


def test_the_matrix_is_derived_from_the_primaries():
    derive = runpy.run_path(str(TOOLS / "derive_srgb_matrix.py"))
    np.testing.assert_array_equal(derive["rgb_to_xyz"](), exact.RGB_TO_XYZ)


def test_white_is_d65_as_the_standard_gives_it():
    np.testing.assert_allclose(exact.WHITE / exact.WHITE.sum(), [0.3127, 0.3290, 0.3583], atol=1e-15)


def test_xyz_goes_to_lab_linear_rgb_and_back():
    xyz = np.random.default_rng(0).random((100, 3))
    np.testing.assert_allclose(exact.lab_to_xyz(exact.xyz_to_lab(xyz)), xyz, atol=1e-14)
    np.testing.assert_allclose(exact.linear_to_xyz(exact.xyz_to_linear(xyz)), xyz, atol=1e-14)
    np.testing.assert_allclose(exact.xyz_to_lab(exact.WHITE), [100, 0, 0], atol=1e-12)


def test_the_first_guess_of_the_root_is_the_derived_one():
    from colorfast.color.kernels import ROOT_MAGIC

    derive = runpy.run_path(str(TOOLS / "derive_root_guess.py"))
    assert derive["best_magic"]() == int(ROOT_MAGIC)


def test_the_turn_of_the_blue_is_the_derived_one():
    from colorfast.color import difference

    derive = runpy.run_path(str(TOOLS / "derive_hue_bump.py"))
    held = [getattr(difference, f"TURN_{n}") for n in range(5)]
    np.testing.assert_allclose(held, derive["fitted"](), rtol=1e-5)
    assert derive["largest_error"](derive["fitted"]()) < 1e-6
    assert derive["LAST"] == pytest.approx(float(difference.TURN_OVER))
