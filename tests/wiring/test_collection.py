"""When Python looks for garbage: not while it reads what stays, and rarely in a process that keeps much."""

from __future__ import annotations

import subprocess
import sys


def test_what_was_read_is_not_looked_through_again_and_garbage_is_still_found() -> None:
    asked = """
import gc
from sluse.wiring.collection import collect_rarely, without_collecting
with without_collecting():
    assert not gc.isenabled()
collect_rarely()
assert gc.isenabled() and gc.get_freeze_count() > 0
print(gc.get_threshold())
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "(10000, 10, 10)\n"
