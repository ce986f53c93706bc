"""The data of `policies/`: that times run forward, that a key is one person's, and that enough people may decide."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from sluse.model.policy.calendar import ServiceWindow
from sluse.model.policy.files import PolicyFiles
from sluse.model.policy.people import SigningKey
from sluse.model.problem import Severity
from sluse.model.tree import Sourced
from sluse.rules import demo
from sluse.rules.plan import is_zone
from sluse.rules.references import KNOWN_PROVIDERS
from sluse.rules.rule import Certainty, Finding, PolicyRule
from sluse.rules.shown import shown
from sluse.rules.survey import Source
from sluse.words.said import say

Found = Iterator[tuple[Source, Finding]]


def calendar(policies: PolicyFiles) -> Found:
    """Find a zone that does not exist, and freezes and windows that end before they start, or overlap."""
    if policies.calendar is None:
        return
    source, content = _source(policies.calendar), policies.calendar.content
    if not is_zone(content.zone):
        yield (
            source,
            Finding(
                "zone",
                say("{zone} is not a time zone", zone=shown(content.zone)),
                say("Write an IANA name, as Europe/Oslo."),
            ),
        )
    for index, freeze in enumerate(content.freezes):
        if freeze.end <= freeze.start:
            message = say("The freeze ends before it starts, at {start:%Y-%m-%dT%H:%M}", start=freeze.start)
            yield source, Finding(f"freezes[{index}].end", message)
    for index, window in enumerate(content.windows):
        if window.end <= window.start:
            message = say("The window ends before it starts, at {start:%H:%M}", start=window.start)
            yield source, Finding(f"windows[{index}].end", message, say("Split a window that passes midnight."))
        elif any(_overlap(window, earlier) for earlier in content.windows[:index]):
            yield source, Finding(f"windows[{index}].start", say("The window overlaps with one above it"))


def keys(policies: PolicyFiles) -> Found:
    """Find people and environments listed twice, keys that several have, and keys that never count."""
    if policies.reviewers is not None:
        reviewers = policies.reviewers.content.reviewers
        people = [(each.person, each.keys) for each in reviewers]
        for finding in _keys("reviewers", "person", people):
            yield _source(policies.reviewers), finding
    if policies.operators is not None:
        operators = [(each.environment.value, each.keys) for each in policies.operators.content.operators]
        for finding in _keys("operators", "environment", operators):
            yield _source(policies.operators), finding


def demo_keys(policies: PolicyFiles) -> Found:
    """Find demo keys among those of reviewers, outside a repository of examples."""
    if policies.reviewers is None or demo.is_of_examples(policies):
        return
    for index, reviewer in enumerate(policies.reviewers.content.reviewers):
        for position, key in enumerate(reviewer.keys):
            if demo.is_worthless(key.key):
                finding = demo.worthless(f"reviewers[{index}].keys[{position}].key", demo.comment_of(key.key))
                yield _source(policies.reviewers), finding


def gate(policies: PolicyFiles) -> Found:
    """Find what is asked for twice, of kinds that do not pass the gate, or of more people than there are."""
    if policies.gate is None:
        return
    source, content = _source(policies.gate), policies.gate.content
    for path in (
        *_twice("deciders", "type", [each.type for each in content.deciders]),
        *_twice("suites", "kind", [each.kind for each in content.suites]),
        *_twice("terms", "name", [(each.name, each.provider) for each in content.terms]),
    ):
        yield source, Finding(path, say("This is listed above already"))
    for index, suite in enumerate(content.suites):
        if suite.kind not in _GATED:
            yield source, Finding(f"suites[{index}].kind", say("{kind} does not pass the gate", kind=shown(suite.kind)))
        for path in _twice(f"suites[{index}].cases", "case", [case.case for case in suite.cases]):
            yield source, Finding(path, say("This is listed above already"))
    for index, decider in enumerate(content.deciders):
        if decider.persons < 1:
            yield source, Finding(f"deciders[{index}].persons", say("Somebody must decide"))
        elif policies.reviewers is not None:
            reviewers = policies.reviewers.content.reviewers
            able = {each.person for each in reviewers if set(each.roles) & set(decider.roles)}
            if len(able) < decider.persons:
                message = say(
                    "{persons} must decide on {type}, and {able} may",
                    persons=decider.persons,
                    type=shown(decider.type),
                    able=len(able),
                )
                yield source, Finding(f"deciders[{index}].persons", message, severity=Severity.WARNING)


def terms(policies: PolicyFiles) -> Found:
    """Find terms for identity providers that are not live anywhere; a warning, since a file may declare one."""
    if policies.gate is None:
        return
    listed = policies.existing.content.providers if policies.existing is not None else ()
    for index, each in enumerate(policies.gate.content.terms):
        if each.provider is not None and each.provider not in (*KNOWN_PROVIDERS, *listed):
            message = say("existing-providers.yaml does not list {provider}", provider=shown(each.provider))
            finding = Finding(f"terms[{index}].provider", message, severity=Severity.WARNING)
            yield _source(policies.gate), finding


def facts(policies: PolicyFiles) -> Found:
    """Find facts about the authority that contradict each other."""
    if policies.authority is None:
        return
    source, content = _source(policies.authority), policies.authority.content
    if content.rsa_bits_warned.value < content.rsa_bits_refused.value:
        message = say("Below {bits} bits a key is refused already", bits=content.rsa_bits_refused.value)
        yield source, Finding("rsaBitsWarned.value", message)
    for path in _twice("levels.value", "value", [each.value for each in content.levels.value]):
        yield source, Finding(path, say("This is listed above already"))
    for index, each in enumerate(content.levels.value):
        if each.value == content.refused_level.value:
            message = say("{value} is the level that no service accepts", value=shown(each.value))
            yield source, Finding(f"levels.value[{index}].value", message)


_GATED = ("ServiceIntegration", "IdentityProvider")


def _keys(group: str, field: str, owners: Sequence[tuple[str, Sequence[SigningKey]]]) -> Iterator[Finding]:
    for path in _twice(group, field, [owner for owner, _ in owners]):
        yield Finding(path, say("This is listed above already"))
    seen: dict[str, str] = {}
    for index, (owner, owned) in enumerate(owners):
        for position, key in enumerate(owned):
            path = f"{group}[{index}].keys[{position}]"
            blob = key.key.split(maxsplit=2)[1]
            if blob in seen:
                whose = (
                    say("{owner} has it already", owner=shown(owner))
                    if seen[blob] == owner
                    else say("it is {seen}'s", seen=shown(seen[blob]))
                )
                yield Finding(f"{path}.key", say("The key stands here twice: {whose}", whose=whose))
            seen.setdefault(blob, owner)
            for name, moment in (("validUntil", key.valid_until), ("retired", key.retired)):
                if moment is not None and moment <= key.valid_from:
                    yield Finding(f"{path}.{name}", say("The key ends before it begins, so it never counts"))


def _overlap(one: ServiceWindow, other: ServiceWindow) -> bool:
    return bool(set(one.days) & set(other.days)) and one.start < other.end and other.start < one.end


def _twice(group: str, field: str, names: Sequence[Hashable]) -> Iterator[str]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"{group}[{index}].{field}"


def _source(file: Sourced[Any]) -> Source:
    return Source(file.path, "", file.locate)


_OWN = "Sluse: the data of policies/"

RULES = (
    PolicyRule(
        id="calendar-order",
        why="A freeze that ends before it starts stops nothing, and nobody would notice until it was needed.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="Correct the times; they are local in `zone`.",
        check=calendar,
    ),
    PolicyRule(
        id="signer-twice",
        why="Two people who share a key would count as two who decided.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="One entry for each person or environment, and one for each key.",
        check=keys,
    ),
    PolicyRule(
        id="demo-signer",
        why="The operator lets nobody decide with a key that everybody has.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="Use the reviewer's own key.",
        check=demo_keys,
    ),
    PolicyRule(
        id="gate-policy",
        why="What is asked for twice can be read two ways, and what nobody can give holds everybody for ever.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="Correct the entry.",
        check=gate,
    ),
    PolicyRule(
        id="terms-provider-unknown",
        why="Terms for a mistyped identity provider are asked of nobody.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="Correct the name, or leave it: an IdentityProvider of this name may be declared in a file.",
        check=terms,
    ),
    PolicyRule(
        id="authority-facts",
        why="Files would be refused and taken by facts that cannot both be true.",
        source=_OWN,
        certainty=Certainty.OWN,
        hint="Correct one of the two.",
        check=facts,
    ),
)
