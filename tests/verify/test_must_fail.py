"""Each metric has a picture that it must reject; the same picture uncorrupted passes every limit.

What is judged is the delivered file: each picture is written, as PNG and as JPEG at quality 95, and read again.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorfast.color.profiles import from_lab, to_lab
from colorfast.masks import erode
from colorfast.pipeline import verify_pair
from colorfast.read.write import encode, encode_mask
from colorfast.records import Pair
from colorfast.verify.verdict import judge

FORMATS = {"png": ".png", "jpeg": ".jpg"}


@pytest.fixture(scope="module", params=FORMATS)
def judged(request, scene, tmp_path_factory):
    """Return a function from pixels to the qualities that the delivered file did not keep, and the verdict."""
    folder = tmp_path_factory.mktemp("delivered")

    def write(name, pixels):
        path = folder / f"{name}{FORMATS[request.param]}"
        path.write_bytes(encode(replace(scene.right, format=request.param), pixels.astype(np.uint8)))
        return path

    mask = folder / "mask.png"
    mask.write_bytes(encode_mask(scene.garment.alpha >= 0.5))
    files = {"photo": scene.before, "reference": scene.right}
    written = {name: write(name, picture.pixels) for name, picture in files.items()}
    pair = Pair(id="made", **written, mask=mask, reference_mask=mask)

    def judge_file(pixels):
        judgement = verify_pair(pair, write("after", pixels)).judgement
        return {reason.split(":")[0] for reason in judgement.reasons}, judgement.verdict

    return judge_file


def shifted(pixels, where, step):
    """Return pixels with a Lab step where `where` is true."""
    lab = to_lab(pixels, None) + np.array(step, np.float32) * where[..., None]
    return np.where(where[..., None], from_lab(lab, None, np.uint8), pixels)


def flat(scene):
    cloth = np.median(scene.right.pixels[scene.garment.core], axis=0)
    return scene.on_garment(np.broadcast_to(cloth, scene.right.pixels.shape)).pixels


def blurred(scene):
    return scene.on_garment(cv2.GaussianBlur(scene.right.pixels, (0, 0), 1.5)).pixels


def posterized(scene):
    return scene.on_garment(np.rint(np.rint(scene.right.pixels / 51) * 51)).pixels


def recolored_face(scene):
    return shifted(scene.right.pixels, scene.face, (0, 3, -3))


def rimmed(scene):
    return scene.where((scene.garment.alpha > 0) & ~erode(scene.garment.alpha >= 0.5, 2)).pixels


def half_corrected(scene):
    columns = np.nonzero(scene.garment.core)[1]
    left = np.arange(scene.face.shape[1]) < np.median(columns)
    return scene.where(np.broadcast_to(left, scene.face.shape)).pixels


def swapped_channels(scene):
    return scene.on_garment(scene.right.pixels[..., ::-1]).pixels


CORRUPTED = {
    flat: "texture",
    blurred: "texture",
    posterized: "texture",
    recolored_face: "spill",
    rimmed: "rim",
    half_corrected: "coherence",
    swapped_channels: "palette",
}


def test_the_uncorrupted_file_passes(scene, judged):
    assert judged(scene.right.pixels) == (set(), "pass")


@pytest.mark.parametrize("corrupt", CORRUPTED, ids=lambda made: made.__name__)
def test_a_corrupted_file_is_rejected_by_the_metric_meant_for_it(scene, judged, corrupt):
    qualities, verdict = judged(corrupt(scene))
    assert CORRUPTED[corrupt] in qualities
    assert verdict != "pass"


def test_an_uncorrected_file_is_rejected_by_color_or_palette(scene, judged):
    assert {"color", "palette"} & judged(scene.before.pixels)[0]


def test_a_right_garment_passes_against_its_still_life(scene):
    assert judge(scene.measure(scene.right), garment=scene.garment).reasons == ()


def test_swapped_red_and_blue_stripes_are_rejected_by_coherence(stripes):
    down = np.roll(stripes.right.pixels, 5, axis=0)
    reasons = judge(stripes.measure(stripes.on_garment(down))).reasons
    assert "coherence" in {reason.split(":")[0] for reason in reasons}


def test_the_seeds_spill_is_blind_to_a_recolored_face(scene):
    after = replace(scene.right, pixels=shifted(scene.right.pixels, scene.face, (0, 15, -15)))
    assert scene.measure(after).seed.spill == 0
