"""`colorfast correct` and `colorfast verify`: one pair."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from colorfast.cli import options
from colorfast.cli.status import STATUS, reported, say, say_json
from colorfast.interrupts import loading

if TYPE_CHECKING:
    from colorfast.records import Pair, Result
    from colorfast.settings import Settings

ENDS = "Exit status: 0 passed, 3 corrected but to be reviewed, 4 failed or bad input."
LUT_SIZES = ("33", "65")  # nodes an axis: what retouching tools read
LAYERED = (".tif", ".tiff")
SAME_FORMAT = {".jpeg": ".jpg", ".tiff": ".tif", ".heic": ".heif"}


@click.command(short_help="Correct one photo.", epilog=ENDS)
@click.argument("photos", nargs=-1, required=True, type=options.A_PATH, metavar="[REFERENCE] PHOTO")
@click.option("-o", "--out", type=options.A_PATH, help="Corrected photo, in PHOTO's format.")
@click.option("--dry-run", is_flag=True, help="Only say what is likely to fail, and why; nothing is written.")
@options.method
@options.appearance
@options.garment
@options.mask
@options.reference_mask
@click.option(
    "--target", metavar="COLOR", help="The true color: '#7b2d26', 'lab(32 33 22)', 'brand.ase:Burgundy'."
)
@click.option(
    "--strength", type=click.FloatRange(0, 1), help="0 leaves the photo, 1 corrects in full.  [default: 1]"
)
@options.lossless_outside
@click.option(
    "--lut", type=options.A_PATH, metavar="CUBE", help="Save the correction as a 3D LUT for other tools."
)
@click.option(
    "--lut-size",
    type=click.Choice(LUT_SIZES),
    default="33",
    show_default=True,
    help="Steps a side of the LUT.",
)
@click.option(
    "--layers",
    type=options.A_PATH,
    metavar="TIF",
    help="Save the photo, the correction and its mask as layers.",
)
@click.option(
    "--save-mask", type=options.A_PATH, metavar="PNG", help="Save the mask of where it was applied."
)
@click.option(
    "--report", type=options.A_PATH, metavar="DIR", help="Save a page with before, after and heatmap."
)
@options.as_json
@options.preset
@options.config
def correct(
    photos: tuple[Path, ...],
    out: Path | None,
    dry_run: bool,
    method: str | None,
    appearance: str | None,
    garment: str,
    mask: Path | None,
    reference_mask: Path | None,
    target: str | None,
    strength: float | None,
    lossless_outside: bool | None,
    lut: Path | None,
    lut_size: str,
    layers: Path | None,
    save_mask: Path | None,
    report: Path | None,
    as_json: bool,
    preset: str | None,
    config: Path | None,
) -> None:
    """Give the garment in PHOTO the color it has in REFERENCE, its product shot.

    With --target the color is given, and REFERENCE may be left out.

    \b
    colorfast correct shirt.jpg worn.jpg -o corrected.jpg
    colorfast correct worn.jpg -o corrected.jpg --target '#7b2d26'
    colorfast correct shirt.jpg worn.jpg --dry-run
    """  # noqa: D301 - click's mark for lines to be left as they are
    reference, photo = _reference_and_photo(photos, target)
    _refuse_overwriting([photo, reference, mask, reference_mask], [out, lut, layers, save_mask])
    if out is not None:
        _refuse_other_format(photo, out)
    elif not dry_run:
        raise click.UsageError("say where the corrected photo goes, with --out")
    if layers is not None and layers.suffix.lower() not in LAYERED:
        raise click.UsageError(f"layers are written as TIFF: give {layers.with_suffix(LAYERED[0])}")
    with reported(photo.stem, as_json=as_json):
        with loading():
            from colorfast.pipeline import process
            from colorfast.records import Pair

        settings = options.settings_of(
            config,
            preset,
            lossless_outside=lossless_outside,
            method=method,
            appearance=appearance,
            strength=strength,
        )
        pair = Pair(
            id=photo.stem,
            photo=photo,
            reference=reference,
            target=target,
            mask=mask,
            reference_mask=reference_mask,
            garment=garment,
        )
        if dry_run or out is None:
            _rehearse(pair, settings, as_json=as_json)
        with loading():  # nothing is written yet: Ctrl-C may end it at once
            result = process(pair, settings)
        _save(result, out, lut=lut, lut_size=int(lut_size), layers=layers, mask=save_mask)
        page = None
        if report is not None:
            with loading():
                from colorfast.batch.outputs import write_report
            page = write_report(result, pair, report, settings, date.today().isoformat())
        _finish(result, out, page, as_json=as_json)


@click.command(short_help="Judge a photo that was corrected by any tool.", epilog=ENDS)
@click.argument("reference", type=options.A_PATH)
@click.argument("before", type=options.A_PATH)
@click.argument("after", type=options.A_PATH)
@options.garment
@options.mask
@options.reference_mask
@options.as_json
@options.preset
@options.config
def verify(
    reference: Path,
    before: Path,
    after: Path,
    garment: str,
    mask: Path | None,
    reference_mask: Path | None,
    as_json: bool,
    preset: str | None,
    config: Path | None,
) -> None:
    """Measure and judge AFTER, a correction of BEFORE made by any tool, against REFERENCE."""
    with reported(after.stem, as_json=as_json):
        with loading():
            from colorfast.pipeline import verify_pair
            from colorfast.records import Pair

        pair = Pair(
            id=after.stem,
            photo=before,
            reference=reference,
            mask=mask,
            reference_mask=reference_mask,
            garment=garment,
        )
        result = verify_pair(pair, after, options.settings_of(config, preset))
        _finish(result, after, None, as_json=as_json)


def _reference_and_photo(photos: tuple[Path, ...], target: str | None) -> tuple[Path | None, Path]:
    if len(photos) > 2:
        raise click.UsageError(f"give REFERENCE and PHOTO; there are {len(photos)} paths")
    if len(photos) == 2:
        return photos[0], photos[1]
    if target is None:
        raise click.UsageError("give REFERENCE and PHOTO, or PHOTO and its true color with --target")
    return None, photos[0]


def _refuse_overwriting(inputs: list[Path | None], outputs: list[Path | None]) -> None:
    """Stop before a file that was given, or another output, would be written over."""
    taken = {path.resolve() for path in inputs if path is not None}
    for output in outputs:
        if output is None:
            continue
        if output.resolve() in taken:
            raise click.UsageError(f"{output} would be written over; give every output a name of its own")
        taken.add(output.resolve())


def _refuse_other_format(photo: Path, out: Path) -> None:
    if out.is_dir():
        raise click.UsageError(f"{out} is a folder; give the file a name, such as {out / photo.name}")
    wanted, found = (SAME_FORMAT.get(p.suffix.lower(), p.suffix.lower()) for p in (photo, out))
    if wanted and wanted != found:
        raise click.UsageError(f"the output keeps PHOTO's format: give {out.with_suffix(photo.suffix)}")


def _save(
    result: Result, out: Path, *, lut: Path | None, lut_size: int, layers: Path | None, mask: Path | None
) -> None:
    with loading():
        from colorfast.color.lut import bake, write_cube
        from colorfast.files import write_atomically
        from colorfast.read.write import encode_mask
        from colorfast.report.layers import write_layers

    write_atomically(out, result.data)
    if lut is not None:
        write_cube(lut, bake(result.color_map, lut_size), f"colorfast {result.id}")
    if layers is not None:
        write_layers(layers, result)
    if mask is not None:
        write_atomically(mask, encode_mask(result.garment.alpha))


def _rehearse(pair: Pair, settings: Settings, *, as_json: bool) -> NoReturn:
    """Print what is likely to become of the pair and end with that verdict's exit status."""
    with loading():
        from colorfast.rehearsal import rehearse
        from colorfast.report.rows import rehearsed_row

        row = rehearsed_row(rehearse(pair, settings))
    if as_json:
        say_json(row)
    else:
        ending = "pass" if row["likely"] == "pass" else "be sent to review"
        say(f"{row['id']} is likely to {ending}")
        say(f"  expected to the truth: ΔE00 {row['forecast']['error']:.1f}")
        for sentence in (*row["reasons"], *row["forecast"]["risks"]):
            say(f"  {sentence}")
    click.get_current_context().exit(STATUS[row["likely"]])


def _finish(result: Result, output: Path, page: Path | None, *, as_json: bool) -> None:
    """Print what was found and end with the verdict's exit status."""
    with loading():
        from colorfast.report.rows import to_row
        from colorfast.report.table import render

    row = to_row(result, output)
    if as_json:
        say_json(row)
    else:
        say(render([row]))
        for reason in row["reasons"]:
            say(f"  {reason}")
        if row["forecast"]:
            say(f"  expected to the truth: ΔE00 {row['forecast']['error']:.1f}")
            for risk in row["forecast"]["risks"]:
                say(f"  {risk}")
        if page is not None:
            say(f"page: {page}")
    click.get_current_context().exit(STATUS[row["verdict"]])
