"""Demo keys: made from public labels, so that anybody has the private half. At home in the examples and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Severity
from sluse.rules.rule import Certainty, Finding, TreeRule
from sluse.rules.shown import shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

PREFIX = "demo-"
"""What the `kid`, or the comment, of every demo key begins with."""

_EXAMPLES = ".example"


def keys(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find demo keys outside a repository of examples; nothing where nobody knows whose repository it is."""
    if survey.policies is None or is_of_examples(survey.policies):
        return
    for key_file, jwks in survey.tree.keys.items():
        source = Source(jwks.path, str(key_file.client.integration_key), jwks.locate)
        for index, key in enumerate(jwks.content.keys):
            if key.kid.startswith(PREFIX):
                yield source, worthless(f"keys[{index}].kid", key.kid)
    for organisation in survey.tree.organisations.values():
        for index, maintainer in enumerate(organisation.content.spec.maintainers):
            if is_worthless(maintainer.key):
                finding = worthless(f"spec.maintainers[{index}].key", comment_of(maintainer.key))
                yield Source.of(organisation), finding


def is_of_examples(policies: PolicyFiles) -> bool:
    """Tell whether the repository holds invented organisations only: its id is a host under `.example`."""
    return policies.repository is not None and policies.repository.content.id.endswith(_EXAMPLES)


def comment_of(key: str) -> str:
    """Return the comment of an SSH public key's line."""
    return (key.split(maxsplit=2)[2:] or [""])[0]


def is_worthless(key: str) -> bool:
    """Tell whether an SSH public key's line says that it is a demo key."""
    return comment_of(key).startswith(PREFIX)


def worthless(path: str, name: str) -> Finding:
    """Return the finding for a demo key at a place."""
    return Finding(
        path, say("{name} is a demo key: everybody has its private half", name=shown(name)), severity=Severity.WARNING
    )


RULES = (
    TreeRule(
        id="demo-key",
        why="The operator lets nobody sign or log in with a key that everybody has.",
        source="Sluse: demo keys are derived from public labels, and `kid` or comment begins with demo-",
        certainty=Certainty.OWN,
        hint="Make a key pair of your own; keep its private half.",
        check=keys,
    ),
)
