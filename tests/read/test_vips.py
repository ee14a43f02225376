"""libvips speaks through our errors only, and one bad file does not spoil the next."""

import sys

import pytest
import pyvips

from colorfast.errors import NotAPicture
from colorfast.read import vips
from colorfast.read.image import decode
from colorfast.read.vips import first_reason, own_errors


def leave_words(words):
    """Have libvips quote words in the buffer where it gathers what went wrong."""
    pyvips.vips_lib.vips_foreign_find_load(b"/no/file/" + words)


def test_words_of_earlier_calls_are_dropped(save, noise):
    truncated = save(noise(h=99), "jpeg")[:-9]
    leave_words(b"older")
    with pytest.raises(NotAPicture) as caught:
        decode(truncated, "a")
    assert "older" not in str(caught.value)


@own_errors()
def fail_with(words):
    """Fail inside libvips after it quoted words."""
    leave_words(words)
    raise pyvips.Error("unable to load")


def test_words_that_are_no_utf8_become_an_error_of_libvips():
    with pytest.raises(pyvips.Error, match="no UTF-8"):
        fail_with(b"i\xc5ot")
    with pytest.raises(pyvips.Error, match="does not exist"):
        fail_with(b"plain")


def test_words_left_by_a_good_file_do_not_spoil_what_follows():
    with own_errors():
        leave_words(b"\xff\xfe")
    assert pyvips.Image.black(2, 2).avg() == 0


def test_words_left_by_others_do_not_spoil_reading(save, noise):
    truncated = save(noise(h=99), "jpeg")[:-9]
    leave_words(b"\xff\xfe")
    with pytest.raises(NotAPicture, match="truncated"):
        decode(truncated, "a")


def test_the_reason_is_the_last_line_without_its_module():
    error = pyvips.Error(
        "unable to call jpegload", "source: bad seek to 5\nVipsJpeg: premature end of JPEG image\n"
    )
    assert first_reason(error) == "premature end of JPEG image"
    assert first_reason(pyvips.Error("unable to call jpegload", "\n")) == "unable to call jpegload"


def test_warnings_about_a_broken_profile_stay_silent(capfd):
    image = pyvips.Image.black(8, 8, bands=3).copy(interpretation="srgb")
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", b"\xff" * 300)
    image.icc_transform("srgb", embedded=True, input_profile="srgb").avg()
    assert capfd.readouterr().err == ""


def test_a_warning_runs_no_python_code_where_ctrl_c_could_get_lost():
    ran = []
    said = [pyvips.ffi.new("char[]", words) for words in (b"VIPS", b"\xff\xfe")]
    sys.setprofile(lambda frame, event, _: ran.append(frame.f_code.co_name) if event == "call" else None)
    try:
        vips._callback(said[0], 16, said[1], pyvips.ffi.NULL)
    finally:
        sys.setprofile(None)
    assert ran == []
