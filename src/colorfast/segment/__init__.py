"""Find the garment: Photo in, Garment out (core, soft alpha, box, the way that served and its confidence)."""

from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.settings import SegmentSettings

__all__ = ["SegmentSettings", "find_garment", "find_reference"]
