"""Organisations about which the gate says the same at any time: of these nobody has signed anything yet.

Time decides among statements, and there are none: neither of the organisation nor of whoever declares a number that it
acts for. Most of a large repository is like this while it is tested. As long as a commit has all of it as it was, nothing
has to be asked again. What was signed is asked about at each moment anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.gate.entitled import foreign, judgement
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.providers import offered
from sluse.gate.statements import Ground
from sluse.gate.survey import GateSurvey
from sluse.model.names import IntegrationKey

_Owners = tuple[tuple[str, OrganisationView], ...]


@dataclass(frozen=True, eq=False)
class Quiet:
    """All that the gate's answers about one organisation follow from. `owners`: who declares each number it acts for."""

    ground: Ground
    slug: str
    view: OrganisationView
    owners: Mapping[str, _Owners]

    def holds(self, survey: GateSurvey, at: datetime) -> bool:
        """Tell whether another commit, at another moment, gives the same answers."""
        return (
            survey.ground is self.ground
            and survey.view(self.slug, at) is self.view
            and all(_is(_owners(survey, number, at), owners) for number, owners in self.owners.items())
        )


def quiet(survey: GateSurvey, slug: str, keys: Collection[IntegrationKey], at: datetime) -> Quiet | None:
    """Return what the answers about some integrations of an organisation follow from; None where that may be time.

    An identity provider that must be entitled itself counts as time: it is somebody else's to sign.
    """
    view = survey.view(slug, at)
    if view.register.records:
        return None
    numbers: set[str] = set()
    for key in keys:
        case = judgement(survey, key, at).case
        if any(each.name not in survey.policy.existing.providers for each in offered(case)):
            return None
        numbers |= foreign(case)
    owners = {number: _owners(survey, number, at) for number in numbers}
    if any(of.register.records for each in owners.values() for _, of in each):
        return None
    return Quiet(survey.ground, slug, view, owners)


def _owners(survey: GateSurvey, number: str, at: datetime) -> _Owners:
    return tuple((slug, survey.view(slug, at)) for slug in survey.owners_of_numbers.get(number, ()))


def _is(mine: _Owners, theirs: _Owners) -> bool:
    return len(mine) == len(theirs) and all(
        slug == other and view is kept for (slug, view), (other, kept) in zip(mine, theirs, strict=True)
    )
