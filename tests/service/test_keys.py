from __future__ import annotations

import hashlib

import pytest

from colorfast.errors import SettingsError
from colorfast.service.errors import KeyRefused, RateLimited
from colorfast.service.keys import LOCAL, ApiKey, Door, read_keys

SHA256 = hashlib.sha256(b"key").hexdigest()
SIGNED = {"authorization": "Bearer key"}


def test_keys_are_read_from_a_file(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_text(f'[studio]\nsha256 = "{SHA256}"\nper_minute = 60\n')
    assert read_keys(path) == (ApiKey(name="studio", sha256=SHA256, per_minute=60),)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "studio = 1", "[studio]", '[studio]\nsha256 = "short"', f'[Studio]\nsha256 = "{SHA256}"',
        f'[studio]\nsha256 = "{SHA256}"\nper_minute = 0', f'[studio]\nsha256 = "{SHA256}"\nper_minute = true',
        f'[studio]\nsha256 = "{SHA256}"\nspeed = 1', '[studio]\nkey = "in the open"',
    ],
)  # fmt: skip
def test_a_file_of_keys_that_is_wrong_is_refused_without_showing_a_key(tmp_path, text):
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match="--keys") as caught:
        read_keys(path)
    assert "in the open" not in str(caught.value)


def test_without_keys_everybody_is_local():
    assert Door(()).owner({}) is LOCAL


@pytest.mark.parametrize(
    "value", ["", "key", "Bearer", "Bearer ", "Bearer Key", "Basic key", f"Bearer {SHA256}"]
)
def test_only_the_key_itself_opens(value):
    with pytest.raises(KeyRefused):
        Door((ApiKey(name="a", sha256=SHA256),)).owner({"authorization": value})


def test_a_bucket_fills_at_its_rate():
    now = [0.0]
    door = Door((ApiKey(name="a", sha256=SHA256, per_minute=2),), clock=lambda: now[0])
    for _ in range(2):
        door.owner(SIGNED)
    with pytest.raises(RateLimited) as caught:
        door.owner(SIGNED)
    assert caught.value.retry_after == pytest.approx(30)
    now[0] = 30.5
    assert door.owner(SIGNED).name == "a"
