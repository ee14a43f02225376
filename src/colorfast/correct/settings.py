"""What steers a correction."""

from __future__ import annotations

from dataclasses import dataclass

from colorfast.errors import SettingsError

METHODS = ("classical", "ot", "hybrid", "neural")
APPEARANCES = ("reference", "worn")
WORN_GOAL = 0.5  # CIEDE2000: the light of the photo is already in what is aimed at


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectSettings:
    """How the garment's color is brought to the reference's."""

    method: str = "hybrid"
    """classical, ot, hybrid or neural."""

    appearance: str = "reference"
    """reference: the color of the product shot; worn: the product as it looks in the photo's light."""

    strength: float = 1.0
    """Share of the correction that is applied, 0 (none) to 1 (all)."""

    luminance: bool = True
    """Whether lightness is corrected too, not hue and chroma alone."""

    delta_e_target: float = 2.5
    """Feedback moves the garment until its median is within this CIEDE2000 of the reference's.

    A correct photo differs from its still life by 3.4 in the median, so going on to 0 would leave the truth again.
    """

    reach: float = 10.0
    """Lab units a color may travel before it counts as not shown in the reference; higher trusts shares more."""

    edge_width: float = 3.0
    """Pixels, at 1024 pixels height, over which colors at the garment's edge are gathered from its inside."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SettingsError("correct.method", self.method, f"one of {', '.join(METHODS)}")
        if self.appearance not in APPEARANCES:
            raise SettingsError("correct.appearance", self.appearance, f"one of {', '.join(APPEARANCES)}")
        if not 0 <= self.strength <= 1:
            raise SettingsError("correct.strength", self.strength, "from 0 to 1")
        for name in ("delta_e_target", "reach", "edge_width"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"correct.{name}", getattr(self, name), "more than 0")
