"""`colorfast swatch`: the color of a patch in a photo, in Lab, and how sure it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorfast.cli import options
from colorfast.cli.status import say, say_json
from colorfast.interrupts import loading

if TYPE_CHECKING:
    from colorfast.swatch.patch import PatchColor

NUMBERS = 4  # of a region


class RegionType(click.ParamType[Any]):
    """x,y,w,h."""

    name = "x,y,w,h"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the four numbers."""
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != NUMBERS:
            self.fail(f"{value!r} is not x,y,w,h in whole pixels", param, ctx)
        return numbers


@click.command(short_help="The color of a patch in a photo, with its uncertainty.")
@click.argument("photo", type=options.A_PATH)
@click.option(
    "--region", type=RegionType(), help="Where the patch is, in pixels.  [default: the whole photo]"
)
@click.option("--chart", is_flag=True, help="Measure it by the chart of 24 patches that is in the photo too.")
@click.option("--network", type=options.A_PATH, metavar="ONNX", help="A network of your own: `train patch`.")
@options.as_json
def swatch(
    photo: Path, region: tuple[int, ...] | None, chart: bool, network: Path | None, as_json: bool
) -> None:
    """Print the color of a fabric, or of skin, in PHOTO as an instrument would measure it: Lab under D65.

    The patch is looked for in the region, away from borders, shadows and folds. Each value comes with the
    deviation within which 68 % of true values lie.
    """
    with loading():
        from colorfast.read.image import read_photo
        from colorfast.swatch.patch import Region, measure_patch

    found = measure_patch(
        read_photo(photo),
        None if region is None else Region(*region),
        chart=chart,
        network=network,
    )
    if as_json:
        say_json({"photo": photo.name, **row_of(found)})
    else:
        _print(found)


def row_of(found: PatchColor) -> dict[str, Any]:
    """Return a color as --json prints it."""
    from colorfast.swatch.outputs import hex_of

    exposure = found.exposure
    return {
        "lab": _rounded(found.lab),
        "deviation": _rounded(found.deviation),
        "hex": hex_of(found.lab),
        "way": found.way,
        "shown": _rounded(found.shown),
        "clean": round(found.crop.share, 3),
        "chart_error": None if found.chart_error is None else round(found.chart_error, 2),
        "camera": exposure.camera or None,
        "seconds": exposure.seconds,
        "f_number": exposure.f_number,
        "iso": exposure.iso,
        "brightness": exposure.brightness,
    }


def _print(found: PatchColor) -> None:
    from colorfast.swatch.naming import names_of
    from colorfast.swatch.outputs import hex_of

    values = zip(("L*", "a*", "b*"), found.lab, found.deviation, strict=True)
    said = "  ".join(f"{axis} {value:.1f} ± {deviation:.1f}" for axis, value, deviation in values)
    say(f"{said}   {hex_of(found.lab)}  {names_of(found.lab[None])[0]}")
    L, a, b = found.shown
    say(f"as the photo shows it: {L:.1f} {a:.1f} {b:.1f}, from {found.crop.share:.0%} of the region")
    if found.chart_error is not None:
        say(
            f"by the chart, whose patches are {found.chart_error:.1f} CIEDE2000 off when found from the others"
        )
    if found.exposure.camera:
        say(f"camera: {found.exposure.camera}")


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 2) for value in values]
