"""Where the `colorfast` script and `python -m colorfast` begin: Ctrl-C is answered before anything is loaded."""

from __future__ import annotations

from colorfast.interrupts import deaf_from_here, leave_at_once


def main() -> None:
    """Run the command line and end the process with the contract's exit status."""
    leave_at_once()
    from colorfast.cli import cli

    try:
        cli.main(prog_name="colorfast")
    finally:
        deaf_from_here()


if __name__ == "__main__":
    main()
