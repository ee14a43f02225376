"""`python -m colorfast`, where the `colorfast` script is not on the path."""

from colorfast.cli import main

if __name__ == "__main__":
    main()
