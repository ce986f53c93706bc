"""`python -m sluse` is `sluse`."""

from sluse.cli import main

main()
