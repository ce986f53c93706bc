"""Code of others that would run in ours because it is installed beside it: none."""

from __future__ import annotations

import os


def none_of_pydantic() -> None:
    """Keep pydantic from looking through all that is installed for code to validate with, which takes a while at every start.

    It is for the beginning of a process, before the first model is made.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
