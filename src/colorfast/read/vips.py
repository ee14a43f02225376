"""libvips, set up once: no cache of finished operations, no words to the user but in our own errors.

Importing this module is what sets it up.
"""

from __future__ import annotations

import atexit
import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pyvips

LEVELS = 0xFF  # every level and flag of GLogLevelFlags

pyvips.cache_set_max(0)  # each photo is opened once; a cache would only hold its bytes back in long runs


# pyvips' own handler prints a traceback where a warning quotes bytes that are no UTF-8. Ours runs no Python code:
# an interrupt that struck there would be dropped by cffi, so that nobody heard Ctrl-C.
_drop = functools.partial(sys.audit, "libvips.message")
_callback = pyvips.ffi.callback("GLogFunc", _drop)  # named, so that it lives as long as it may be called
_handler = pyvips.glib_lib.g_log_set_handler(b"VIPS", LEVELS, _callback, pyvips.ffi.NULL)
atexit.register(pyvips.glib_lib.g_log_remove_handler, b"VIPS", _handler)


@contextmanager
def own_errors() -> Iterator[None]:
    """Let the libvips calls inside raise pyvips.Error about themselves alone.

    libvips gathers its words in one buffer, and pyvips takes all of it, however old. It is emptied before and
    after: bytes of a damaged file quoted there are no text for pyvips, and would fail every later call.
    """
    pyvips.vips_lib.vips_error_clear()
    try:
        yield
    except UnicodeDecodeError as error:
        raise pyvips.Error("unable to read", "it holds text that is no UTF-8") from error
    finally:
        pyvips.vips_lib.vips_error_clear()


def first_reason(error: pyvips.Error) -> str:
    """Return libvips' own words for what went wrong, without the name of the module that said it."""
    lines: list[str] = [line.strip() for line in error.detail.splitlines() if line.strip()]
    return lines[-1].split(": ", 1)[-1] if lines else str(error.message)
