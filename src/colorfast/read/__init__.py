"""From files to pictures and back: photos, masks, pairs, and the bytes of a result."""

from colorfast.read.image import ReadLimits, decode, read_photo
from colorfast.read.mask import read_mask
from colorfast.read.pairs import read_pairs
from colorfast.read.write import WriteSettings, encode, encode_jpeg, encode_mask

__all__ = [
    "ReadLimits",
    "WriteSettings",
    "decode",
    "encode",
    "encode_jpeg",
    "encode_mask",
    "read_mask",
    "read_pairs",
    "read_photo",
]
