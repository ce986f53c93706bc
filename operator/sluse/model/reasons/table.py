"""Every reason of ours by its name, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.reasons.acceptance import ACCEPTANCE
from sluse.model.reasons.explained import Explained
from sluse.model.reasons.moves import MOVES
from sluse.model.reasons.name import ReasonName
from sluse.model.reasons.resources import RESOURCES
from sluse.model.reasons.statements import STATEMENTS
from sluse.model.reasons.syncs import SYNCS

REASONS: Mapping[ReasonName, Explained] = {**STATEMENTS, **ACCEPTANCE, **MOVES, **RESOURCES, **SYNCS}
