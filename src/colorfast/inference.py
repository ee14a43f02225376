"""Networks from ONNX files, computed by ONNX Runtime on the CPU. The only import of onnxruntime, made on first use.

Arrays in, arrays out: float32, (1, channels, rows, columns) for pictures.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from colorfast.errors import NetworkDamaged, NetworkMissing, NetworkUnfit, first_line
from colorfast.records import Array

EXACT = "session.x64quantprecision"  # keeps sums of 8-bit products from overflowing, in 2.7 times the time
ADDS_WIDE = "avx512vnni", "avxvnni"  # instructions whose sums of 8-bit products never do
SILENT = 4  # ONNX Runtime's own log: errors reach us as exceptions, and its notes help nobody

_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class Session:
    """An opened file, with the names of what it takes and gives."""

    path: Path
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    runtime: Any

    def run(self, **arrays: Array) -> Mapping[str, Array]:
        """Return everything the file gives, by name. Raises NetworkUnfit where it cannot compute with `arrays`."""
        try:
            found = self.runtime.run(self.gives, arrays)
        except _refusals() as error:
            raise NetworkUnfit(self.path, f"it refused {_shapes(arrays)}: {first_line(error)}") from error
        return dict(zip(self.gives, map(np.asarray, found), strict=True))


@dataclass(frozen=True, slots=True)
class Network:
    """A file that takes one picture and says one thing about each of its pixels."""

    session: Session

    def __call__(self, rgb: Array) -> Array:
        """Return (1, N, h, w) float32 for a picture (1, 3, H, W) float32. Raises NetworkUnfit."""
        session = self.session
        found = session.run(**{session.takes[0]: rgb})[session.gives[0]]
        if found.ndim != 4 or found.shape[0] != 1:
            raise NetworkUnfit(
                session.path, f"it gave {found.shape} for one picture, not (1, classes, rows, columns)"
            )
        return found


def open_network(path: Path, *, threads: int = 1) -> Network:
    """Return the network in a file; a process opens it once. Raises as `open_session`, and NetworkUnfit."""
    session = open_session(path, threads=threads)
    if len(session.takes) != 1 or not session.gives:
        raise NetworkUnfit(path, f"it takes {', '.join(session.takes)}, not one picture")
    return Network(session)


def open_session(path: Path, *, threads: int = 1) -> Session:
    """Return an opened file; a process opens it once, and anew when it has changed.

    threads   processor threads that one picture may take

    Raises NetworkMissing (no such file) and NetworkDamaged (not an ONNX file that can be read).
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise NetworkMissing(path, "put the file there, or install colorfast again") from error
    with _opening:  # two threads of one process must not both open it
        return _open(path, threads, stat.st_mtime_ns, stat.st_size)


@cache
def _open(path: Path, threads: int, _changed: int, _size: int) -> Session:
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = SILENT
    if not _adds_wide():
        options.add_session_config_entry(EXACT, "1")
    try:
        opened = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _refusals() as error:
        raise NetworkDamaged(path, first_line(error)) from error
    takes, gives = (tuple(one.name for one in some) for some in (opened.get_inputs(), opened.get_outputs()))
    return Session(path, takes, gives, opened)


@cache
def _adds_wide() -> bool:
    """Whether this processor sums 8-bit products without overflow; other kinds than x86 ignore the question."""
    from llvmlite.binding import get_host_cpu_features

    features = get_host_cpu_features()
    return any(features.get(name, False) for name in ADDS_WIDE)


@cache
def _runtime() -> Any:
    """Import ONNX Runtime, keep it from reporting to its maker (since 1.29 every build does), and quiet."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # heeded at the import alone, which reports already
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # for builds for Windows, which do not heed the variable
    onnxruntime.set_default_logger_severity(SILENT)
    return onnxruntime


@cache
def _refusals() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises: exceptions of its own, which have no common base but Exception, and
    ValueError where an array is named that a file does not take.
    """
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    kinds = (getattr(state, name) for name in dir(state))
    return ValueError, *(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception))


def _shapes(arrays: Mapping[str, Array]) -> str:
    return ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in arrays.items())
