"""Errors of measuring a patch in a photo.

PatchError                 the color of a patch cannot be measured
├── RegionOutside          the region is not within the picture, or has too few pixels
└── ChartNotFound          no chart of 24 patches is seen in the picture, or it cannot be used
"""

from __future__ import annotations

from colorfast.errors import ColorfastError


class PatchError(ColorfastError):
    """The color of a patch cannot be measured."""

    code = "patch-not-measured"

    def __init__(self, photo: str, reason: str) -> None:
        super().__init__(photo, reason)
        self.photo, self.reason = photo, reason

    def __str__(self) -> str:
        return f"{self.photo}: {self.reason}"


class RegionOutside(PatchError):
    """The region is not within the picture, or has too few pixels."""

    code = "region-outside"

    def __str__(self) -> str:
        return f"{self.photo}: {self.reason}; give x,y,w,h in pixels from the upper left corner with --region"


class ChartNotFound(PatchError):
    """No chart of 24 patches is seen in the picture, or it cannot be used."""

    code = "chart-not-found"

    def __str__(self) -> str:
        return f"{self.photo}: {self.reason}; show all 24 patches in one light, or leave --chart out"
