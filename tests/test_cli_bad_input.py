"""Bad input ends with exit status 4, one sentence with a code, no traceback and no half-written file."""

from __future__ import annotations

import json
import struct
import zlib

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from colorfast.cli import cli


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has next to no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def missing(made):
    made.photo.unlink()


def a_folder(made):
    made.photo.unlink()
    made.photo.mkdir()


def empty(made):
    made.photo.write_bytes(b"")


def truncated(made):
    made.photo.write_bytes(made.photo.read_bytes()[:900])


def renamed(made):
    made.photo.write_bytes(cv2.imencode(".png", cv2.imread(str(made.photo)))[1].tobytes())


def one_pixel(made):
    cv2.imwrite(str(made.photo), np.zeros((1, 1, 3), np.uint8))
    cv2.imwrite(str(made.mask), np.full((1, 1), 255, np.uint8))


def enormous(made):
    made.reference.unlink()
    made.reference.write_bytes(png_header(40_000, 40_000))


def other_mask_size(made):
    cv2.imwrite(str(made.mask), np.full((160, 119), 255, np.uint8))


def black_mask(made):
    cv2.imwrite(str(made.mask), np.zeros((160, 120), np.uint8))


def two_pixel_mask(made):
    mask = np.zeros((160, 120), np.uint8)
    mask[80, 60:62] = 255
    cv2.imwrite(str(made.mask), mask)


def only_backdrop(made):
    cv2.imwrite(str(made.reference), np.full((160, 120, 3), 246, np.uint8))
    made.reference_mask.unlink()


BAD = [
    (missing, ".jpg", "file-missing", "photo.jpg"),
    (a_folder, ".jpg", "file-missing", "photo.jpg"),
    (empty, ".jpg", "not-a-picture", "photo.jpg"),
    (truncated, ".jpg", "not-a-picture", "photo.jpg"),
    (renamed, ".jpg", "not-a-picture", "photo.jpg"),
    (one_pixel, ".jpg", "mask-too-small", "1 pixels"),
    (enormous, ".png", "too-large", "40000x40000"),
    (other_mask_size, ".jpg", "mask-size", "119x160"),
    (black_mask, ".jpg", "mask-too-small", "0 pixels"),
    (two_pixel_mask, ".jpg", "mask-too-small", "2 pixels"),
    (only_backdrop, ".jpg", "garment-not-found", "reference.jpg"),
]


@pytest.mark.parametrize(("spoil", "suffix", "code", "said"), BAD, ids=[row[0].__name__ for row in BAD])
def test_a_bad_input_ends_with_a_sentence_and_status_4(make_pair, tmp_path, spoil, suffix, code, said):
    made, out = make_pair(suffix=suffix), tmp_path / f"out{suffix}"
    spoil(made)
    given = ["--reference-mask", made.reference_mask] if made.reference_mask.exists() else []
    args = ["correct", made.reference, made.photo, "-o", out, "--mask", made.mask, *given]
    ended = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert ended.exit_code == 4, ended.output
    assert ended.stderr.startswith("colorfast: ")
    assert ended.stderr.endswith(f"[{code}]\n")
    assert said in ended.stderr.replace(" x ", "x").replace("×", "x")
    assert ended.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_with_json_an_error_is_an_object_on_stdout_too(tmp_path):
    args = ["correct", "none.png", "nothing.png", "-o", str(tmp_path / "out.png"), "--json"]
    ended = CliRunner().invoke(cli, args)
    row = json.loads(ended.stdout)
    assert ended.exit_code == 4
    assert (row["id"], row["verdict"], row["metrics"]) == ("nothing", "fail", None)
    assert row["error"]["code"] == "file-missing"
    assert "nothing.png" in ended.stderr


def test_a_color_that_cannot_be_read_is_bad_input(make_pair, tmp_path):
    args = ["correct", "--target", "reddish", str(make_pair().photo), "-o", str(tmp_path / "out.png")]
    ended = CliRunner().invoke(cli, args)
    assert ended.exit_code == 4
    assert "'reddish'" in ended.stderr


def test_an_output_that_cannot_be_written_is_named(make_pair, tmp_path):
    made, file = make_pair(), tmp_path / "file"
    file.write_text("in the way")
    out = file / "out.png"  # below a regular file: not even root can write there
    ended = CliRunner().invoke(cli, ["correct", str(made.reference), str(made.photo), "-o", str(out)])
    assert ended.exit_code == 4
    assert str(out) in ended.stderr
    assert ended.stderr.endswith("[unwritable]\n")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,photo.png,nan\n", "row 2"),
        ("nan,photo.png,reference.png\n", "column id"),
        ("a,photo.png,reference.png\na,photo.png,reference.png\n", "row 2 already"),
        ("", "no rows"),
    ],
)
def test_a_bad_manifest_is_named_by_row(tmp_path, rows, said):
    manifest = tmp_path / "pairs.csv"
    manifest.write_text("id,photo,reference\n" + rows)
    ended = CliRunner().invoke(cli, ["batch", str(manifest), str(tmp_path / "out")])
    assert ended.exit_code == 4
    assert said in ended.stderr
    assert ended.stderr.endswith("[bad-pairs]\n")
    assert not (tmp_path / "out").exists()


def test_a_bad_setting_is_bad_input(make_pair, tmp_path):
    config = tmp_path / "settings.toml"
    config.write_text("[limits]\ncolour = 2\n")
    made = make_pair()
    args = ["correct", made.reference, made.photo, "-o", tmp_path / "out.png", "--config", config]
    ended = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert ended.exit_code == 4
    assert "did you mean color?" in ended.stderr
