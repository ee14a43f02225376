from __future__ import annotations

import subprocess
import sys

WITHOUT = (
    *("torch", "onnx", "huggingface_hub", "ray", "fastapi"),
    *("skimage", "sklearn", "scipy", "ot", "hypothesis", "PIL"),
)

IMPORT_ALL = """
import importlib, pkgutil, sys
for name in {without!r}:
    sys.modules[name] = None  # importing it raises ImportError
import colorfast
names = [m.name for m in pkgutil.walk_packages(colorfast.__path__, "colorfast.")]
names = [name for name in names if not name.startswith("colorfast.training.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_but_training_can_be_imported_without_the_extras():
    code = IMPORT_ALL.format(without=WITHOUT)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
