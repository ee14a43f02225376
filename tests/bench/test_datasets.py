from collections import Counter

import numpy as np
import pytest

from colorfast.bench.cases import load
from colorfast.bench.datasets import find_cases
from colorfast.bench.folder import degrade_folder
from colorfast.bench.pictures import made_pair
from colorfast.bench.scenarios import SCENARIOS
from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.errors import PairsError
from colorfast.read import encode_jpeg, encode_mask
from colorfast.segment.settings import SegmentSettings

SETTINGS = SegmentSettings()


def first(cases, track):
    return next(case for case in cases if case.track == track)


def test_all_sets_below_the_data_folder_are_found(data_dir):
    tracks = Counter(case.track for case in find_cases(data_dir))
    assert tracks["same"] == 847 + 800
    assert tracks["still"] == 800
    assert {"view", "recolor", "ai"} <= set(tracks)


def test_one_set_alone_is_found(data_dir):
    assert {"same", "still", "shares"} <= {case.track for case in find_cases(data_dir / "viton_pairs")}
    assert len(find_cases(data_dir / "recolour")) == 12


def test_ids_are_unique_in_a_track(data_dir):
    cases = find_cases(data_dir)
    assert len({(case.track, case.id) for case in cases}) == len(cases)


def test_the_first_cases_are_an_even_sample_of_the_strata(data_dir):
    strata = Counter(case.stratum for case in find_cases(data_dir / "viton_pairs")[:200])
    assert min(strata.values()) > 20


def test_the_same_photo_is_reference_and_truth_in_track_same(data_dir):
    problem = load(first(find_cases(data_dir / "viton_pairs"), "same"), seed=1, settings=SETTINGS)
    assert problem.case.reference == problem.case.truth
    assert problem.garment.way == "mask"
    assert (problem.photo.pixels != problem.truth.pixels).any()


def test_a_seed_makes_the_same_problem_again(data_dir):
    case = first(find_cases(data_dir / "ccp"), "same")
    one, again, other = (load(case, seed=seed, settings=SETTINGS) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.photo.pixels, again.photo.pixels)
    assert (one.photo.pixels != other.photo.pixels).any()


@pytest.mark.parametrize(("name", "track"), [("gan_triples", "ai"), ("recolour", "recolor")])
def test_a_given_wrong_photo_is_used_as_it_is(data_dir, name, track):
    case = first(find_cases(data_dir / name), track)
    problem = load(case, seed=1, settings=SETTINGS)
    assert case.photo is not None
    assert problem.photo.size == problem.truth.size
    assert problem.garment.core.sum() > 1000


def test_a_degraded_folder_is_a_set_of_its_own(tmp_path):
    (tmp_path / "photos").mkdir()
    made = made_pair("ombre", (256, 192))
    (tmp_path / "photos" / "a.jpg").write_bytes(encode_jpeg(made.worn, 95))
    (tmp_path / "a.png").write_bytes(encode_mask(made.worn_mask))
    degrade_folder(tmp_path / "photos", tmp_path / "out", garment_only=True, masks=tmp_path)
    by_folder, by_file = find_cases(tmp_path / "out"), find_cases(tmp_path / "out" / "manifest.csv")
    assert [case.track for case in by_folder] == ["same"]
    assert [case.id for case in by_file] == ["a"]


def test_a_manifest_without_truth_is_refused(tmp_path):
    (tmp_path / "manifest.csv").write_text("id,photo,reference\na,a.jpg,b.jpg\n")
    with pytest.raises(PairsError, match="truth column"):
        find_cases(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PairsError, match="no such folder"):
        find_cases(tmp_path / "nowhere")


@pytest.mark.parametrize("track", SCENARIOS)
def test_every_scenario_makes_a_problem_that_can_be_solved(data_dir, track):
    case = next(case for case in find_cases(data_dir) if case.track == track)
    problem = load(case, seed=1, settings=SETTINGS)
    assert problem.photo.dtype == np.uint16
    assert problem.core.sum() > 64
    assert len(problem.reference) > 64
    assert (problem.photo.pixels != problem.truth.pixels).any()


def test_a_narrow_mask_is_judged_on_the_true_core(data_dir):
    case = next(case for case in find_cases(data_dir / "viton_pairs") if case.track == "narrow")
    problem = load(case, seed=1, settings=SETTINGS)
    assert (problem.core & (problem.garment.alpha == 0)).any()


def test_a_wrong_reference_shows_a_garment_of_another_color(data_dir):
    cases = [case for case in find_cases(data_dir / "viton_pairs") if case.track == "wrong"][:5]
    for case in cases:
        problem = load(case, seed=1, settings=SETTINGS)
        true = to_lab(problem.truth.pixels[problem.core][None])[0]
        assert delta_e_2000(np.median(true, axis=0), problem.target.median) > 10
