"""What NHN has bound of an organisation, and since when: its numbers, its domains, and whose keys speak for it.

Production believes no organisation's file: an edit of it must not make anybody a maintainer. A binding counts for
what is signed from its own moment until the next, so a key that was bound then keeps its statements. The body of an
older binding is `accepted/<digest O>.json`; of the newest it may be the file itself.

A maintainer may change what is bound, with a key in force: hand over to other keys, give up numbers and domains. Only
NHN adds numbers or domains, since those decide whom the organisation can act for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from sluse.gate.chain import Chain, ancestors
from sluse.gate.people import key_ids
from sluse.gate.record import Record
from sluse.gate.verdict import Reason
from sluse.model import digests
from sluse.model.names import Digest
from sluse.model.organisation import Maintainer, Organisation
from sluse.model.outcome import Party
from sluse.model.statement import StatementType, Verdict
from sluse.model.value import Value
from sluse.words.said import say


class _Identity(Value):
    """The member `identity` of the body whose digest is O."""

    numbers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    maintainers: tuple[Maintainer, ...] = ()


@dataclass(frozen=True)
class Bound:
    """What counts from `since` on. `known` is False where the body is nowhere in the tree: then it says nothing."""

    digest: Digest
    since: datetime
    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    maintainers: frozenset[str] = frozenset()
    known: bool = True


@dataclass(frozen=True)
class Bodies:
    """Where the bodies of bindings are found: the organisation's file, and its accepted files."""

    slug: str
    organisation: Organisation | None
    accepted: Mapping[Digest, Mapping[str, object]]

    def bind(self, record: Record) -> Bound:
        """Return what a decision over digest O binds."""
        wanted = Digest(record.statement.organisation or "")
        since = record.statement.issued_at
        body = self.accepted.get(wanted)
        if body is None and self.organisation is not None:
            body = digests.organisation(self.organisation)
        if body is None or digests.sha256(body) != wanted or body.get("organisation") != self.slug:
            return Bound(wanted, since, known=False)
        try:
            identity = _Identity.model_validate(body.get("identity"))
        except ValidationError:
            return Bound(wanted, since, known=False)
        keys = frozenset(key_ids(each.key for each in identity.maintainers))
        return Bound(wanted, since, frozenset(identity.numbers), frozenset(identity.domains), keys)


def bindings(chain: Chain, bodies: Bodies) -> tuple[Bound, ...]:
    """Return what was bound, oldest first. A later rejection of the same digest takes a binding back."""
    found: list[Bound] = []
    for record in chain.in_force(StatementType.ORGANISATION):
        if record.statement.verdict is Verdict.APPROVED:
            found.append(bodies.bind(record))
        else:
            found = [each for each in found if each.digest != record.statement.organisation]
    return tuple(found)


def at(bound: Sequence[Bound], moment: datetime) -> Bound | None:
    """Return what was bound at a moment."""
    return next((each for each in reversed(bound) if each.since <= moment), None)


def own_changes(
    records: Mapping[Digest, Record], flaws: Mapping[Digest, Reason], own: Collection[Digest], bodies: Bodies
) -> dict[Digest, Reason]:
    """Return why changes that an organisation's own people signed (`own`) do not count.

    `records` are all of its chain. Judged in the chain's own order, since each is measured by what it follows.
    """
    before = ancestors(records)
    unsound: dict[Digest, Reason] = {}
    for each in sorted(own, key=lambda each: len(before[each])):
        record = records[each]
        followed = [
            records[other]
            for other in before[each]
            if other in records and other not in flaws and other not in unsound
            and records[other].statement.type is StatementType.ORGANISATION
            and records[other].statement.verdict is Verdict.APPROVED
        ]  # fmt: skip
        latest = max(followed, key=lambda other: len(before[other.id]), default=None)
        message = _refused(record, bodies, None if latest is None else bodies.bind(latest))
        if message is not None:
            unsound[each] = Reason(
                "NotMaintainer",
                say("{record} does not count: {why}", record=record.named, why=message),
                Party.REVIEWER,
            )
    return unsound


def _refused(record: Record, bodies: Bodies, current: Bound | None) -> str | None:
    signer = record.statement.signer
    if current is None or signer not in current.maintainers:
        return say("{signer} is neither a reviewer's key nor a maintainer's that is in force", signer=signer)
    wanted = bodies.bind(record)
    added = sorted((wanted.numbers - current.numbers) | (wanted.domains - current.domains))
    return say("only NHN adds numbers or domains, and it adds {added}", added=", ".join(added)) if added else None
