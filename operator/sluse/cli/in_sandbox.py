"""`python -m sluse.cli.in_sandbox CLOCK WORDS...`: the command line as people in a sandbox use it, by its clock.

An entry of its own, because no command has an option for the time on purpose.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from sluse.cli import main
from sluse.sandbox.clock import read_clock

if __name__ == "__main__":
    main(args=sys.argv[2:], prog_name="sluse", obj=partial(read_clock, Path(sys.argv[1])))
