"""Options that several commands share, and the settings that they add up to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from colorfast.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

METHODS = ("classical", "ot", "hybrid", "neural")  # the keys of CORRECTORS; a test holds them equal
GARMENTS = ("auto", "upper", "lower", "dress", "outerwear", "full")  # those of records, which imports numpy
APPEARANCES = ("reference", "worn")
PRESETS = ("default", "seed")  # the keys of verify.verdict.PRESETS

A_PATH = click.Path(path_type=Path)  # whether it exists is the library's to say, with exit status 4

method = click.option(
    "--method",
    type=click.Choice(METHODS),
    help="How to correct; hybrid joins the first two, neural asks a network how.  [default: hybrid]",
)
appearance = click.option(
    "--appearance",
    type=click.Choice(APPEARANCES),
    help="Match the product shot, or the product as it looks worn in PHOTO's light.  [default: reference]",
)
garment = click.option(
    "--garment",
    type=click.Choice(GARMENTS),
    default="auto",
    show_default=True,
    help="Which garment is meant, where several are worn.",
)
mask = click.option(
    "--mask",
    type=A_PATH,
    metavar="PNG",
    help="White where the garment is in the photo; without it, it is looked for.",
)
reference_mask = click.option(
    "--reference-mask", type=A_PATH, metavar="PNG", help="White where it is in REFERENCE."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object in place of the text.")
lossless_outside = click.option(
    "--lossless-outside/--no-lossless-outside",
    default=None,
    help="Keep the blocks of a JPEG where no pixel changes.  [default: if the garment loses nothing by it]",
)
preset = click.option(
    "--preset",
    type=click.Choice(PRESETS),
    help="Limits for a pass: colorfast's, or the DeltaE project's (seed).",
)
config = click.option(
    "--config", type=A_PATH, metavar="TOML", help="A file of settings: docs/reference/settings.md."
)

LABELS = "What label ids mean: five, garment, atr, or a CSV file in the folder."


def folders(said: str = "Folder of labeled photos; may be given several times.") -> Callable[[F], F]:
    """Return the option --data, for one folder or several, with its help."""
    return click.option("--data", "folders", type=A_PATH, multiple=True, required=True, help=said)


def steering(command: F) -> F:
    """Give a command --preset and --config."""
    return preset(config(command))


def settings_of(
    config: Path | None, preset: str | None, *, lossless_outside: bool | None = None, **correct: object
) -> Settings:
    """Return the settings of file and environment, with the command line's choices on top.

    lossless_outside   write.lossless_outside, always or never
    correct            fields of the [correct] section

    None where the command line is silent.
    """
    from colorfast.settings import load_settings, override

    loaded = load_settings(config, os.environ, preset=preset)
    chosen = {"correct": {key: value for key, value in correct.items() if value is not None}}
    if lossless_outside is not None:
        chosen["write"] = {"lossless_outside": "always" if lossless_outside else "never"}
    return override(loaded, chosen)
