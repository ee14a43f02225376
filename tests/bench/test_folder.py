import csv

import numpy as np
import pytest

from colorfast.bench.folder import degrade_folder
from colorfast.bench.pictures import made_pair
from colorfast.errors import PairsError, WriteError
from colorfast.read import encode_jpeg, encode_mask, read_pairs, read_photo


@pytest.fixture
def photos(tmp_path):
    folder, masks = tmp_path / "photos", tmp_path / "masks"
    folder.mkdir()
    masks.mkdir()
    for kind in ("solid", "print"):
        made = made_pair(kind, (256, 192))
        (folder / f"{kind}.jpg").write_bytes(encode_jpeg(made.worn, 95))
        (masks / f"{kind}.png").write_bytes(encode_mask(made.worn_mask))
    return folder


def rows_of(manifest):
    return list(csv.DictReader(manifest.read_text(encoding="utf-8").splitlines()))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_manifest_is_a_valid_list_of_pairs_with_truth(photos, tmp_path):
    done = degrade_folder(photos, tmp_path / "out", garment_only=True, masks=tmp_path / "masks")
    pairs = read_pairs(done.manifest)
    assert [pair.id for pair in pairs] == ["print", "solid"]
    for pair in pairs:
        assert pair.truth.resolve() == pair.reference.resolve() == photos / f"{pair.id}.jpg"
        assert pair.mask.resolve() == pair.reference_mask.resolve() == tmp_path / "masks" / f"{pair.id}.png"
        assert read_photo(pair.photo).size == (256, 192)


def test_the_manifest_records_parameters_and_seed(photos, tmp_path):
    done = degrade_folder(photos, tmp_path / "out", seed=7)
    for row in rows_of(done.manifest):
        assert row["seed"] == "7"
        assert 5 <= float(row["degrade_delta_e"]) <= 15
        assert -15 <= float(row["degrade_hue"]) <= 15


def test_a_second_run_gives_the_same_bytes(photos, tmp_path):
    degrade_folder(photos, tmp_path / "out", seed=2)
    first = contents(tmp_path / "out")
    degrade_folder(photos, tmp_path / "out", seed=2)
    assert contents(tmp_path / "out") == first


def test_a_picture_degrades_the_same_alone_and_in_company(photos, tmp_path):
    degrade_folder(photos, tmp_path / "all")
    (photos / "print.jpg").unlink()
    degrade_folder(photos, tmp_path / "one")
    assert contents(tmp_path / "one")["solid.jpg"] == contents(tmp_path / "all")["solid.jpg"]


def test_a_broken_picture_is_named_and_the_rest_is_done(photos, tmp_path):
    (photos / "empty.jpg").write_bytes(b"")
    done = degrade_folder(photos, tmp_path / "out")
    assert done.written == 2
    assert [(each.id, each.error.code) for each in done.skipped] == [("empty", "not-a-picture")]
    assert [row["id"] for row in rows_of(tmp_path / "out" / "skipped.csv")] == ["empty"]


def test_a_photo_without_a_mask_is_skipped_with_the_remedy(photos, tmp_path):
    (tmp_path / "masks" / "solid.png").unlink()
    done = degrade_folder(photos, tmp_path / "out", garment_only=True, masks=tmp_path / "masks")
    assert done.written == 1
    assert "put solid.png into a folder" in str(done.skipped[0].error)


def test_pairs_keep_their_reference_and_masks(photos, tmp_path):
    manifest = photos.parent / "pairs.csv"
    manifest.write_text(
        "id,reference,photo,mask,garment\np1,photos/print.jpg,photos/solid.jpg,masks/solid.png,upper\n"
    )
    done = degrade_folder(manifest, tmp_path / "deep" / "out", garment_only=True)
    (pair,) = read_pairs(done.manifest)
    assert pair.garment == "upper"
    assert pair.reference.resolve() == photos / "print.jpg"
    assert pair.mask.resolve() == tmp_path / "masks" / "solid.png"
    assert pair.truth.resolve() == photos / "solid.jpg"


def test_originals_are_never_written_over(photos):
    before = contents(photos)
    with pytest.raises(WriteError, match="original"):
        degrade_folder(photos, photos)
    assert contents(photos) == before


def test_photos_of_the_same_name_get_their_id_in_front(photos, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "solid.jpg").write_bytes((photos / "print.jpg").read_bytes())
    manifest = tmp_path / "pairs.csv"
    manifest.write_text(
        "id,reference,photo\nx,photos/solid.jpg,photos/solid.jpg\ny,b/solid.jpg,b/solid.jpg\n"
    )
    done = degrade_folder(manifest, tmp_path / "out")
    assert {pair.photo.name for pair in read_pairs(done.manifest)} == {"x-solid.jpg", "y-solid.jpg"}


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(PairsError, match="no pictures found"):
        degrade_folder(tmp_path, tmp_path / "out")


def test_progress_is_told_after_each_picture(photos, tmp_path):
    told = []
    degrade_folder(photos, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_png_comes_back_bit_exact_outside_the_garment(tmp_path):
    (tmp_path / "photos").mkdir()
    made = made_pair("ombre", (256, 192))
    (tmp_path / "photos" / "a.png").write_bytes(png(made.worn))
    (tmp_path / "photos.png").write_bytes(encode_mask(made.worn_mask))
    (tmp_path / "masks").mkdir()
    (tmp_path / "photos.png").rename(tmp_path / "masks" / "a.png")
    degrade_folder(tmp_path / "photos", tmp_path / "out", garment_only=True, masks=tmp_path / "masks")
    after = read_photo(tmp_path / "out" / "a.png").pixels
    assert np.array_equal(after[:40], made.worn[:40])


def png(pixels):
    from colorfast.read import encode
    from colorfast.records import Photo

    return encode(Photo(id="a", pixels=pixels, format="png"), pixels)
