"""Code of others that would run in ours because it is installed beside it: none."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import cast


def none_of_pydantic() -> None:
    """Keep pydantic from looking through all that is installed for code to validate with, which takes a while at every start.

    It is for the beginning of a process, before the first model is made.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def no_clients_of_kopf() -> None:
    """Keep Kopf from importing the Kubernetes clients that are installed beside it, for their objects, of which we have none.

    It is for the beginning of a process that runs nothing but the operator: no later import finds them.
    """
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    for client in ("kubernetes", "kubernetes_asyncio", "pykube"):
        modules.setdefault(client, None)  # which `import` reads as: there is no such module
