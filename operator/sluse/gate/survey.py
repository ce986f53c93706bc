"""A commit made ready for the gate: prepared once in linear time, then asked about any integration at any moment.

What was worked out for the commit before is kept for every organisation of which nothing changed; a signature is
verified once. Nothing here is remembered that could change an answer: with `before` or without, it is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sluse.gate.check import Check
from sluse.gate.organisation_view import Judged, OrganisationView
from sluse.gate.record import Record
from sluse.gate.share import Folders, Register, Share, by_folder, register
from sluse.gate.statements import CHECKS, Ground, Stated
from sluse.model.names import Digest, Environment, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.tree import Tree


@dataclass(frozen=True)
class Prepared:
    """What is made of a commit as it is asked for, by organisation, and of each integration by what it was made of."""

    registers: dict[str, Register]
    views: dict[str, OrganisationView]
    judged: dict[str, Judged]
    remembered: dict[IntegrationKey, tuple[OrganisationView, object]]
    folders: Folders


class GateSurvey:
    """`seen` is when the ledger first saw each statement, by id; without a ledger None, and then that is not judged.

    A statement that the ledger has not seen yet counts as seen at the moment that is asked about. `checks` are what a
    statement must stand; a test leaves one out to show what it keeps out.
    """

    ground: Ground
    checks: tuple[Check[Stated], ...]
    prepared: Prepared

    def __init__(
        self,
        tree: Tree,
        policy: Policy,
        *,
        environment: Environment = Environment.PRODUCTION,
        seen: Mapping[str, datetime] | None = None,
        before: GateSurvey | None = None,
        checks: tuple[Check[Stated], ...] = CHECKS,
    ) -> None:
        ground = Ground(policy, environment)
        usable = before if before is not None and before.ground == ground and before.checks is checks else None
        self.tree = tree
        self.policy = policy
        self.ground = usable.ground if usable else ground
        self.checks = checks
        self.prepared = Prepared(
            {},
            {},
            {},
            _bounded(usable.prepared.remembered, tree) if usable else {},
            by_folder(tree, usable.prepared.folders if usable else {}),
        )
        self._seen = seen
        for _, shares in self.prepared.folders.values():
            for slug, share in shares.items():
                self._place(slug, share, usable.prepared if usable else None)

    def view(self, slug: str, at: datetime) -> OrganisationView:
        """Return an organisation at a moment; one that nothing is known of has no statements."""
        view = self.prepared.views.get(slug)
        if view is None or not view.holds_at(at):
            registered = self.prepared.registers.get(slug) or Register(Share(slug), {}, {}, None)
            earlier = view.judged if view is not None else self.prepared.judged.pop(slug, {})
            view = OrganisationView(registered, self.ground, at, self.checks, earlier)
            self.prepared.views[slug] = view
        return view

    def share(self, slug: str) -> Share:
        """Return what is an organisation's own."""
        found = self.prepared.registers.get(slug)
        return found.share if found is not None else Share(slug)

    def records(self, slug: str) -> Mapping[Digest, Record]:
        """Return an organisation's records by id, counting or not."""
        found = self.prepared.registers.get(slug)
        return found.records if found is not None else {}

    def subjects(self, at: datetime) -> tuple[IntegrationKey, ...]:
        """Return every integration that a file or a statement names, sorted."""
        return tuple(key for slug in sorted(self.prepared.registers) for key in self.view(slug, at).subjects)

    @cached_property
    def providers(self) -> Mapping[str, tuple[IntegrationKey, ...]]:
        """Name of an identity provider -> those who have it; a name that several have is nobody's."""
        found: dict[str, tuple[IntegrationKey, ...]] = defaultdict(tuple)
        for key in sorted(self.tree.providers):
            found[key.name] += (key,)
        return found

    @cached_property
    def owners_of_numbers(self) -> Mapping[str, tuple[str, ...]]:
        """Organisation number -> slugs whose file declares it: where to look, not whom to believe."""
        found: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for slug, organisation in self.tree.organisations.items():
            for number in organisation.content.spec.numbers:
                found[number] += (slug,)
        return found

    def speaks_for(self, number: str, at: datetime) -> bool:
        """Tell whether some organisation has bound a number."""
        bound = (self.view(slug, at).bound for slug in self.owners_of_numbers.get(number, ()))
        return any(number in each.numbers for each in bound if each is not None)

    def _place(self, slug: str, share: Share, usable: Prepared | None) -> None:
        old = usable.registers.get(slug) if usable else None
        view = usable.views.get(slug) if usable else None
        if old is not None and old.share.same(share) and self._seen_of(old) == old.seen:
            self.prepared.registers[slug] = old
            if view is not None:
                self.prepared.views[slug] = view
        else:
            self.prepared.registers[slug] = register(share, self._seen, old)
            if view is not None:
                self.prepared.judged[slug] = view.judged

    def _seen_of(self, old: Register) -> Mapping[str, datetime] | None:
        return None if self._seen is None else {each: self._seen[each] for each in old.records if each in self._seen}


_SPARE = 1000


def _bounded(
    remembered: dict[IntegrationKey, tuple[OrganisationView, object]], tree: Tree
) -> dict[IntegrationKey, tuple[OrganisationView, object]]:
    """Return what is remembered; nothing where it is mostly about what there was once."""
    return remembered if len(remembered) <= 2 * (len(tree.integrations) + len(tree.providers)) + _SPARE else {}
