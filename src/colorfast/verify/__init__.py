"""Measures of the delivered file, and the verdict on them."""

from colorfast.verify.measure import VerifySettings, measure
from colorfast.verify.triplet import error_maps
from colorfast.verify.verdict import PRESETS, Limits, judge

__all__ = ["PRESETS", "Limits", "VerifySettings", "error_maps", "judge", "measure"]
