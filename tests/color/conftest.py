"""Colors and ICC profiles made for the tests of color."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

from colorfast.color import exact
from colorfast.color.icc import D50, adaptation

settings.register_profile("colorfast", deadline=None)  # the first call of a kernel loads or compiles it
settings.load_profile("colorfast")

# chromaticities of red, green, blue; all three spaces but ProPhoto are under D65 and written adapted to D50
PRIMARIES = {
    "srgb": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "p3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "adobe": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
    "prophoto": ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)),
}
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@pytest.fixture(scope="session")
def grid() -> np.ndarray:
    """Every third 8-bit code of each channel, and the ends: (657951, 3) uint8."""
    steps = np.unique(np.r_[np.arange(0, 256, 3), 1, 254]).astype(np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)


@pytest.fixture(scope="session")
def fine() -> np.ndarray:
    """16-bit codes (200000, 3), a part of them dark or on a face of the cube, where codes are lost first."""
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 65536, (200_000, 3), dtype=np.uint16)
    codes[:40_000] //= rng.integers(1, 3000, (40_000, 3), dtype=np.uint16)
    codes[40_000:60_000, 0], codes[60_000:80_000, 2] = 0, 65535
    return codes


@pytest.fixture(scope="session")
def make_profile() -> Callable[..., bytes]:
    """A maker of minimal ICC profiles: a space by name and the bytes of its tone curve."""
    return made_profile


@pytest.fixture(scope="session")
def profiles() -> dict[str, bytes]:
    """Profiles of the usual spaces, with each kind of tone curve that such profiles have."""
    return {
        "srgb": made_profile("srgb", parametric(3, *SRGB_CURVE)),
        "p3": made_profile("p3", parametric(3, *SRGB_CURVE)),
        "adobe": made_profile("adobe", gamma(563 / 256)),
        "prophoto": made_profile("prophoto", gamma(1.8)),
        "sampled": made_profile("p3", sampled(exact.rgb_to_linear(np.linspace(0, 1, 1024)))),
    }


@pytest.fixture(scope="session")
def table_profile() -> bytes:
    """A profile of sRGB made of lookup tables both ways, as a scanner's or printer's is."""
    return profile({b"A2B0": table(9, device_to_lab), b"B2A0": table(17, lab_to_device)}, connection=b"Lab ")


def matrix(space: str) -> np.ndarray:
    """Linear RGB to XYZ, columns adapted to D50, as a profile holds them."""
    xy = np.array(PRIMARIES[space])
    columns = np.stack([xy[:, 0] / xy[:, 1], np.ones(3), (1 - xy.sum(1)) / xy[:, 1]])
    white = D50 if space == "prophoto" else exact.WHITE
    matrix = columns * np.linalg.solve(columns, white)
    if space == "prophoto":
        return matrix
    back = np.linalg.inv(adaptation()) * 1.0
    return (back @ (matrix / exact.WHITE[:, None])) * D50[:, None]


def made_profile(space: str, curve: bytes) -> bytes:
    colorants = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), matrix(space).T, strict=True))
    tags = {name: b"XYZ \0\0\0\0" + fixed(*column) for name, column in colorants.items()}
    return profile({**tags, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def profile(tags: dict[bytes, bytes], *, space: bytes = b"RGB ", connection: bytes = b"XYZ ") -> bytes:
    """ICC.1:2022, 7: header, table of tags, elements on 4-byte boundaries."""
    tags = {b"wtpt": b"XYZ \0\0\0\0" + fixed(*D50), **tags}
    at, index, body = 132 + 12 * len(tags), b"", b""
    for name, element in tags.items():
        index += struct.pack(">4sII", name, at + len(body), len(element))
        body += element + b"\0" * (-len(element) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"", 0x02400000, b"mntr", space, connection)
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28 + fixed(*D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + index + body


def fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def gamma(power: float) -> bytes:
    return struct.pack(">4sIIH", b"curv", 0, 1, round(power * 256))


def sampled(values: np.ndarray) -> bytes:
    return struct.pack(">4sII", b"curv", 0, len(values)) + np.round(values * 65535).astype(">u2").tobytes()


def parametric(kind: int, *parameters: float) -> bytes:
    return struct.pack(">4sIHH", b"para", 0, kind, 0) + fixed(*parameters)


def table(size: int, function: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """A lut16Type element of straight curves around a lattice. ICC.1:2022, 10.10."""
    steps = np.linspace(0, 1, size)
    nodes = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    lattice = np.round(np.clip(function(nodes), 0, 1) * 65535).astype(">u2").tobytes()
    straight = np.array([0, 65535] * 3, ">u2").tobytes()
    head = struct.pack(">4sI4B", b"mft2", 0, 3, 3, size, 0) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return head + struct.pack(">2H", 2, 2) + straight + lattice + straight


def device_to_lab(rgb: np.ndarray) -> np.ndarray:
    ratios = exact.rgb_to_linear(rgb) @ exact.RGB_TO_RATIOS.T @ np.linalg.inv(adaptation()).T
    lab = exact.ratios_to_lab(ratios)
    return (lab * [652.8, 256, 256] + [0, 32768, 32768]) / 65535  # the 16-bit Lab of lut16Type


def lab_to_device(encoded: np.ndarray) -> np.ndarray:
    lab = (encoded * 65535 - [0, 32768, 32768]) / [652.8, 256, 256]
    return exact.linear_to_rgb(exact.lab_to_ratios(lab) @ adaptation().T @ exact.RATIOS_TO_RGB.T)
