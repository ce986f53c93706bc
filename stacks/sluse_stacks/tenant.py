"""An organisation's stack as a Pulumi program: exactly `stack.resources`."""

from __future__ import annotations

from sluse.desired.stack import Stack
from sluse.errors import SluseError
from sluse_stacks.objects import declare as declare_objects


class StackKeeps(SluseError):
    """A stack has objects to be left alone, which no Pulumi program can say."""


def declare(stack: Stack) -> None:
    """Declare the resources of a stack. Raises `StackKeeps`, before anything is declared, if it keeps objects.

    What a program does not declare, `up` deletes; and a kept object cannot be declared, since what it should be is
    just what a broken file does not tell. Rejected: `retainOnDelete` (it would have to stand on every resource
    beforehand, and then nothing is ever pruned), declaring with `ignoreChanges` (right only while the state has
    the object: with the state lost, the same line empties it), reading it with `get` (whether an object in the
    state survives that was not tried against a real engine). So the program refuses.
    """
    if stack.keep:
        names = ", ".join(sorted(f"{key.kind}/{key.name}" for key in stack.keep))
        raise StackKeeps(
            f"{stack.organisation} in {stack.environment.value} keeps {names}: an update would delete what it keeps",
            hint="mend the organisation's files (sluse check names the problems), or leave this stack to the operator",
        )
    declare_objects(stack.resources)
