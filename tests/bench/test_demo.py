import numpy as np
import pytest

from colorfast.bench.demo import KINDS, PORTRAIT, run_demo, suit_on_ground, write_pairs
from colorfast.bench.portrait import portrait, suit_mask
from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import ExtraMissing
from colorfast.read import read_mask, read_pairs, read_photo

FACE, FLAG, HELMET, PATCH = (90, 220), (250, 10), (430, 380), (385, 170)  # row, column
CLOTH = ((250, 100), (330, 60), (300, 330), (480, 90), (350, 240))


@pytest.fixture(scope="module")
def picture():
    return portrait()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    told = []
    out = tmp_path_factory.mktemp("demo")
    return run_demo(out, workers=1, progress=lambda done, total: told.append((done, total))), out, told


@pytest.mark.parametrize("place", CLOTH)
def test_the_mask_holds_the_cloth_of_the_suit(picture, place):
    assert suit_mask(picture)[place]


@pytest.mark.parametrize("place", [FACE, FLAG, HELMET, PATCH])
def test_the_mask_leaves_out_what_is_not_cloth(picture, place):
    assert not suit_mask(picture)[place]


def test_the_mask_is_orange_throughout(picture):
    lab = rgb_to_lab(picture)[suit_mask(picture)]
    assert (lab[:, 1] > 5).mean() > 0.99
    assert np.median(lab[:, 1]) > 40


def test_the_suit_lies_alone_on_a_light_ground(picture):
    flat, mask = suit_on_ground(picture, suit_mask(picture))
    assert flat.shape[:2] == mask.shape
    assert (flat[:30] == 245).all()


def test_a_missing_extra_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skimage.data", None)
    with pytest.raises(ExtraMissing, match=r"colorfast\[demo\]"):
        portrait()


def test_pairs_are_named_as_batch_expects_them(demo):
    _, out, _ = demo
    names = {path.name for path in (out / "pairs").glob("*.png")}
    assert names == {
        f"{kind}-{name}.png" for kind in ("on-model", "still-life") for name in (PORTRAIT, *KINDS)
    }
    assert len(read_pairs(out / "pairs")) == 1 + len(KINDS)


def test_masks_and_truth_fit_their_photos(demo):
    result, _, _ = demo
    for pair in read_pairs(result.manifest):
        size = read_photo(pair.photo).size
        assert read_photo(pair.truth).size == size
        assert read_mask(pair.mask, size).any()


def test_every_pair_has_a_row_and_comes_nearer(demo):
    result, _, told = demo
    assert [row["id"] for row in result.rows] == [PORTRAIT, *KINDS]
    for row in result.rows:
        assert row["metrics"]["triplet"]["after"] < row["metrics"]["triplet"]["before"]
    assert told[-1] == (14, 14)


def test_the_page_is_written(demo):
    result, out, _ = demo
    assert result.page == out / "index.html"
    assert result.page.stat().st_size > 1000


def test_the_pairs_are_the_same_each_time(demo, tmp_path):
    _, out, _ = demo
    write_pairs(tmp_path, seed=1, progress=lambda _: None)
    for name in ("manifest.csv", "on-model-stripes.png", "still-life-astronaut.png"):
        assert (tmp_path / name).read_bytes() == (out / "pairs" / name).read_bytes()
