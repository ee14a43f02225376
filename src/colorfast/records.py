"""What travels through the pipeline: Pair → Photo → Garment → Correction → Measures → Result.

Arrays are rows, columns, channels. `lab` is CIELAB under D65 (L* 0..100).
A mask is bool, an alpha is float 0..1.
A Lab picture has shape (h, w, 3) and lies in memory plane by plane, so that `lab[..., 0]` is contiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Lab: TypeAlias = npt.NDArray[np.float32]  # (..., 3)
Mask: TypeAlias = npt.NDArray[np.bool_]  # (h, w)
Alpha: TypeAlias = npt.NDArray[np.float32]  # (h, w), 0..1
Box: TypeAlias = tuple[slice, slice]  # rows, columns

Verdict: TypeAlias = Literal["pass", "review", "fail"]
ColorMap: TypeAlias = Callable[[Lab], Lab]  # (n, 3) or (h, w, 3) Lab to Lab of the same shape

GARMENTS = ("auto", "upper", "lower", "dress", "outerwear", "full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One photo to correct and what its garment should look like; `reference` or `target` must be given."""

    id: str
    photo: Path
    reference: Path | None = None
    target: str | None = None
    """A color in place of a reference photo: '#7b2d26', 'lab(32 33 22)', or a swatch as 'brand.ase:Burgundy'."""
    mask: Path | None = None
    reference_mask: Path | None = None
    garment: str = "auto"
    method: str | None = None
    """A correction method for this pair alone; None takes the settings'."""
    truth: Path | None = None
    """The undegraded photo, where it is known: benchmarks measure against it."""


class Window(NamedTuple):
    """A box of a picture, and the pixels that it lies in, which have no gaps in memory: nothing is copied."""

    pixels: Array
    """(h, w, 3) code values of the box and of what is about it."""
    box: Box
    """Where in `pixels` the box is."""

    @property
    def part(self) -> Array:
        """The code values of the box, (rows, columns, 3)."""
        return self.pixels[self.box]


class Source(Protocol):
    """Pixels that are decoded where they are looked at."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the code values."""

    def window(self, box: Box) -> Window:
        """Return a box within what is decoded."""

    def whole(self) -> Array:
        """Return (h, w, 3) code values."""

    def eighth(self) -> Array:
        """Return (ceil(h / 8), ceil(w / 8), 3) code values: the picture reduced, without decoding it."""

    def forget(self) -> None:
        """Let go of what was decoded: it is decoded again when it is looked at."""


