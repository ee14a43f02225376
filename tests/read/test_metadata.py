"""Metadata survives a correction; applied orientation and previews of the old color do not."""

import struct

import pytest
import pyvips

from colorfast.read.image import decode, read_photo
from colorfast.read.metadata import clean_exif, clean_photoshop, clean_xmp
from colorfast.read.write import encode


def exif(orientation, order="<", preview=b"\xff\xd8old\xff\xd9"):
    """Return an EXIF block with make, orientation and a preview picture."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    make = struct.pack(order + "HHI4s", 0x010F, 2, 4, b"abc\0")
    turn = struct.pack(order + "HHIHxx", 0x0112, 3, 1, orientation)
    second = 8 + 2 + 24 + 4
    at = second + 2 + 24 + 4
    where = struct.pack(order + "HHII", 0x0201, 4, 1, at) + struct.pack(
        order + "HHII", 0x0202, 4, 1, len(preview)
    )
    first = mark + struct.pack(order + "IH", 8, 2) + make + turn + struct.pack(order + "I", second)
    return b"Exif\0\0" + first + struct.pack(order + "H", 2) + where + bytes(4) + preview


def resource(number, content):
    """Return one Photoshop image resource."""
    return b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + bytes(len(content) % 2)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_says_upright_and_forgets_its_preview(order, orientation):
    cleaned = clean_exif(exif(orientation, order))
    reference = bytearray(exif(1, order))
    reference[6 + 34 : 6 + 38] = bytes(4)  # no second directory
    assert cleaned == bytes(reference)


def test_the_original_block_is_not_written_to():
    block = exif(6)
    clean_exif(block)
    assert block == exif(6)


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_a_block_cut_short_is_left_alone_or_cleaned(length):
    assert len(clean_exif(exif(6)[:length])) == length


def test_xmp_says_upright_in_both_spellings():
    assert clean_xmp(b'<r tiff:Orientation="6"/>') == b'<r tiff:Orientation="1"/>'
    assert clean_xmp(b"<tiff:Orientation>8</tiff:Orientation>") == b"<tiff:Orientation>1</tiff:Orientation>"


def test_xmp_forgets_its_preview():
    packet = b"<a/><xmp:Thumbnails>\n<rdf:Alt>/9j/</rdf:Alt></xmp:Thumbnails><b/>"
    assert clean_xmp(packet) == b"<a/><b/>"


@pytest.mark.parametrize("header", [b"", b"Photoshop 3.0\0"])
def test_photoshop_resources_lose_only_the_preview(header):
    path, preview, words = resource(2000, b"clip"), resource(1036, b"old color"), resource(1028, b"words")
    assert clean_photoshop(header + path + preview + words) == header + path + words


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_photoshop_resources_cut_short_do_not_stop_reading(length):
    block = b"Photoshop 3.0\0" + resource(1028, b"words") + resource(1036, b"old")
    assert block[:length].startswith(clean_photoshop(block[:length])[:14])


def test_blocks_that_are_no_resources_stay():
    assert clean_photoshop(b"\x1c\x02\x05\0\4name") == b"\x1c\x02\x05\0\4name"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_exif_travels_to_the_corrected_file(save, noise, kind):
    before = decode(save(noise(), kind, blocks={"exif-data": exif(1)}), "a")
    image = pyvips.Image.new_from_buffer(encode(before, before.pixels), "")
    assert image.get("exif-ifd0-Make").startswith("abc")
    assert b"old" not in image.get("exif-data")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_xmp_travels_to_the_corrected_file(save, noise, kind):
    before = decode(save(noise(), kind, blocks={"xmp-data": b"<x:xmpmeta>brand</x:xmpmeta>"}), "a")
    after = decode(encode(before, before.pixels), "a")
    assert after.metadata["xmp-data"] == b"<x:xmpmeta>brand</x:xmpmeta>"


@pytest.mark.parametrize(("kind", "name"), [("jpeg", "iptc-data"), ("tiff", "photoshop-data")])
def test_clipping_paths_and_captions_travel_to_the_corrected_file(save, noise, kind, name):
    block = resource(2000, b"clip") + resource(1028, b"words!")
    block = b"Photoshop 3.0\0" + block if kind == "jpeg" else block
    before = decode(save(noise(), kind, blocks={name: block}), "a")
    assert decode(encode(before, before.pixels), "a").metadata[name] == block


def test_camera_fields_of_real_files_travel(data_dir):
    names = ("Make", "Model", "DateTime")
    for path in sorted((data_dir / "exif").glob("*.jp*g")):
        old = pyvips.Image.new_from_file(str(path))
        photo = read_photo(path)
        new = pyvips.Image.new_from_buffer(encode(photo, photo.pixels), "")
        for field in (f"exif-ifd0-{name}" for name in names):
            assert not old.get_typeof(field) or new.get(field) == old.get(field), f"{path.name} {field}"
        assert not new.get_typeof("jpeg-thumbnail-data"), path.name
        assert new.get("orientation") == 1


def test_real_files_come_out_upright(data_dir):
    sizes = {n: read_photo(data_dir / "exif" / f"orientation_landscape_{n}.jpg").size for n in (1, 3, 6, 8)}
    assert all(height < width for height, width in sizes.values())
