"""What is read from a profile, and which profiles are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfast.color.icc import rgb_space
from colorfast.color.profiles import from_lab, to_lab
from colorfast.errors import ProfileError

HALF = 32768  # 16-bit code


def para(kind: int, *numbers: float) -> bytes:
    fixed = struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))
    return struct.pack(">4sIHH", b"para", 0, kind, 0) + fixed


def curv(*entries: int) -> bytes:
    return struct.pack(f">4sII{len(entries)}H", b"curv", 0, len(entries), *entries)


@pytest.mark.parametrize(
    ("curve", "value"),
    [
        (curv(), 0.5),
        (curv(512), 0.25),
        (curv(0, 20000, 65535), 20000 / 65535),
        (para(0, 2), 0.25),
        (para(1, 2, 1, 0.25), 0.75**2),
        (para(2, 2, 0.5, 0.25, 0.1), 0.5**2 + 0.1),
        (para(3, 2, 1, 0, 0.3, 0.6), 0.15),
        (para(4, 2, 0.5, 0.25, 0.3, 0.4, 0.125, 0.0625), 0.5**2 + 0.125),
        (para(4, 2, 0.5, 0.25, 0.3, 0.6, 0.125, 0.0625), 0.15 + 0.0625),
    ],
)
def test_every_kind_of_tone_curve_is_followed(make_profile, curve, value):
    space = rgb_space(make_profile("adobe", curve))
    assert space.decoding[0, HALF] == pytest.approx(value, abs=3e-5)


@pytest.mark.parametrize("curve", [curv(), curv(600), curv(*range(0, 65536, 4369)), para(0, 2.6)])
def test_codes_survive_every_kind_of_rising_curve(make_profile, curve):
    profile = make_profile("p3", curve)
    codes = np.random.default_rng(0).integers(0, 65536, (20_000, 3), dtype=np.uint16)
    back = from_lab(to_lab(codes, profile), profile, np.uint16)
    far = np.abs(back.astype(int) - codes)
    assert far[codes >= 2048].max() <= 1
    assert far.max() <= 128  # half an 8-bit code: a plain gamma curve is infinitely steep at black


def test_a_curve_that_is_flat_at_black_gives_finite_codes(make_profile):
    profile = make_profile("p3", curv(0, 0, 0, 30000, 65535))
    lab = np.array([[0, 0, 0], [20, 0, 0], [100, 0, 0]], np.float32)
    codes = from_lab(lab, profile, np.uint16)
    np.testing.assert_array_equal(codes[2], [65535, 65535, 65535])
    np.testing.assert_allclose(to_lab(codes, profile), lab, atol=0.01)


def test_tables_are_left_to_the_color_engine(table_profile):
    assert rgb_space(table_profile) is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda _: b"", "no ICC header"),
        (lambda _: b"not a profile" * 20, "no ICC header"),
        (lambda p: p[:16] + b"CMYK" + p[20:], "'CMYK', not RGB"),
        (lambda p: p[:140], "table of tags"),
        (lambda p: p[:-8], "tone curve is cut off"),
        (lambda p: p[:260], "primary is cut off"),
        (lambda p: p.replace(b"rTRC", b"xTRC"), "tone curve is missing"),
        (lambda p: p.replace(b"para\0\0\0\0\0\3", b"para\0\0\0\0\0\7"), "unknown type"),
        (lambda p: p.replace(b"bXYZ", b"yXYZ").replace(b"gXYZ", b"bXYZ"), "neither primaries nor tables"),
    ],
)
def test_a_broken_profile_is_refused_by_name(profiles, spoil, why):
    with pytest.raises(ProfileError, match=why):
        to_lab(np.zeros((2, 3), np.uint8), spoil(profiles["p3"]))


@given(st.integers(0, 475), st.binary(min_size=1, max_size=8))
def test_a_damaged_profile_is_followed_or_refused_but_never_crashes(profiles, at, noise):
    profile = profiles["p3"]
    damaged = profile[:at] + noise + profile[at + len(noise) :]
    try:
        lab = to_lab(np.array([[10, 200, 99]], np.uint8), damaged)
    except ProfileError:
        return
    assert np.isfinite(lab).all()
