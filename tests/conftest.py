"""What holds for every test: they read English, whatever the locale of who runs them, and nothing hurries them. And what was not run is said."""

from __future__ import annotations

import atexit
import gc
import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

from worlds import editor, object_store
from worlds.engines import PROGRAMS, missing

os.environ["LC_ALL"] = "C.UTF-8"
_CACHE = tempfile.TemporaryDirectory(prefix="sluse-tests-")  # of nobody: checks remember there, and only there
atexit.register(_CACHE.cleanup)
os.environ["XDG_CACHE_HOME"] = _CACHE.name
gc.disable()  # until all is collected: nearly everything made until then stays
# A busy machine is no failure: neither how long an example takes nor how long making it takes is looked at.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """Keep the collector from what lives as long as the process: modules, and every test that was collected.

    It goes through all of that again and again otherwise, which was a fifth of the time of the whole suite.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing():
        terminalreporter.write_line(f"not run: the engine pulumi, since {' and '.join(PROGRAMS)} are not on PATH")
    elif object_store.missing():
        terminalreporter.write_line(
            f"not run: Pulumi's state in a bucket under a cloud's key, since {object_store.PROGRAM} is not on PATH"
        )
    if editor.missing():
        terminalreporter.write_line(
            f"not run: what an editor shows of the schema, since {editor.PROGRAM} is not on PATH"
        )
