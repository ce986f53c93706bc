"""A change that somebody who holds the old form would notice, as a value, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_BESIDE = "keep it, add the new one beside it, and drop the old one with the version that has it (decision 0021)"
_WIDEN = "leave it as it was, or make it wider; a rule of `sluse check` may be stricter than a form"
_OPTIONAL = "make it optional, or give the new field a default"

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "FieldRemoved": _BESIDE,
        "TypeChanged": _BESIDE,
        "FieldRequired": _OPTIONAL,
        "ValueRemoved": "keep the value in the list; the operator may cease to write it",
        "BoundNarrowed": _WIDEN,
        "PatternChanged": _WIDEN,
        "FormatChanged": _WIDEN,
        "RuleAdded": "let the rule begin with `!has(self.<a new field>) ||`, so that no old object meets it; else "
        "make it a rule of `sluse check`",
        "ListTypeChanged": "leave it: field managers own parts of a list by its type",
        "DefaultChanged": "leave the default: what old objects and digests leave out would mean something else",
        "UnknownFieldsDropped": "leave x-kubernetes-preserve-unknown-fields until nobody writes such fields",
        "KeywordChanged": "leave the keyword, or teach sluse.desired.evolution what a change of it means",
        "NameChanged": "leave the name; another kind is a new definition beside this one",
        "DefinitionRemoved": "keep the definition; removing it deletes every object of it",
        "VersionRemoved": "keep serving the version until a release after the one that served both",
        "StorageMoved": "serve the new version in one release, and store it from the next one on",
        "SubresourceRemoved": "keep the subresource: without `status`, a write of the spec clears it",
        "FormRemoved": "keep reading the form: what is signed, stored or mailed out is never rewritten",
    }
)
"""What to do instead, by reason: the whole list of reasons."""


@dataclass(frozen=True, order=True)
class Breaking:
    """`path` leads to the place in the form, such as `spec.registration.scopes[]`; `message` says what changed there."""

    path: str
    reason: str
    message: str

    @property
    def remedy(self) -> str:
        """What to do instead."""
        return REMEDIES[self.reason]

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}: {self.message}\n  hint: {self.remedy}"
