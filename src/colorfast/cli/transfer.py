"""`colorfast transfer`: any photo in the colors of another."""

from __future__ import annotations

from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.status import reported, say, say_json
from colorfast.interrupts import loading


@click.command(short_help="Give a photo the colors of another one.")
@click.argument("source", type=options.A_PATH)
@click.argument("reference", type=options.A_PATH)
@click.option("-o", "--out", type=options.A_PATH, required=True, help="The new photo, in SOURCE's format.")
@click.option("--semantic", is_flag=True, help="Transfer colors between what shows the same, label by label.")
@click.option(
    "--source-labels", type=options.A_PATH, metavar="PNG", help="Label ids of SOURCE; implies --semantic."
)
@click.option(
    "--reference-labels",
    type=options.A_PATH,
    metavar="PNG",
    help="Those of REFERENCE; equal ids belong together.",
)
@click.option(
    "--network", default="garment", show_default=True, help="Which network labels photos without label files."
)
@options.as_json
@options.config
def transfer(
    source: Path,
    reference: Path,
    out: Path,
    semantic: bool,
    source_labels: Path | None,
    reference_labels: Path | None,
    network: str,
    as_json: bool,
    config: Path | None,
) -> None:
    """Give SOURCE the colors of REFERENCE, whatever the two show.

    With --semantic hair gets the color of hair, clothes that of clothes, and so on for whatever labels say.
    """
    files, semantic = (source_labels, reference_labels), semantic or source_labels is not None
    if (source_labels is None) != (reference_labels is None):
        raise click.UsageError("give both label files, or none: ids of one would mean nothing in the other")
    if out.suffix.lower() != source.suffix.lower():
        raise click.UsageError(f"the output keeps SOURCE's format: give {out.with_suffix(source.suffix)}")
    if out.resolve() in (source.resolve(), reference.resolve()):
        raise click.UsageError(f"{out} would be written over; give the output a name of its own")
    with reported(source.stem, as_json=as_json):
        with loading():
            from colorfast.files import write_atomically
            from colorfast.pipeline import Clock
            from colorfast.read.image import read_photo
            from colorfast.read.write import encode
            from colorfast.transfer.labels import labels_of
            from colorfast.transfer.pictures import transfer as transferred
        settings, clock = options.settings_of(config, None), Clock()
        with clock.stage("read"):
            photos = read_photo(source, settings.read), read_photo(reference, settings.read)
        with clock.stage("label"):
            ids = [labels_of(*pair, network) for pair in zip(photos, files, strict=True)] if semantic else []
        with clock.stage("transfer"):
            found = transferred(*photos, (ids[0], ids[1]) if ids else None)
        with clock.stage("write"):
            write_atomically(out, encode(photos[0], found.pixels, settings.write))
        if as_json:
            say_json(
                {
                    "id": source.stem,
                    "output": out.as_posix(),
                    "labels": list(found.labels),
                    "distance": {"before": round(found.before, 2), "after": round(found.after, 2)},
                    "timings_ms": clock.spent_ms,
                }
            )
        else:
            say(f"{out}: colors {found.before:.1f} Lab units apart before, {found.after:.1f} after")
