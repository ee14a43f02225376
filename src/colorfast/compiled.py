"""How numeric kernels are compiled: numba, cached on disk, one cache folder a version.

Kernels that call each other stay in one file: numba's cache does not notice changes in other files.
Each kernel has a float64 NumPy twin in the same folder or its test, which the tests compare it with.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

from colorfast.files import cache_home

F = TypeVar("F", bound=Callable[..., Any])

FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"}  # pixels are finite: read() made sure


def cache_folder() -> Path:
    """Return where compiled kernels are kept: $COLORFAST_CACHE, the user's cache or a temporary folder."""
    folder = cache_home() / f"kernels-{version('colorfast')}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:  # a read-only home, as in a container: compile anew in each boot rather than fail
        folder = Path(tempfile.gettempdir()) / f"colorfast-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


@contextmanager
def unseen(module: str) -> Iterator[None]:
    """Let the body of a with statement find no module of this name, even where it is installed."""
    before = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment] # how Python marks a module that cannot be had
    try:
        yield
    finally:
        del sys.modules[module]
        if before is not None:
            sys.modules[module] = before


os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))
import numba  # noqa: E402 - the cache folder must be set first
from numba.core.codegen import get_host_cpu_features  # noqa: E402

with unseen("scipy.linalg.cython_blas"):  # for np.cov, which no kernel has: SciPy would take 0.14 s to load
    import numba.np.arraymath
with unseen("cffi"):  # for functions of C, which no kernel calls: its parser would take 0.05 s to load
    import numba.core.typing.cffi_utils


def _use_wide_vectors() -> None:
    """Let loops use 512 bits at once where the CPU can: left alone LLVM keeps to 256, and CIEDE2000
    takes a third longer.
    """
    config: Any = numba.config
    if config.CPU_FEATURES is None and config.CPU_NAME is None:  # else somebody has chosen
        features: str = get_host_cpu_features()  # type: ignore[no-untyped-call]
        if "+avx512vl" in features.split(","):
            config.CPU_FEATURES = f"{features},-prefer-256-bit"


_use_wide_vectors()


def kernel(function: F) -> F:
    """Compile a loop over arrays, releasing the GIL, with reassociation allowed.

    Kernels that it calls are pasted in: left as calls, the process that compiles takes one copy of them and
    those that load the cache another, whose sums may differ in the last bit.
    """
    pasted = numba.njit(fastmath=FAST, error_model="numpy", cache=True, nogil=True, forceinline=True)
    return cast("F", pasted(function))


def exact_kernel(function: F) -> F:
    """Compile without any liberty in floating point, for steps that hang on the last bit."""
    return cast("F", numba.njit(error_model="numpy", cache=True, nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a per-pixel helper as a kernel, which LLVM pastes into its caller's loop.

    A helper that LLVM leaves as a call makes the loop scalar: 25 times slower for CIEDE2000.
    numba's own inline="always" is not it: it pastes before types are known, and float32 may widen to float64.
    """
    return kernel(function)
