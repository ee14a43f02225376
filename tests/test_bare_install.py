from __future__ import annotations

import subprocess
import sys

WITHOUT = (
    *("torch", "onnx", "huggingface_hub", "ray", "skimage", "sklearn", "scipy", "ot", "hypothesis", "PIL"),
    *("fastapi", "starlette", "pydantic", "uvicorn", "dbos", "sqlalchemy", "httpcore", "obstore", "psycopg"),
)
OPTIONAL = ("colorfast.training.", "colorfast.service.", "colorfast.review.")

IMPORT_ALL = """
import importlib, pkgutil, sys
for name in {without!r}:
    sys.modules[name] = None  # importing it raises ImportError
import colorfast
names = [m.name for m in pkgutil.walk_packages(colorfast.__path__, "colorfast.")]
names = [name for name in names if not name.startswith({optional!r})]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_but_those_of_the_extras_can_be_imported_without_the_extras():
    code = IMPORT_ALL.format(without=WITHOUT, optional=OPTIONAL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


SERVE = """
import sys
for name in {without!r}:
    sys.modules[name] = None
from colorfast.__main__ import main
sys.argv = ["colorfast", "serve"]
main()
"""


def test_the_service_says_what_to_install_where_it_is_not():
    code = SERVE.format(without=WITHOUT)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "pip install 'colorfast[service]'" in done.stderr
