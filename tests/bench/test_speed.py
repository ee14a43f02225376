import dataclasses
import json

import pytest

from colorfast.bench.pictures import made_pair
from colorfast.bench.plain import correct_plainly
from colorfast.bench.speed import Timing, cpu_ms, time_jobs, time_kernels, write_scene
from colorfast.bench.tables import speed_json, speed_text
from colorfast.correct import CORRECTORS
from colorfast.read import decode, encode_jpeg

SLOW = Timing(size="768x1024", step="hybrid", ms=30.0, other="decode + encode", other_ms=15.0, garment=0.2)
FAST = Timing(size="768x1024", step="CIEDE2000", ms=5.0, other="scikit-image", other_ms=160.0, garment=0.2)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return write_scene(tmp_path_factory.mktemp("speed"), (256, 192))


def test_jobs_take_turns_after_one_round_to_warm_up():
    calls = []
    cpu_ms({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b"] * 3


def test_cpu_time_is_measured():
    assert cpu_ms({"work": lambda: sum(range(200_000))}, 3)["work"] > 0.1


def test_the_whole_job_is_timed_for_every_method(scene):
    timings = time_jobs(scene, plain=False, rounds=1)
    assert [each.step for each in timings] == [*CORRECTORS, "hybrid, new reference"]
    assert all(each.ms > 0 and each.other == "decode + encode" for each in timings)


def test_kernels_are_timed_against_scikit_image(scene):
    assert {each.step for each in time_kernels(scene, rounds=1)} == {"RGB to Lab", "CIEDE2000", "SSIM on L*"}


def test_a_timing_tells_how_much_of_the_picture_is_garment(scene):
    assert scene.timing("hybrid", 30, "decode + encode", 15).garment == scene.mask.mean() > 0.15


def test_ratios_are_told_as_a_reader_would_say_them():
    assert (SLOW.ratio, FAST.times_faster) == (2.0, 32.0)
    text = speed_text([SLOW, FAST])
    assert "2.00 ×" in text
    assert "20 % of 768x1024" in text
    assert "1/32.0" in text


def test_a_goal_stands_beside_its_ratio():
    assert "≤ 1/30.0" in speed_text([dataclasses.replace(FAST, goal=1 / 30)])


def test_json_holds_the_ratios():
    assert json.loads(speed_json([SLOW]))["timings"][0]["ratio"] == 2.0


def test_the_plain_script_corrects_too(scene):
    made = made_pair("solid", (256, 192))
    found = correct_plainly(
        scene.pair.photo.read_bytes(), encode_jpeg(made.flat, 95), scene.mask, made.flat_mask
    )
    assert found.metrics["after"] < found.metrics["before"]
    assert decode(found.data, "plain").size == (256, 192)
