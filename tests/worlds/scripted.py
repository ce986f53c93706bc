"""What the tests of the registrar `dynamic` have in common: our mark, our credential, an answer as it should be."""

from __future__ import annotations

from typing import Any

from sluse.model.registration import Registration
from sluse.registrar.dynamic import mapping
from sluse.registrar.port import Mark

MARK = Mark("nhn/test/fjordlegen.journal.web")
RAT = "rat-0001"


def echo(scripted: Any, registration: Registration, **changes: Any) -> None:
    """Answer a reading with what would have been registered."""
    scripted.echo(200, **{**mapping.metadata(registration, MARK, extensions=True), **changes})
