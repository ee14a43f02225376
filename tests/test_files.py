"""A file is written whole or not at all."""

import os
import subprocess
import sys

import pytest

from colorfast import files
from colorfast.errors import WriteError
from colorfast.files import write_atomically


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_bytes_arrive_and_nothing_else(tmp_path):
    write_atomically(tmp_path / "a.png", b"picture")
    assert (tmp_path / "a.png").read_bytes() == b"picture"
    assert names(tmp_path) == ["a.png"]


def test_an_older_file_is_replaced(tmp_path):
    (tmp_path / "a.png").write_bytes(b"older and longer")
    write_atomically(tmp_path / "a.png", b"new")
    assert (tmp_path / "a.png").read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(WriteError, match=r"a\.png: cannot write: No such file"):
        write_atomically(tmp_path / "gone" / "a.png", b"x")


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(WriteError, match=r"a\.png: cannot write"):
        write_atomically(tmp_path / "out" / "a.png", b"x")


def test_a_folder_in_the_way_is_an_error_and_stays(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(WriteError):
        write_atomically(tmp_path / "a", b"x")
    assert names(tmp_path) == ["a"]


def test_a_name_too_long_leaves_nothing(tmp_path):
    with pytest.raises(WriteError):
        write_atomically(tmp_path / ("x" * 300), b"x")
    assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(WriteError, match="Permission denied"):
        write_atomically(tmp_path / "a", b"x")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError("disk on fire")])
def test_whatever_stops_the_write_leaves_the_older_file(tmp_path, monkeypatch, stop):
    def refuse(handle):
        raise stop

    (tmp_path / "a").write_bytes(b"older")
    monkeypatch.setattr(files.os, "fsync", refuse)
    with pytest.raises((KeyboardInterrupt, WriteError)):
        write_atomically(tmp_path / "a", b"new")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"older"


WRITE_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
from colorfast.errors import WriteError
from colorfast.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_atomically(Path(sys.argv[1]), bytes(1_000_000))
except WriteError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to run into")
def test_a_full_disk_leaves_the_older_file_and_nothing_else(tmp_path):
    (tmp_path / "a").write_bytes(b"older")
    command = [sys.executable, "-c", WRITE_TOO_MUCH, str(tmp_path / "a")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "a: cannot write: File too large" in done.stderr
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"older"


def test_a_cache_that_is_named_needs_no_home(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(files.Path, "home", homeless)
    monkeypatch.setenv("COLORFAST_CACHE", str(tmp_path))
    assert files.cache_home() == tmp_path
