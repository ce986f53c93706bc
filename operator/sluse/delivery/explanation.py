"""One integration, explained: what of it is bound by what, and how test, production, HEAD and the accepted differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sluse.delivery.verdicts import Verdict
from sluse.gate.verdict import Entitled
from sluse.model import digests
from sluse.model.classes import FIELD_CLASSES
from sluse.model.digests import Gated
from sluse.model.service_integration import ServiceIntegration
from sluse.words.said import Translate, say

Leaves = Mapping[str, object]


@dataclass(frozen=True)
class Difference:
    """A field that two sides have differently; None where a side has none."""

    path: str
    left: object
    right: object


@dataclass(frozen=True)
class Explanation:
    """`stages`: the rung in each environment, as published. `document` is None where HEAD has no file any more."""

    verdict: Verdict
    document: Gated | None
    stages: Mapping[str, str]

    @property
    def digests(self) -> Mapping[str, tuple[str | None, str | None]]:
        """Return (HEAD's, the accepted) digest of each kind."""
        head = self.document
        snapshot = self.verdict.entitlement.snapshot if isinstance(self.verdict.entitlement, Entitled) else None
        return {
            "T": (digests.sha256(digests.tested(head)) if head else None, snapshot.tested if snapshot else None),
            "P": (
                digests.sha256(digests.production(head)) if head else None,
                snapshot.production if snapshot else None,
            ),
        }

    def classes(self) -> Iterator[tuple[str, str]]:
        """Yield (field, class) as in the one table of classes."""
        kind = self.document.kind if self.document is not None else None
        for path, field_class in FIELD_CLASSES.get(kind or "", {}).items():
            yield path, field_class.value

    def between_environments(self) -> tuple[Difference, ...]:
        """Return where test and production differ."""
        if self.document is None:
            return ()
        if isinstance(self.document, ServiceIntegration):
            found: list[Difference] = []
            for client in self.document.spec.clients:
                values = client.production.wire() if client.production is not None else {}
                found += _differences(leaves(client.test.wire()), leaves(values), f"clients[{client.name}].")
            return tuple(found)
        spec = self.document.spec
        values = spec.production.wire() if spec.production is not None else {}
        return tuple(_differences(leaves(spec.test.wire()), leaves(values), ""))

    def since_accepted(self) -> tuple[Difference, ...]:
        """Return where what is accepted differs from HEAD."""
        if self.document is None or not isinstance(self.verdict.entitlement, Entitled):
            return ()
        snapshot = self.verdict.entitlement.snapshot
        tested, production = digests.tested(self.document), digests.production(self.document)
        return (
            *_differences(leaves(snapshot.tested_body.get("tested")), leaves(tested.get("tested")), ""),
            *_differences(leaves(snapshot.production_body.get("production")), leaves(production.get("production")), ""),
        )

    def lines(self, words: Translate) -> Iterator[str]:
        """Yield everything for people."""
        key = self.verdict.key
        yield str(key) if self.document else words(say("{key}: HEAD has no file of it any more", key=key))
        for environment, stage in self.stages.items():
            yield f"  {words(environment):<11} {stage}"
        yield words(say("digests"))
        for name, (head, accepted) in self.digests.items():
            same = "" if head != accepted else f"  ({words(say('the same'))})"
            yield f"  {name}  HEAD {head or '-'}"
            yield f"     {words(say('accepted'))} {accepted or '-'}{same}"
        yield words(say("who must act next"))
        yield from self.verdict.details(words)
        yield words(say("test / production"))
        yield from _shown(self.between_environments(), words(say("test and production have the same values")))
        yield words(say("accepted / HEAD"))
        yield from _shown(self.since_accepted(), words(self._unchanged()))
        yield words(say("class of each field"))
        yield from (f"  {words(field_class):<11} {path}" for path, field_class in self.classes())

    def wire(self, words: Translate) -> dict[str, object]:
        """Return the JSON-able form."""
        return {
            **self.verdict.wire(words),
            "stages": dict(self.stages),
            "digests": {name: {"head": head, "accepted": accepted} for name, (head, accepted) in self.digests.items()},
            "testAndProduction": [_wire(each, "test", "production") for each in self.between_environments()],
            "acceptedAndHead": [_wire(each, "accepted", "head") for each in self.since_accepted()],
            "classes": dict(self.classes()),
        }

    def _unchanged(self) -> str:
        accepted = isinstance(self.verdict.entitlement, Entitled)
        if accepted:
            return say("HEAD says what is accepted")
        return say("nothing is accepted that it could be compared with")


def leaves(node: object, path: str = "") -> Leaves:
    """Return the leaves of a JSON-able value by path; items of a list with a name go by it, others by their value."""
    if isinstance(node, Mapping):
        return {name: leaf for key, value in node.items() for name, leaf in leaves(value, f"{path}.{key}" if path else str(key)).items()}  # fmt: skip
    if isinstance(node, list | tuple):
        found: dict[str, object] = {}
        for item in node:
            named = isinstance(item, Mapping) and "name" in item
            if named and isinstance(item, Mapping):
                found |= leaves({key: value for key, value in item.items() if key != "name"}, f"{path}[{item['name']}]")
            elif isinstance(item, Mapping):
                found[f"{path}[{digests.canonical(item).decode()}]"] = True
            else:
                found[f"{path}[{item}]"] = True
        return found
    return {} if node is None else {path: node}


def _differences(left: Leaves, right: Leaves, prefix: str) -> list[Difference]:
    paths = sorted({*left, *right})
    return [Difference(f"{prefix}{path}", left.get(path), right.get(path)) for path in paths if left.get(path) != right.get(path)]  # fmt: skip


def _shown(differences: tuple[Difference, ...], otherwise: str) -> Iterator[str]:
    if not differences:
        yield f"  {otherwise}"
    for each in differences:
        if isinstance(each.left, bool) or isinstance(each.right, bool):
            yield f"  {'-' if each.right is None else '+' if each.left is None else '~'} {each.path}"
        else:
            yield f"  ~ {each.path}: {_value(each.left)} / {_value(each.right)}"


def _value(value: object) -> str:
    return "-" if value is None else str(value)


def _wire(difference: Difference, left: str, right: str) -> dict[str, object]:
    return {"field": difference.path, left: difference.left, right: difference.right}
