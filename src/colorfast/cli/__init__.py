"""The command line: parse, call the library, print, exit. Data goes to stdout, progress to stderr.

Exit status: 0 passed, 3 corrected but to be reviewed, 4 failed or bad input, 1 a crash, 2 usage,
130 interrupted.
Nothing heavy is imported before a command runs, so that --help answers at once.
"""

from __future__ import annotations

import click

from colorfast.cli.batch import batch
from colorfast.cli.bench import bench, degrade, demo, warmup
from colorfast.cli.correct import correct, verify
from colorfast.cli.evaluate import evaluate
from colorfast.cli.models import models
from colorfast.cli.palette import palette
from colorfast.cli.review import review, study
from colorfast.cli.segment import segment
from colorfast.cli.serve import serve, worker
from colorfast.cli.status import Doors
from colorfast.cli.swatch import swatch
from colorfast.cli.swatches import swatches
from colorfast.cli.train import train
from colorfast.cli.transfer import transfer


@click.group(cls=Doors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="colorfast", prog_name="colorfast", message="%(prog)s %(version)s")
def cli() -> None:
    """Give the garment in a fashion picture its true color back, and prove it."""


PICTURES = (correct, verify, batch, transfer, segment, palette, swatch, swatches)
MEASURING = (degrade, bench, train, evaluate, models, demo, warmup)
SERVING = (serve, worker, review, study)

for command in (*PICTURES, *MEASURING, *SERVING):
    cli.add_command(command)
