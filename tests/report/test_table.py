import io

import pytest
from rich.console import Console

from colorfast.errors import ColorfastError
from colorfast.report.rows import failed_row
from colorfast.report.table import COLUMNS, cells, plain_table, render


def test_the_plain_table_has_a_head_and_one_line_a_pair(rows):
    lines = plain_table(rows).splitlines()
    assert tuple(lines[0].split()) == COLUMNS
    assert lines[1].split() == ["1001", "6.23", "0.41", "pass", "0.10", "0.990", "30"]
    assert lines[4].split() == ["1003", "-", "-", "fail", "-", "-", "-"]


def test_the_columns_of_the_plain_table_are_aligned(rows):
    lines = plain_table(rows).splitlines()
    assert (
        len({line.index(word) for line, word in zip(lines[1:4], ("pass", "review", "fail"), strict=True)})
        == 1
    )


def test_without_a_terminal_nothing_but_text_is_written(rows):
    assert render(rows, Console(file=io.StringIO())) == plain_table(rows)


def test_on_a_terminal_verdicts_are_colored(rows):
    text = render(rows, Console(file=io.StringIO(), force_terminal=True, width=100, color_system="standard"))
    assert "\x1b[32mpass" in text
    assert "\x1b[31mfail" in text


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "[/]"])
def test_an_id_is_no_markup(hostile):
    row = failed_row(hostile, ColorfastError("?"))
    assert hostile in render([row], Console(file=io.StringIO(), force_terminal=True, width=100))


def test_control_characters_of_an_id_do_not_reach_the_terminal():
    assert cells(failed_row("a\x1b[2Jb\n", ColorfastError("?")))[0] == "a?[2Jb?"
