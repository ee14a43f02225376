import json

import pytest

from colorfast.bench.folder import degrade_folder
from colorfast.bench.pictures import made_pair
from colorfast.bench.quality import METHODS, WORN, run_quality
from colorfast.bench.tables import quality_json, quality_text
from colorfast.errors import SettingsError
from colorfast.read import encode_jpeg, encode_mask


@pytest.fixture(scope="module")
def made_set(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    (root / "photos").mkdir()
    (root / "masks").mkdir()
    for kind in ("solid", "stripes"):
        made = made_pair(kind, (256, 192))
        (root / "photos" / f"{kind}.jpg").write_bytes(encode_jpeg(made.worn, 95))
        (root / "masks" / f"{kind}.png").write_bytes(encode_mask(made.worn_mask))
    degrade_folder(root / "photos", root / "out", garment_only=True, masks=root / "masks")
    return root / "out"


@pytest.fixture(scope="module")
def report(made_set):
    return run_quality(made_set, workers=1)


def test_every_method_has_a_line_and_nothing_fails(report):
    assert [line.method for line in report.lines if not line.stratum] == [m for m in METHODS if m != WORN]
    assert report.failures == ()
    assert {line.pictures for line in report.lines} == {2}


def test_nothing_stays_as_wrong_as_it_was(report):
    nothing = [score for score in report.scores if score.method == "nothing"]
    assert all(score.after == score.before > 4 for score in nothing)


def test_a_shift_to_the_same_photo_comes_near_the_truth(report):
    errors = {score.method: score.after for score in report.scores if score.case == "solid"}
    assert errors["shift"] < 0.4 * errors["nothing"]


def test_hybrid_beats_doing_nothing_by_far(report):
    lines = {line.method: line for line in report.lines if not line.stratum}
    assert lines["hybrid"].median < 0.25 * lines["nothing"].median
    assert lines["hybrid"].worse == 0


def test_two_workers_find_the_same_numbers(made_set):
    one, two = (run_quality(made_set, methods=("mkl", "hybrid"), workers=n) for n in (1, 2))
    assert one == two


def test_limit_is_held_in_each_track(made_set):
    report = run_quality(made_set, methods=("nothing",), limit=1, workers=1)
    assert [line.pictures for line in report.lines if not line.stratum] == [1]


def test_the_text_has_one_table_a_track_and_every_method(report):
    text = quality_text(report)
    assert text.startswith("same, out\nmethod")
    assert all(f"\n{method} " in text for method in METHODS if method != WORN)


def test_json_holds_lines_and_scores(report):
    found = json.loads(quality_json(report))
    assert len(found["scores"]) == 2 * (len(METHODS) - 1)
    assert found["failures"] == []


def test_a_broken_truth_is_a_failure_and_the_rest_is_measured(made_set, tmp_path):
    manifest = made_set.parent / "broken.csv"
    text = (made_set / "manifest.csv").read_text().replace(",solid.jpg", ",out/none.jpg")
    manifest.write_text(text.replace("../", "").replace(",stripes.jpg", ",out/stripes.jpg"))
    report = run_quality(manifest, methods=("nothing",), workers=1)
    assert [failure.case for failure in report.failures] == ["solid"]
    assert "1 × " in quality_text(report)


def test_an_unknown_method_is_refused(made_set):
    with pytest.raises(SettingsError, match="magic"):
        run_quality(made_set, methods=("magic",))


def test_only_the_tracks_that_are_wanted_are_run(made_set):
    with pytest.raises(SettingsError, match="one of same"):
        run_quality(made_set, tracks=("still",))
    report = run_quality(made_set, methods=("nothing",), tracks=("same",), workers=1)
    assert {line.track for line in report.lines} == {"same"}
