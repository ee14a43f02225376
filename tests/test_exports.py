from __future__ import annotations

import subprocess
import sys

import pytest

import colorfast

HEAVY = ("numpy", "numba", "cv2", "pyvips", "onnxruntime", "rich", "jinja2", "sqlite3")


def loaded_after(statement: str) -> set[str]:
    """Return which heavy modules a fresh interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(HEAVY) & set(done.stdout.split())


def test_the_public_names_are_these_and_each_can_be_had():
    names = ["ColorfastError", "Pair", "Result", "Settings", "load_settings", "process"]
    assert colorfast.__all__ == names
    assert all(getattr(colorfast, name) is not None for name in names)
    assert dir(colorfast) == names


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'procces'"):
        _ = colorfast.procces


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import colorfast") == set()


def test_importing_the_command_line_loads_nothing_heavy():
    assert loaded_after("import colorfast.cli") == set()


def test_help_loads_nothing_heavy():
    run = "from click.testing import CliRunner\nfrom colorfast.cli import cli\n"
    for arguments in (["--help"], ["correct", "--help"], ["batch", "--help"], ["--version"]):
        assert loaded_after(run + f"CliRunner().invoke(cli, {arguments})") == set()
