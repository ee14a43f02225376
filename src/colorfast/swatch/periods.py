"""When a photo was taken, as a trend counts it: a date, or the name of a folder or file, in; a period out.

A period sorts by its name: 2024, 2024-03, '2024 1 spring/summer' before '2024 2 fall/winter'.
"""

from __future__ import annotations

import re

KINDS = ("year", "season", "month", "folder")
SPRING, FALL = "1 spring/summer", "2 fall/winter"
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2]))?(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
SEASON = re.compile(r"(?<![A-Za-z])(SS|FW|AW)[-_ ]?((?:19|20)?\d\d)(?!\d)", re.IGNORECASE)  # SS24, FW-2023


def date_in(text: str) -> str:
    """Return the date in a name as YYYY or YYYY-MM, a season's by its first month; '' where there is none."""
    if season := SEASON.search(text):
        year = season[2] if len(season[2]) == 4 else f"20{season[2]}"
        return f"{year}-{'03' if season[1].upper() == 'SS' else '09'}"
    found = DATE.search(text)
    if found is None:
        return ""
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


def period(date: str, kind: str) -> str:
    """Return the year, season or month of a date; '' where the date does not tell it.

    Spring and summer begin in March, fall and winter in September and last until February of the next year.
    """
    year, _, rest = date.partition("-")
    if not year.isdigit():
        return ""
    if kind == "year":
        return year
    month = rest[:2]
    if not month.isdigit():
        return ""
    if kind == "month":
        return f"{year}-{month}"
    number = int(month)
    if number < 3:
        return f"{int(year) - 1} {FALL}"
    return f"{year} {SPRING if number < 9 else FALL}"
