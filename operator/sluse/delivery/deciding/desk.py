"""What somebody who decides has before them: the working tree, the policies beside it, their key, and the time.

The policies are taken as they are read: signing something is not trusting it. What an operator will make of the
statement it judges by itself, with the roots that it has pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sluse.catalog import policies
from sluse.catalog.files import INTEGRATIONS, Files
from sluse.catalog.reader import Reader
from sluse.delivery.deciding.asked import Asked
from sluse.errors import DecisionRefused
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.people import Registered
from sluse.gate.record import Record
from sluse.gate.survey import GateSurvey
from sluse.model.names import Digest, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.statement import StatementType
from sluse.model.tree import Tree, errors
from sluse.trust.demo_keys import is_demo
from sluse.trust.keys import PublicKey
from sluse.words.said import behind, say, several


@dataclass(frozen=True)
class Subject:
    """An organisation, or one of its integrations where `name` is not empty."""

    organisation: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.organisation}.{self.name}" if self.name else self.organisation

    @property
    def key(self) -> IntegrationKey:
        """Who the integration is. DecisionRefused for an organisation."""
        if not self.name:
            raise DecisionRefused(
                say("{organisation} is an organisation", organisation=self.organisation),
                hint=say("name one integration of it"),
            )
        return IntegrationKey(self.organisation, self.name)


@dataclass(frozen=True)
class Desk:
    """See the module's docstring. All decisions are about production: test follows HEAD."""

    tree: Tree
    policy: Policy
    signer: PublicKey
    asked: Asked
    now: datetime

    @cached_property
    def survey(self) -> GateSurvey:
        """What the gate makes of the tree as it is."""
        return GateSurvey(self.tree, self.policy)

    @cached_property
    def subject(self) -> Subject:
        """What is asked about: `<organisation>`, `<organisation>.<name>`, or a name that only one organisation has."""
        named = self.asked.subject
        organisation, dot, name = named.partition(".")
        known = {
            *self.tree.integrations,
            *self.tree.providers,
            *self.tree.installations,
            *self.survey.subjects(self.now),
        }
        if dot:
            if IntegrationKey(organisation, name) not in known:
                raise DecisionRefused(
                    say("there is no {named} in {integrations}/", named=named, integrations=INTEGRATIONS),
                    hint=self._near(organisation, known),
                )
            return Subject(organisation, name)
        if named in self.tree.organisations:
            return Subject(named)
        found = sorted(key for key in known if key.name == named)
        if len(found) != 1:
            what = (
                say("several organisations have {named}", named=named)
                if found
                else say("nobody is or has {named}", named=named)
            )
            raise DecisionRefused(
                what, hint=say("name one: {found}", found=", ".join(map(str, found))) if found else None
            )
        return Subject(found[0].organisation, found[0].name)

    @cached_property
    def view(self) -> OrganisationView:
        """The subject's organisation now."""
        return self.survey.view(self.subject.organisation, self.now)

    @property
    def reviewer(self) -> Registered | None:
        """The person at NHN whose key signs; None for anybody else."""
        return self.survey.ground.people.by_key.get(self.signer.key_id)

    @property
    def is_demo(self) -> bool:
        """Tell whether a worthless key signs."""
        return is_demo(self.signer.key_id)

    def stated(self, prefix: str, *types: StatementType) -> Record:
        """Return the statement on the subject whose id begins so. DecisionRefused where it is none, or not one."""
        mine = {str(self.subject), self.subject.organisation}
        found = [
            record
            for digest, record in self.survey.records(self.subject.organisation).items()
            if digest.startswith(prefix) and record.statement.subject in mine
            if not types or record.statement.type in types
        ]
        if len(found) != 1 or len(prefix) < 8:
            raise DecisionRefused(
                say(
                    "{found} statements on {subject} begin with {prefix}",
                    found=len(found) or say("no"),
                    subject=self.subject,
                    prefix=prefix[:64],
                ),
                hint=say("give 8 digits or more; they are listed with: sluse gate {subject}", subject=self.subject),
            )
        return found[0]

    def _near(self, organisation: str, known: set[IntegrationKey]) -> str | None:
        names = sorted(str(key) for key in known if key.organisation == organisation)
        return (
            say("of {organisation} there are {names}", organisation=organisation, names=", ".join(names))
            if names
            else None
        )


def desk(files: Files, policy_files: Files, *, signer: PublicKey, asked: Asked, now: datetime) -> Desk:
    """Read everything. DecisionRefused where the policies cannot be read."""
    read = policies.read(policies.contents(policy_files))
    wrong = [behind(f"{problem.place}: ", problem.message) for problem in errors(read.problems)]
    missing = [say("there is no {folder}/{name}", folder=policies.FOLDER, name=name) for name in policies.lacking(read)]
    if wrong or missing:
        raise DecisionRefused(several((*wrong, *missing)), hint=say("see all: sluse policies verify"))
    version = read.manifest.manifest.version if read.manifest else 0
    policy = Policy(
        version=version,
        digest=read.digests.get(policies.MANIFEST, Digest("")),
        demo_keys=True,
        **policies.as_policy(read.models),
    )
    return Desk(Reader().tree(files, INTEGRATIONS), policy, signer, asked, now.replace(microsecond=0))
