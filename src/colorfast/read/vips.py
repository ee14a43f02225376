"""libvips, set up once: no cache of finished operations, and its own error texts shortened for people.

Importing this module is what sets it up.
"""

from __future__ import annotations

import pyvips

pyvips.cache_set_max(0)  # each photo is opened once; a cache would only hold its bytes back in long runs


def first_reason(error: pyvips.Error) -> str:
    """Return libvips' own words for what went wrong, without the name of the module that said it."""
    lines: list[str] = [line.strip() for line in error.detail.splitlines() if line.strip()]
    return lines[-1].split(": ", 1)[-1] if lines else str(error.message)
