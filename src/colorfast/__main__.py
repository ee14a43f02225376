"""Where the `colorfast` script and `python -m colorfast` begin: Ctrl-C is answered before anything is loaded."""

from __future__ import annotations

import gc
import sys

from colorfast.interrupts import STATUS, deaf_from_here, leave_at_once

NEW_OBJECTS = 100_000
"""Objects made between two looks for garbage: loading makes some 300 000 that stay, and looking through them at
Python's own pace costs 0.08 s."""


def main() -> None:
    """Run the command line and end the process with the contract's exit status."""
    leave_at_once()
    gc.set_threshold(NEW_OBJECTS)
    from colorfast.cli import cli

    try:
        cli.main(prog_name="colorfast")
    except SystemExit as ended:
        if ended.code == STATUS:  # what the interrupt left half made complains as it is put away
            sys.unraisablehook = lambda _: None
        raise
    finally:
        deaf_from_here()


if __name__ == "__main__":
    main()
