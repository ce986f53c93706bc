"""The Pulumi program of every stack; all of it is in `sluse_stacks`."""

from sluse_stacks.program import run

run()
