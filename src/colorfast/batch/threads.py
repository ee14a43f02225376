"""One thread a worker process: the batch runs as many processes as it may use cores."""

from __future__ import annotations

import os

ONE_THREAD = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VIPS_CONCURRENCY",
)


def use_one_thread() -> None:
    """Hold this process's libraries to one thread each; call it before they are imported."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    import cv2

    cv2.setNumThreads(1)
