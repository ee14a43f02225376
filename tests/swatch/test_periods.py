"""Dates are found in names, and seasons are those of fashion."""

from __future__ import annotations

import pytest

from colorfast.swatch.periods import date_in, period


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("20240305_103000.jpg", "2024-03"),
        ("IMG_2024-11-02.jpg", "2024-11"),
        ("paris 2023", "2023"),
        ("SS24", "2024-03"),
        ("milan_fw2023", "2023-09"),
        ("AW23", "2023-09"),
        ("DSC01234.jpg", ""),
        ("1320240305", ""),
    ],
)
def test_a_date_is_found_in_a_name(name, date):
    assert date_in(name) == date


@pytest.mark.parametrize(
    ("date", "kind", "found"),
    [
        ("2024-03-05", "year", "2024"),
        ("2024-03-05", "month", "2024-03"),
        ("2024-03", "season", "2024 1 spring/summer"),
        ("2024-02-11", "season", "2023 2 fall/winter"),
        ("2024-12", "season", "2024 2 fall/winter"),
        ("2024", "month", ""),
        ("", "year", ""),
        ("soon", "year", ""),
    ],
)
def test_a_date_falls_into_a_period(date, kind, found):
    assert period(date, kind) == found
