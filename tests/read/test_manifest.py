"""A manifest becomes pairs, or says which row and column is wrong."""

import json

import pytest

from colorfast.errors import PairsError
from colorfast.read.manifest import read_manifest


@pytest.fixture
def manifest(tmp_path):
    """Return a function that writes a manifest and reads it."""

    def make(content, name="pairs.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_manifest(path)

    return make


def test_paths_are_relative_to_the_manifest(tmp_path, manifest):
    (pair,) = manifest("id,reference,photo,mask\n7,shop/7.jpg,worn/7.jpg,masks/7.png\n")
    assert (pair.id, pair.garment, pair.method, pair.target) == ("7", "auto", None, None)
    assert pair.reference == tmp_path / "shop" / "7.jpg"
    assert pair.photo == tmp_path / "worn" / "7.jpg"
    assert pair.mask == tmp_path / "masks" / "7.png"
    assert pair.truth is None


def test_absolute_paths_stay(tmp_path, manifest):
    (pair,) = manifest(
        json.dumps({"id": "a", "photo": str(tmp_path / "a.jpg"), "target": "#123456"}), "p.jsonl"
    )
    assert pair.photo == tmp_path / "a.jpg"


def test_every_column_reaches_its_pair(manifest):
    columns = "id,reference,photo,reference_mask,mask,garment,method,target,truth"
    (pair,) = manifest(f"{columns}\na,r.jpg,p.jpg,rm.png,m.png,upper,ot,#7b2d26,t.png\n")
    assert (pair.garment, pair.method, pair.target) == ("upper", "ot", "#7b2d26")
    assert (pair.reference_mask.name, pair.mask.name, pair.truth.name) == ("rm.png", "m.png", "t.png")


def test_csv_and_jsonl_say_the_same(manifest):
    values = {"id": "a", "photo": "p.jpg", "target": "lab(32 33 22)", "garment": "dress"}
    text = ",".join(values) + "\n" + ",".join(values.values()) + "\n"
    assert manifest(text) == manifest(json.dumps(values) + "\n", "p.jsonl")


def test_the_order_of_rows_is_kept(manifest):
    assert [pair.id for pair in manifest("id,photo,target\nb,b.png,#000\na,a.png,#000\n")] == ["b", "a"]


def test_a_byte_order_mark_blank_lines_and_windows_ends_are_fine(manifest):
    assert len(manifest(b"\xef\xbb\xbfid,photo,target\r\na,a.png,#000\r\n\r\n")) == 1
    assert len(manifest(b'\xef\xbb\xbf{"id":"a","photo":"a.png","target":"#000"}\r\n\r\n', "p.jsonl")) == 1


def test_names_beyond_ascii_and_quoted_commas_are_fine(manifest):
    (pair,) = manifest('id,photo,target\nchemise-été,"worn, 1.jpg",#000\n')
    assert (pair.id, pair.photo.name) == ("chemise-été", "worn, 1.jpg")


def test_numbers_may_be_ids_in_json(manifest):
    assert manifest('{"id": 12, "photo": "a.png", "target": "#000"}', "p.jsonl")[0].id == "12"


@pytest.mark.parametrize("missing", ["", " ", "nan", "NaN", "None", "null", "<NA>"])
def test_what_pandas_leaves_for_a_missing_value_is_missing(manifest, missing):
    (pair,) = manifest(
        f"id,photo,reference,mask,garment,method\na,a.png,r.png,{missing},{missing},{missing}\n"
    )
    assert (pair.mask, pair.garment, pair.method) == (None, "auto", None)


def test_null_and_nan_of_json_are_missing(manifest):
    (pair,) = manifest(
        '{"id": "a", "photo": "a.png", "target": "#000", "mask": NaN, "truth": null}', "p.jsonl"
    )
    assert (pair.mask, pair.truth) == (None, None)


def test_columns_for_other_programs_are_left_alone(manifest):
    assert len(manifest("id,photo,target,delta_e_before,season\na,a.png,#000,3,fw26\n")) == 1
    assert len(manifest('{"id": "a", "photo": "a.png", "target": "#000", "tags": ["x"]}', "p.jsonl")) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "row 1: no column id and no column photo"),
        ("id,photo,target\n", "holds no rows"),
        ("id,reference\na,r.png\n", "row 1: no column photo"),
        ("id,photo,target\n,a.png,#000\n", "row 2, column id: empty"),
        ("id,photo,target\nnan,a.png,#000\n", "row 2, column id: empty"),
        ("id,photo,target\na,NaN,#000\n", "row 2, column photo: empty"),
        ("id,photo,reference\na,a.png,nan\n", "row 2, columns reference and target: both empty"),
        ("id,photo\na,a.png\n", "row 2, columns reference and target: both empty"),
        ("id,photo,target\na,a.png,#000\na,b.png,#000\n", "row 3, column id: 'a' is in row 2 already"),
        ("id,photo,target\na,a.png,#000\nA,b.png,#000\n", "row 3, column id: 'A' is in row 2 already"),
        (
            "id,photo,target,garment\na,a.png,#000,shirt\n",
            "row 2, column garment: 'shirt' is none of auto, upper",
        ),
        ("id,photo,target\na,a.png,#000,extra\n", "row 2: 4 values under 3 columns"),
        ("id,photo,target,photo\na,a.png,#000,b.png\n", "row 1: column photo stands there twice"),
        ("id,photo,refrence\na,a.png,r.png\n", "row 1: column 'refrence' is unknown; is 'reference' meant?"),
        ("id,photo,target,Mask\na,a.png,#000,m.png\n", "row 1: column 'Mask' is unknown; is 'mask' meant?"),
        ('id,photo,target\na,"a.png,#000\n', "row 2: unexpected end of data"),
    ],
)
def test_mistakes_in_csv_are_named_by_row_and_column(manifest, text, reason):
    with pytest.raises(PairsError) as caught:
        manifest(text)
    assert reason in caught.value.reason


@pytest.mark.parametrize("bad", ["../a", "a/b", "a\\b", "c:a", "a*", ".a", "a.", "a\tb", "x" * 151])
def test_ids_that_cannot_be_part_of_a_file_name_are_refused(manifest, bad):
    line = json.dumps({"id": bad, "photo": "a.png", "target": "#000"})
    with pytest.raises(PairsError, match=r"row 1, column id: .* cannot be part of a file name"):
        manifest(line, "p.jsonl")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "row 2: not JSON"),
        ("[1]", "row 2: a list where an object must be"),
        ('{"id": "b"}', "row 2: no column photo"),
        ('{"id": "b", "photo": ["a.png"]}', "row 2, column photo: ['a.png'] where a text must be"),
        ('{"id": true, "photo": "a.png"}', "row 2, column id: True where a text must be"),
        ('{"id": "b", "photo": "b.png", "taget": "#000"}', "row 2: column 'taget' is unknown"),
    ],
)
def test_mistakes_in_jsonl_are_named_by_row_and_column(manifest, line, reason):
    with pytest.raises(PairsError) as caught:
        manifest('{"id": "a", "photo": "a.png", "target": "#000"}\n' + line, "p.jsonl")
    assert reason in caught.value.reason


def test_text_that_is_not_utf8_is_refused_at_its_byte(manifest):
    with pytest.raises(PairsError, match="not UTF-8 at byte 16"):
        manifest("id,photo,target\n\xe9,a.png,#000\n".encode("latin-1"))


def test_files_that_do_not_exist_are_left_to_their_pair(manifest):
    assert not manifest("id,photo,target\na,gone.png,#000\n")[0].photo.exists()
