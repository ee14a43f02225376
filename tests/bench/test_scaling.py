import pytest

from colorfast.bench.scaling import Point, growth_of, peak_memory, plot, run_scaling
from colorfast.bench.tables import growth_text

LINEAR = [
    Point(megapixels=size, ms=100 * size + 50, floor_ms=20 * size, peak_mb=300 + size)
    for size in (1, 4, 16, 50)
]


def test_a_straight_line_through_the_times_is_found():
    growth = growth_of("hybrid", LINEAR)
    assert growth.ms_per_megapixel == pytest.approx(100)
    assert growth.ms_at_zero == pytest.approx(50)
    assert growth.r_squared == pytest.approx(1)


def test_time_that_grows_with_the_square_is_told_from_linear_time():
    squares = [Point(megapixels=s, ms=s * s, floor_ms=1, peak_mb=None) for s in (4, 8, 16)]
    assert growth_of("hybrid", squares).exponent == pytest.approx(2)


def test_growth_is_told_with_its_memory_and_line():
    text = growth_text(growth_of("hybrid", LINEAR))
    assert "100.0 ms a megapixel + 50 ms, R² 1.0000" in text
    assert "350" in text


def test_growth_is_plotted(tmp_path):
    pytest.importorskip("matplotlib")
    plot(growth_of("hybrid", LINEAR), tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_each_size_is_timed_in_a_process_of_its_own():
    growth = run_scaling("classical", sizes=(0.02, 0.05))
    assert [each.megapixels for each in growth.points] == [0.02, 0.05]
    assert all(each.ratio > 0 for each in growth.points)


def test_the_peak_of_memory_counts_what_was_held():
    if peak_memory() is None:
        pytest.skip("this system does not tell")
    held = bytes(1) * 400_000_000
    assert peak_memory() > len(held) / 1e6
