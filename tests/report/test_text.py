import csv
import io
import json
from pathlib import Path

import pytest

from colorfast.errors import ColorfastError
from colorfast.report.rows import failed_row
from colorfast.report.text import CSV_COLUMNS, csv_text, jsonl_text, markdown


def parsed(rows):
    return list(csv.DictReader(io.StringIO(csv_text(rows))))


def test_json_lines_give_back_the_rows(rows):
    assert [json.loads(line) for line in jsonl_text(rows).splitlines()] == rows


def test_csv_has_one_line_a_pair_under_the_documented_columns(rows):
    found = parsed(rows)
    assert [line["id"] for line in found] == ["1001", "1002", "0999", "1003"]
    assert tuple(found[0]) == CSV_COLUMNS


def test_csv_numbers_are_those_of_the_row(rows):
    line = parsed(rows)[0]
    assert float(line["triplet_before"]) == 6.2346
    assert (line["seed_sci"], line["ms_read"], line["ms_total"]) == ("0.005", "10.0", "30.0")


def test_csv_leaves_cells_empty_where_nothing_was_measured(rows):
    line = parsed(rows)[3]
    assert (line["spill"], line["garment_way"], line["error_code"]) == ("", "", "not-a-picture")
    assert "ends early" in line["reasons"]


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_csv_text_is_no_formula(hostile):
    assert parsed([failed_row(hostile, ColorfastError("?"))])[0]["id"] == f"'{hostile}"


def test_the_summary_counts_verdicts_and_gives_medians(rows, run):
    text = markdown(rows, run)
    assert "**1 of 4 pictures can be published.** 1 to review, 2 failed." in text
    assert "6.23 before, 6.50 after" in text


def test_the_summary_says_what_failed_and_what_to_do_next_worst_first(rows, run):
    text = markdown(rows, run)
    assert text.index("**0999**") < text.index("**1003**") < text.index("**1002**")
    assert "color 6.5" in text
    assert text.count("  - Next: ") == 4


def test_the_summary_of_a_clean_run_names_no_problems(rows, run):
    assert "To look at" not in markdown(rows[:1], run)


def test_the_summary_of_nothing_is_still_a_summary(run):
    assert "0 of 0" in markdown([], run)


@pytest.mark.parametrize("hostile", ["<script>x</script>", "a|b", "a\nb", "[x](y)", "`x`"])
def test_ids_cannot_break_the_summary(hostile, run):
    line = markdown([failed_row(hostile, ColorfastError("?"))], run).splitlines()[-1]
    assert line.replace("\\|", "").count("|") == 8
    assert "<script" not in line.replace("\\<", "")


def test_the_guide_names_every_column_of_the_csv():
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "report.md").read_text(encoding="utf-8")
    assert [column for column in CSV_COLUMNS if f"`{column}`" not in guide] == []
