from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import colorfast
from colorfast.errors import SettingsError
from colorfast.settings import Settings, load_settings, override, section_types
from colorfast.verify.verdict import PRESETS

SOURCE = Path(colorfast.__file__).parent


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_file_and_environment_the_defaults_hold():
    assert load_settings() == Settings()


def test_a_file_sets_fields_by_section(tmp_path):
    loaded = load_settings(write(tmp_path, "[correct]\nstrength = 0.5\n[limits]\ncolor = 2\n"))
    assert loaded.correct.strength == 0.5
    assert loaded.limits.color == 2.0
    assert isinstance(loaded.limits.color, float)
    assert loaded.read == Settings().read


def test_the_environment_wins_over_the_file(tmp_path):
    toml = write(tmp_path, "[correct]\nstrength = 0.5\nmethod = 'ot'\n")
    loaded = load_settings(toml, {"COLORFAST_CORRECT_STRENGTH": "0.25"})
    assert loaded.correct.strength == 0.25
    assert loaded.correct.method == "ot"


def test_the_command_line_wins_over_the_environment():
    loaded = load_settings(None, {"COLORFAST_CORRECT_STRENGTH": "0.25"})
    assert override(loaded, {"correct": {"strength": 0.75}}).correct.strength == 0.75


def test_a_preset_sets_the_limits_and_the_file_refines_them(tmp_path):
    loaded = load_settings(write(tmp_path, "[limits]\nspill = 0.7\n"), {}, preset="seed")
    assert loaded.limits.spill == 0.7
    assert loaded.limits.p95 == PRESETS["seed"].p95


def test_an_unknown_key_names_the_nearest_one(tmp_path):
    with pytest.raises(SettingsError, match=r"correct\.strenght.*did you mean strength\?"):
        load_settings(write(tmp_path, "[correct]\nstrenght = 0.5\n"))


def test_an_unknown_section_names_the_nearest_one(tmp_path):
    with pytest.raises(SettingsError, match=r"limit .*did you mean limits\?"):
        load_settings(write(tmp_path, "[limit]\ncolor = 2\n"))


def test_an_unknown_variable_names_the_nearest_one():
    with pytest.raises(SettingsError, match="did you mean COLORFAST_LIMITS_COLOR"):
        load_settings(None, {"COLORFAST_LIMITS_COLOUR": "2"})


def test_variables_that_are_no_settings_are_left_alone():
    environ = {
        "COLORFAST_DATA": "/x",
        "COLORFAST_CACHE": "/y",
        "_COLORFAST_COMPLETE": "bash_source",
        "A": "1",
    }
    assert load_settings(None, environ) == Settings()


@pytest.mark.parametrize(
    "text",
    [
        "[correct]\nstrength = 'half'\n",
        "[correct]\nstrength = true\n",
        "[read]\nmax_pixels = 1.5\n",
        "correct = 1\n",
        "[correct\n",
        "[correct]\nstrength = 1.5\n",
    ],
)
def test_a_value_that_does_not_fit_is_an_error(tmp_path, text):
    with pytest.raises(SettingsError):
        load_settings(write(tmp_path, text))


@pytest.mark.parametrize("value", ["half", "", "1.5"])
def test_a_variable_that_does_not_fit_is_an_error(value):
    with pytest.raises(SettingsError):
        load_settings(None, {"COLORFAST_CORRECT_STRENGTH": value})


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_settings(tmp_path / "none.toml")


def test_an_unknown_preset_is_an_error():
    with pytest.raises(SettingsError, match="default, seed"):
        load_settings(preset="strict")


def test_every_setting_is_read_outside_its_own_check():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    elsewhere = re.sub(r"self\.\w+|\"\w+\.\w+\"", "", text)
    for section, types in section_types().items():
        for name in types:
            assert re.search(rf"\.{name}\b", elsewhere), f"nothing reads {section}.{name}"


def test_settings_are_hashable_and_so_can_key_a_cache():
    assert len({Settings(), load_settings()}) == 1
    assert all(hash(getattr(Settings(), f.name)) is not None for f in fields(Settings))
