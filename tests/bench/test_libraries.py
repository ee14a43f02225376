import numpy as np
import pytest

from colorfast.bench import libraries
from colorfast.bench.libraries import LIBRARIES, installed, library_peer, missing
from colorfast.color.spaces import linear_to_lab
from colorfast.errors import ExtraMissing
from colorfast.records import Garment

HERE = installed()


def picture(rng, low, high):
    return linear_to_lab(rng.uniform(low, high, (40, 30, 3)).astype(np.float32))


@pytest.fixture
def garment():
    alpha = np.zeros((40, 30), np.float32)
    alpha[:, 10:], alpha[:, 9] = 1, 0.5
    return Garment(core=alpha == 1, alpha=alpha, way="mask", confidence=1.0, box=np.s_[0:40, 0:30])


@pytest.mark.parametrize("name", HERE)
def test_a_library_brings_the_garment_near_the_reference(garment, name):
    lab, reference = (picture(np.random.default_rng(1), *r) for r in ((0.1, 0.2), (0.3, 0.5)))
    reference = reference.reshape(-1, 3)
    found = library_peer(name)(lab, garment, reference)
    gap = np.abs(np.median(found[garment.core], axis=0) - np.median(reference, axis=0))
    assert gap.max() < 2


@pytest.mark.parametrize("name", HERE)
def test_a_library_leaves_what_is_no_garment_alone(garment, name):
    lab, reference = (picture(np.random.default_rng(1), *r) for r in ((0.1, 0.2), (0.3, 0.5)))
    found = library_peer(name)(lab, garment, reference.reshape(-1, 3))
    np.testing.assert_array_equal(found[:, :9], lab[:, :9])
    assert (found[:, 9] != lab[:, 9]).all(axis=-1).any()


@pytest.mark.parametrize("name", HERE)
def test_a_library_gives_the_same_colors_again(garment, name):
    lab, reference = (picture(np.random.default_rng(1), *r) for r in ((0.1, 0.2), (0.3, 0.5)))
    one, two = (library_peer(name)(lab, garment, reference.reshape(-1, 3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_edge_pixels_take_the_number_of_the_nearest_core_pixel():
    core = np.zeros((5, 7), bool)
    core[2, 1], core[2, 5] = True, True
    np.testing.assert_array_equal(libraries._nearest(core)[:, [0, 6]], [[0, 1]] * 5)


def test_a_library_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setattr(libraries, "find_spec", lambda _: None)
    assert installed() == ()
    assert set(missing()) == {library.package for library in LIBRARIES.values()}
    with pytest.raises(ExtraMissing, match=r"colorfast\[bench\]"):
        library_peer("POT linear")
