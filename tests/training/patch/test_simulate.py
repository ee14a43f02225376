"""Simulated photos are what physics says, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.exact import xyz_to_lab
from colorfast.errors import PairsError
from colorfast.swatch.records import Spectrum
from colorfast.swatch.spectra import lab_of
from colorfast.training.patch.run import worlds
from colorfast.training.patch.simulate import HARSH, STUDIO, reflected_xyz
from colorfast.training.patch.skin import reflectance, skin
from colorfast.training.patch.spectra import NM, read_spectra


@pytest.fixture
def studio(spectra_folder):
    return worlds(read_spectra(spectra_folder), "all").seen


def test_the_same_seed_takes_the_same_photos(studio):
    first, second = (studio.take(np.random.default_rng(3), 8, HARSH) for _ in range(2))
    np.testing.assert_array_equal(first.planes, second.planes)


def test_the_truth_is_the_color_that_swatches_have(studio):
    one = studio.reflectances[0]
    found = xyz_to_lab(reflected_xyz(one[None]))[0]
    assert delta_e_2000(found.astype(np.float32), lab_of(Spectrum(400, 10, one))) < 0.5


def test_harsh_photos_are_farther_from_the_truth_than_those_of_a_studio(studio):
    spread = [
        studio.take(np.random.default_rng(0), 300, one).planes[:, 1, 5, 5].std() for one in (STUDIO, HARSH)
    ]
    assert spread[0] < spread[1]


def test_code_values_are_whole_eighths_of_a_byte(studio):
    codes = 255 * studio.take(np.random.default_rng(0), 4, STUDIO).planes[:, :3, 5, 5]
    np.testing.assert_allclose(codes, codes.round(), atol=1e-3)


def test_cameras_see_white_as_white(studio):
    np.testing.assert_allclose(np.ones(3) @ studio.matrices, 1, atol=1e-9)


def test_more_melanin_is_darker_and_more_blood_is_redder():
    few, much = np.array([[0.02]]), np.array([[0.3]])
    usual = {"oxygen": np.array([[0.8]]), "scattering": np.array([[1.0]])}
    pale, dark = (reflectance(one, np.array([[0.01]]), **usual) for one in (few, much))
    flushed = reflectance(few, np.array([[0.06]]), **usual)
    lab = xyz_to_lab(reflected_xyz(np.concatenate([pale, dark, flushed])))
    assert lab[1, 0] < lab[0, 0] - 10
    assert lab[2, 1] > lab[0, 1] + 2


def test_skin_reflects_less_than_everything():
    tones = skin(np.random.default_rng(0), 50)
    assert tones.shape == (50, len(NM))
    assert (tones > 0).all()
    assert (tones < 1).all()


def test_a_folder_without_spectra_is_named(tmp_path):
    with pytest.raises(PairsError, match="no spectra"):
        read_spectra(tmp_path)


def test_colors_and_cameras_that_test_taught_nothing(spectra_folder):
    found = worlds(read_spectra(spectra_folder), "all")
    learned = {one.tobytes() for one in found.seen.reflectances}
    assert not learned & {one.tobytes() for one in found.tests["unseen tones"].reflectances}
    assert len(found.tests["unseen tones, unseen cameras"].cameras) == 1
