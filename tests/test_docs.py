"""The manual says what is true: links lead somewhere, commands exist, examples run, nothing is left out."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from colorfast.cli import cli
from colorfast.errors import ColorfastError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LIBRARY = DOCS / "guides" / "library.md"

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHELLS = ("console", "sh", "bash", "")
PROGRAM = re.compile(r"(?:^|/)colorfast$")
ASIDE = re.compile(r"\s{3,}\S.*$")  # a remark beside a command, after a gap


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[str]:
    return [text for language, text in FENCE.findall(page.read_text("utf-8")) if language in languages]


def commands(page: Path) -> list[list[str]]:
    """The arguments of every `colorfast …` in the page's shell blocks."""
    lines = [ASIDE.sub("", line) for block in blocks(page, *SHELLS) for line in block.splitlines()]
    words = [shlex.split(line) for line in lines if re.search(r"(?:^|/|\s)colorfast\s", line)]
    starts = [next((i for i, w in enumerate(each) if PROGRAM.search(w)), None) for each in words]
    return [each[start + 1 :] for each, start in zip(words, starts, strict=True) if start is not None]


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_command(arguments: list[str]) -> None:
    """Parse a command line as click would, without running it; a wrong word or option raises UsageError."""
    command: click.Command = cli
    context = click.Context(cli, info_name="colorfast", **cli.context_settings)
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command, context = found, click.Context(found, info_name=found.name, parent=context)
    command.parse_args(context, list(arguments))


def all_errors(kind: type[ColorfastError]) -> list[type[ColorfastError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in all_errors(below))]


@pytest.fixture
def in_pair_folder(make_pair, monkeypatch):
    """The files that the guide for the library speaks of, in the working folder."""
    pair = make_pair()
    monkeypatch.chdir(pair.photo.parent)


def keys_of(value: object, path: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [path]
    return [key for name, below in value.items() for key in keys_of(below, f"{path}.{name}".lstrip("."))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if link.startswith(("https:", "http:", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_can_be_typed(page):
    for arguments in commands(page):
        try:
            check_command(arguments)
        except click.UsageError as error:
            pytest.fail(f"colorfast {' '.join(arguments)}: {error.format_message()}")


def test_a_wrong_option_in_a_page_would_be_noticed():
    with pytest.raises(click.UsageError, match="--maks"):
        check_command(["correct", "a.jpg", "b.jpg", "-o", "c.jpg", "--maks", "m.png"])


def test_commands_with_a_path_a_variable_or_a_remark_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\nA=1 .venv/bin/colorfast batch in out      a remark\nmake demo\n```\n")
    assert commands(page) == [["batch", "in", "out"]]


def test_every_command_is_shown_in_a_guide():
    shown = {" ".join(each) for page in PAGES if "reference" not in page.parts for each in commands(page)}
    for name in cli.commands:
        assert any(line.split(" ")[0] == name for line in shown), name


def test_the_examples_of_the_library_guide_run_one_after_another(in_pair_folder, capsys):
    code = "\n".join(blocks(LIBRARY, "python"))
    exec(compile(code, LIBRARY.name, "exec"), {"__name__": "guide"})
    assert "file-missing" in capsys.readouterr().out
    assert Path("correction.cube").exists()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_in_a_page_can_be_compiled(page):
    for block in blocks(page, "python"):
        compile(block, name_of(page), "exec")


def test_the_settings_file_in_the_guide_can_be_loaded(tmp_path):
    from colorfast.settings import load_settings

    [block] = blocks(DOCS / "guides" / "settings.md", "toml")
    path = tmp_path / "studio.toml"
    path.write_text(block, encoding="utf-8")
    assert load_settings(path).limits.palette == 4.0


@pytest.mark.parametrize("folder", ["concepts", "decisions", "guides", "reference"])
def test_every_page_is_in_the_index(folder):
    index = set(LINK.findall((DOCS / "README.md").read_text("utf-8")))
    assert {f"{folder}/{page.name}" for page in (DOCS / folder).glob("*.md")} <= index


def test_every_measure_of_a_row_is_on_the_page_of_metrics(in_pair_folder):
    from colorfast import Pair, process
    from colorfast.report import to_row

    row = to_row(process(Pair(id="made", photo=Path("photo.png"), reference=Path("reference.png"))), None)
    text = (DOCS / "concepts" / "metrics.md").read_text("utf-8")
    for key in keys_of(json.loads(json.dumps(row["metrics"]))):
        parent, _, name = key.rpartition(".")
        assert f"`{key}`" in text or (parent in text and f"`.{name}`" in text), key


def test_the_page_of_metrics_has_the_limits_that_hold():
    from colorfast.verify import PRESETS

    text = (DOCS / "concepts" / "metrics.md").read_text("utf-8")
    stated = dict(re.findall(r"^\| `limits\.(\w+)` \| [≤≥] ([\d.]+)", text, re.MULTILINE))
    assert {"color", "palette", "p95", "texture", "spill", "rim", "coherence"} <= stated.keys()
    for name, limit in stated.items():
        assert float(limit) == getattr(PRESETS["default"], name), name


def test_every_error_code_is_on_the_page_of_errors():
    text = (DOCS / "reference" / "errors.md").read_text("utf-8")
    assert [kind.code for kind in all_errors(ColorfastError) if f"`{kind.code}`" not in text] == []


def test_every_exit_status_is_in_the_readme():
    from colorfast.cli.status import INTERRUPTED, STATUS

    text = (ROOT / "README.md").read_text("utf-8")
    assert all(f"| `{verdict}` | {status} |" in text for verdict, status in STATUS.items())
    assert str(INTERRUPTED) in text


def test_the_readme_fits_on_three_screens():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_the_pages_name_no_folder_of_one_machine():
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(?:work|home|root|tmp|Users)/", page.read_text("utf-8")), page
