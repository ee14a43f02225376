from __future__ import annotations

import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from colorfast.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def writer() -> dict:
    return runpy.run_path(str(ROOT / "tools" / "write_reference.py"))


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "errors.md"])
def test_a_generated_page_says_what_the_program_says(writer, name):
    text = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert text == writer["PAGES"][name](), "stale: run python tools/write_reference.py"


def test_every_setting_has_a_meaning(writer):
    for section in fields(Settings):
        meanings = writer["_meanings"](type(getattr(Settings(), section.name)))
        assert all(meanings.values()), (section.name, meanings)


def test_every_error_has_a_code_of_its_own(writer):
    codes = [kind.code for kind in writer["_errors"](writer["errors"].ColorfastError)]
    assert len(codes) == len(set(codes))
