"""What each kind of registrar can do, by the name that settings give it: known without asking any authority."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.registrar.port import Capabilities

CAPABILITIES: Mapping[str, Capabilities] = {
    "dynamic": Capabilities(
        withhold=True,
        list=False,
        observe_without_client_key=True,
        token_survives_update=False,
        tells_absence=False,
    ),
}
