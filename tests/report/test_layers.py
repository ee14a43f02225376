"""The layered file: two layers that, laid over each other, show what was delivered."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from colorfast.errors import ExtraMissing
from colorfast.report.layers import correction_layer, flattened, write_layers

psdtags = pytest.importorskip("psdtags")
tifffile = pytest.importorskip("tifffile")


@pytest.fixture
def soft(result):
    """The made result with noise, a soft edge, and a correction from one corner of the code range to another."""
    rng, box = np.random.default_rng(0), result.garment.box
    shape = result.before.pixels[box].shape
    alpha = np.zeros_like(result.garment.alpha)
    alpha[box] = np.linspace(0.003, 1, shape[1], dtype=np.float32)
    before, after = (photo.pixels.copy() for photo in (result.before, result.after))
    before[box], after[box] = rng.integers(0, 256, shape), rng.integers(0, 256, shape)
    photos = [replace(result.before, pixels=pixels) for pixels in (before, after)]
    return replace(result, before=photos[0], after=photos[1], garment=replace(result.garment, alpha=alpha))


def sixteen(result):
    """The same in 16 bits."""
    photos = [replace(p, pixels=p.pixels.astype(np.uint16) * 257) for p in (result.before, result.after)]
    return replace(result, before=photos[0], after=photos[1])


def laid_over(layers):
    """The layers over each other, by psdtags' own means, (h, w, 3)."""
    below, above = layers
    mask = above.channels[-1].data.astype(np.float32)
    pictures = [np.stack([c.data for c in (*layer.channels[1:4], layer.channels[0])], -1) for layer in layers]
    pictures[1][..., 3] = mask
    laid = psdtags.overlay((pictures[0], None), (pictures[1], above.offset), shape=below.shape)
    return laid[..., :3].astype(np.int64)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_layers_show_what_was_delivered(soft, tmp_path, depth):
    soft = soft if depth == 8 else sixteen(soft)
    write_layers(tmp_path / "x.tif", soft)
    found = psdtags.TiffImageSourceData.fromtiff(tmp_path / "x.tif")
    assert [layer.name for layer in found.layers] == ["before", "correction"]
    laid = laid_over(found.layers)
    assert np.abs(laid - soft.after.pixels.astype(np.int64)).max() <= 1  # overlay cuts what we round


def test_the_flat_picture_is_the_delivered_one(soft, tmp_path):
    write_layers(tmp_path / "x.tif", soft)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "x.tif"), soft.after.pixels)


def test_the_lower_layer_is_the_photo_as_it_came(soft, tmp_path):
    write_layers(tmp_path / "x.tif", soft)
    below = psdtags.TiffImageSourceData.fromtiff(tmp_path / "x.tif").layers[0]
    planes = np.stack([channel.data for channel in below.channels[1:]], axis=-1)
    np.testing.assert_array_equal(planes, soft.before.pixels)


def test_profile_and_depth_are_the_photos(result, tmp_path):
    wide = sixteen(result)
    wide = replace(wide, before=replace(wide.before, profile=b"a profile"))
    write_layers(tmp_path / "x.tif", wide)
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert file.pages[0].dtype == np.uint16
        assert file.pages[0].iccprofile == b"a profile"


def test_where_a_color_suffices_the_mask_is_the_alpha(result):
    layer = correction_layer(result)
    np.testing.assert_array_equal(layer.mask / 255, result.garment.alpha[result.garment.box])


def test_the_mask_grows_only_where_no_color_would_do(soft):
    layer, alpha = correction_layer(soft), soft.garment.alpha[soft.garment.box]
    assert (layer.mask >= np.rint(alpha * 255)).all()
    np.testing.assert_array_equal(flattened(soft.before.pixels, layer), soft.after.pixels)


def test_without_the_extra_the_error_says_what_to_install(result, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psdtags", None)
    with pytest.raises(ExtraMissing, match=r"colorfast\[retouch\]"):
        write_layers(tmp_path / "x.tif", result)
    assert not list(tmp_path.iterdir())
