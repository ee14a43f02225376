"""Warming up: afterwards no job waits for a kernel."""

from __future__ import annotations

import subprocess
import sys

JOBS = """
import gc, sys
from dataclasses import replace
from pathlib import Path
import numpy as np, pyvips
from numba.core.dispatcher import Dispatcher
from colorfast.batch.warmup import LOOK_ANEW, warm_up
from colorfast.bench.speed import write_scene
from colorfast.correct import CORRECTORS
from colorfast.pipeline import process, verify_pair

def loaded():
    kernels = [each for each in gc.get_objects() if isinstance(each, Dispatcher)]
    return {(each.py_func.__qualname__, str(found)) for each in kernels for found in each.overloads}

def deep(path):
    pixels = pyvips.Image.new_from_file(str(path)).numpy().astype(np.uint16) * 257
    pyvips.Image.new_from_array(pixels).write_to_file(str(path.with_suffix(".png")))
    return path.with_suffix(".png")

warm_up()
before, folder = loaded(), Path(sys.argv[1])
pair = write_scene(folder, (512, 384), references=1).pair
fine = replace(pair, photo=deep(pair.photo), reference=deep(pair.reference))
for each in (pair, fine):
    for method in CORRECTORS:
        process(replace(each, method=method), LOOK_ANEW)
    process(replace(each, mask=None, reference_mask=None), LOOK_ANEW)
    verify_pair(each, each.photo, LOOK_ANEW)
print(*sorted(loaded() - before), sep="\\n")
"""


def test_after_warming_up_no_job_loads_another_kernel(tmp_path):
    ended = subprocess.run([sys.executable, "-c", JOBS, tmp_path], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""