class Pixels:
    """The field of a photo that takes pixels or their source, and gives pixels."""

    def __get__(self, photo: Photo | None, _: type | None = None) -> Array:
        if photo is None:  # the dataclass asks for a default: there is none
            raise AttributeError("pixels")
        given: Array | Source = vars(photo)["pixels"]
        return given if isinstance(given, np.ndarray) else given.whole()

    def __set__(self, photo: Photo, given: Array | Source) -> None:
        vars(photo)["pixels"] = given


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A decoded picture, upright, in its own color space and depth."""

    id: str
    pixels: Pixels = Pixels()
    """(h, w, 3) uint8 or uint16 code values in the RGB space of `profile`; or where they come from."""
    opacity: Array | None = None
    """(h, w) alpha channel of the file, same dtype as `pixels`."""
    profile: bytes | None = None
    """Embedded ICC profile, RGB class; None means sRGB."""
    format: str = "png"
    """jpeg, png, tiff, webp, heif or avif."""
    lossy: bool = False
    """Whether the file's coding gave up code values: a WebP is written back the way it came."""
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    """EXIF, XMP, IPTC, density and bits a sample by libvips field name; orientation already set to 1."""

    @property
    def source(self) -> Source | None:
        """Where the pixels come from while they are not, or not all, decoded."""
        given = vars(self)["pixels"]
        return None if isinstance(given, np.ndarray) else given

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.source.size if self.source else self.pixels.shape[:2]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the code values: uint8 or uint16."""
        return self.source.dtype if self.source else self.pixels.dtype

    def part(self, box: Box) -> Array:
        """Return the code values of a box, (rows, columns, 3): all that most of the work needs."""
        return self.window(box).part

    def window(self, box: Box) -> Window:
        """Return a box for loops that read row by row; every part of one box lies in the same pixels."""
        return self.source.window(box) if self.source else Window(np.ascontiguousarray(self.pixels), box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """Where the garment is in a photo."""

    core: Mask
    """(h, w) pixels that are surely garment: color is measured here."""
    alpha: Alpha
    """(h, w) share of each pixel that is garment, soft at the edge: color is applied here."""
    way: str
    """Which way served: mask, parsing, color_prior, heuristic; of a reference also backdrop or opacity."""
    confidence: float
    """0..1; 1 for a mask given by the user."""
    box: Box
    """Rows and columns that hold every pixel with alpha > 0, with a margin; nothing else needs work."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Palette:
    """The colors of a garment as weighted points in Lab.

    One palette equals itself alone: what hangs on it can be kept with it, for its arrays are not compared.
    """

    colors: Lab
    """(n, 3)."""
    weights: npt.NDArray[np.float32]
    """(n,) shares, summing to 1."""
    median: Lab
    """(3,) per-channel median of all the pixels."""
    fine: Lab | None = None
    """(m, 3) the same colors in at most a few thousand points; None: `colors` are all there is."""
    fine_weights: npt.NDArray[np.float32] | None = None
    """(m,) shares of `fine`, summing to 1."""
    on_person: bool = False
    """Whether the photo is known to show the garment on a person: then it is not lit as a product shot."""
    kind: str = "auto"
    """Where what the photo shows is worn, if that can be told: "upper", "lower" or another of GARMENTS."""

    @property
    def points(self) -> tuple[Lab, npt.NDArray[np.float32]]:
        """The finest points there are and their shares."""
        if self.fine is None or self.fine_weights is None:
            return self.colors, self.weights
        return self.fine, self.fine_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a correction and how far the core's median was from the target's after it."""

    name: str
    delta_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What can be said of a correction without knowing the truth."""

    error: float
    """Median CIEDE2000 to expect between the delivered garment and the true one."""
    risks: tuple[str, ...]
    """What may go wrong with these colors, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """New code values for the garment's box."""

    pixels: Array
    """(h, w, 3) of the garment's box, the photo's type; bit for bit the old ones where alpha is 0."""
    method: str
    color_map: ColorMap
    """What was done to every color, at full strength; exportable as a LUT."""
    steps: tuple[Step, ...]
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Triplet:
    """Median color error of the garment before and after, CIEDE2000."""

    before: float
    after: float

    @property
    def improvement(self) -> float:
        """Difference, positive when the color came nearer."""
        return self.before - self.after

    @property
    def improvement_percent(self) -> float:
        """Difference as a share of the error before; 0 when there was none."""
        return 100 * self.improvement / self.before if self.before > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedMeasures:
    """The same qualities by the definitions of the DeltaE project, for comparison only."""

    delta_e_median: float
    delta_e_p95: float
    ssim: float
    spill: float
    sci: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured on the delivered file; every color difference is CIEDE2000."""

    delta_e_median: float
    """Between the per-channel medians of garment and reference."""
    delta_e_p95: float
    """95th percentile over the transport coupling of the two palettes."""
    delta_e_palette: float
    """Mean over the transport coupling of the two palettes."""
    ssim: float
    """SSIM on L* inside the garment."""
    structure: float
    """The contrast-structure term of SSIM alone: a wanted change of lightness does not lower it."""
    spill: float
    """Change outside the alpha: mean of the worst tile, be it skin, hair or background."""
    rim: float
    """Old color left in the two pixels inside the garment's edge."""
    sci: float
    """Spatial coherence: share of the garment's patches that reached their own coupled target, 0..1."""
    seed: SeedMeasures
    triplet: Triplet
    median_blind: bool = False
    """Whether the medians say nothing: half the garment has one color and half another, and between them a
    median takes any value. The palette is judged in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether the picture may be published without a human looking, and why not."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """One sentence for each limit that was not kept; empty for a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How the delivered file was coded."""

    way: Literal["encoded", "blocks", "given"] = "encoded"
    """Anew; with the source's JPEG blocks kept wherever no pixel changed; or elsewhere."""
    reason: str | None = None
    """Why the blocks of a JPEG were not kept; None where they were, or where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One finished pair: the delivered file, what was measured on it, and the verdict."""

    id: str
    judgement: Judgement
    method: str
    garment: Garment
    measures: Measures
    steps: tuple[Step, ...]
    timings_ms: Mapping[str, float]
    """Milliseconds by stage: read, segment, correct, write, verify."""
    versions: Mapping[str, str]
    before: Photo
    after: Photo
    """Decoded again from `data`: what a browser or a retoucher will see."""
    reference: Photo | None
    target: Palette
    color_map: ColorMap
    data: bytes
    """The delivered file, encoded in the source's format and depth."""
    coding: Coding = Coding()
    forecast: Forecast | None = None
    """None for a photo that was corrected elsewhere."""

    @property
    def passed(self) -> bool:
        """Whether it may be published without a human looking."""
        return self.judgement.verdict == "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What is known of a pair before it is corrected."""

    id: str
    method: str
    garment: Garment
    misses: tuple[str, ...]
    """Why it is likely to be reviewed, a sentence each; none when it is likely to pass."""
    forecast: Forecast
    """The error to expect, and what else may go wrong."""
    timings_ms: Mapping[str, float]

    @property
    def likely(self) -> Verdict:
        """Whether it will likely pass, or be looked at by a human."""
        return "review" if self.misses else "pass"
