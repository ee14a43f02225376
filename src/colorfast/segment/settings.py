"""Settings of the segment stage; lengths are pixels of a picture 1024 px high and scale with it."""

from __future__ import annotations

from dataclasses import dataclass

from colorfast.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSettings:
    """How the garment's mask, core and soft edge are made."""

    core_margin: float = 2.0
    """Pixels taken off the mask's edge before color is measured; at least 1 where the garment allows it."""

    edge_inside: float = 3.0
    """How far inside the mask's edge a pixel may turn out to be background; absorbs masks drawn too wide."""

    edge_outside: float = 2.0
    """How far outside the mask's edge a pixel may turn out to be part garment."""

    box_margin: float = 16.0
    """Room around the garment for rings and windows; not less than 16 pixels in any picture."""

    min_pixels: int = 64
    """Pixels a mask must have for its color to be measured; fewer end in an error."""

    working_size: int = 512
    """Longer side, in pixels, of the reduced picture on which a garment is looked for."""

    network: str = "garment"
    """Name of the network that tells clothes from skin, hair and ground; empty for none."""

    flip: bool = False
    """Ask the network about the mirrored photo too and take the mean, in twice its time."""

    refiner: str = ""
    """Name of a network that draws the edge of what the other one found, as sam2-tiny; empty for none."""

    least_confidence: float = 0.1
    """A way of the chain that is less sure than this, 0..1, leaves the search to the next."""

    cache_megabytes: float = 256.0
    """Room in the user's cache for masks that were found, in megabytes, so that no photo is searched twice; a mask
    takes some kilobytes; 0 keeps none."""

    def __post_init__(self) -> None:
        for name in ("core_margin", "edge_inside", "edge_outside", "box_margin"):
            if not 0 <= getattr(self, name) <= 100:
                raise SettingsError(f"segment.{name}", getattr(self, name), "from 0 to 100 pixels")
        if not 0 <= self.least_confidence <= 1:
            raise SettingsError("segment.least_confidence", self.least_confidence, "from 0 to 1")
        if self.min_pixels < 1:
            raise SettingsError("segment.min_pixels", self.min_pixels, "at least 1 pixel")
        if not 0 <= self.cache_megabytes <= 1e6:
            raise SettingsError(
                "segment.cache_megabytes", self.cache_megabytes, "from 0 to 1000000 megabytes"
            )
        if not 128 <= self.working_size <= 2048:
            raise SettingsError("segment.working_size", self.working_size, "from 128 to 2048 pixels")
