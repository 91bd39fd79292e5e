"""The entry point of `hotrun` and `python -m hotrun`."""

from __future__ import annotations

import sys

from hotrun.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
