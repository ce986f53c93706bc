"""Organisations about which the gate says the same at any time: of these nobody has signed anything yet.

Time decides among statements, and there are none. Most of a large repository is like this while it is tested. As long as a
commit has all of it as it was, nothing has to be asked again. What was signed is asked about at each moment anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sluse.gate.entitled import foreign, judgement
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.providers import offered
from sluse.gate.statements import Ground
from sluse.gate.survey import GateSurvey
from sluse.model.names import IntegrationKey


@dataclass(frozen=True, eq=False)
class Quiet:
    """All that the gate's answers about one organisation follow from."""

    ground: Ground
    slug: str
    view: OrganisationView

    def holds(self, survey: GateSurvey, at: datetime) -> bool:
        """Tell whether another commit, at another moment, gives the same answers."""
        return survey.ground is self.ground and survey.view(self.slug, at) is self.view


def quiet(survey: GateSurvey, slug: str, keys: Collection[IntegrationKey], at: datetime) -> Quiet | None:
    """Return what the answers about some integrations of an organisation follow from; None where that may be time.

    None as well where it may be another organisation: by an identity provider that must be entitled itself, or by a number.
    """
    view = survey.view(slug, at)
    if view.register.records:
        return None
    live = survey.policy.existing.providers
    cases = (judgement(survey, key, at).case for key in keys)
    if any(foreign(case) or any(each.name not in live for each in offered(case)) for case in cases):
        return None
    return Quiet(survey.ground, slug, view)
