"""Names, labels and the other bookkeeping of ObjectMeta: what is checked and what the server fills in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from sluse.sandbox.kube.status import Cause, Object

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_KEY = re.compile(
    r"(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character, and be at most 63 characters"
)
_KEY_RULE = (
    "must be a qualified name: an optional DNS subdomain and '/', then at most 63 of letters, digits, '-', '_', '.'"
)
_ANNOTATIONS = 256 * 1024
_LABEL_NAMED = frozenset({("", "namespaces"), ("", "services")})
_PATH_NAMED = frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"})
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def generated_name(prefix: str) -> str:
    """Return the prefix with five random characters, as the server completes generateName."""
    return prefix[:58] + "".join(secrets.choice(_ALPHABET) for _ in range(5))


def metadata_causes(key: tuple[str, str], metadata: Object) -> Iterator[Cause]:
    """Yield what is wrong with the metadata of an object of this resource."""
    yield from _name_causes(key, metadata["name"])
    for name, value in (metadata.get("labels") or {}).items():
        yield from _key_causes("metadata.labels", name)
        if isinstance(value, str) and (len(value) > 63 or not _VALUE.fullmatch(value)):
            yield Cause("FieldValueInvalid", f'Invalid value: "{value}": {_VALUE_RULE}', "metadata.labels")
    annotations = metadata.get("annotations") or {}
    for name in annotations:
        yield from _key_causes("metadata.annotations", name.lower())
    if sum(len(name) + len(str(value)) for name, value in annotations.items()) > _ANNOTATIONS:
        sentence = f"Too long: may not be more than {_ANNOTATIONS} bytes"
        yield Cause("FieldValueTooLong", sentence, "metadata.annotations")
    for name in metadata.get("finalizers") or ():
        yield from _key_causes("metadata.finalizers", name)
    owners = metadata.get("ownerReferences") or ()
    if sum(1 for owner in owners if owner.get("controller")) > 1:
        sentence = "Invalid value: Only one reference can have Controller set to true"
        yield Cause("FieldValueInvalid", sentence, "metadata.ownerReferences")


def _name_causes(key: tuple[str, str], name: str) -> Iterator[Cause]:
    if key[1] in _PATH_NAMED:
        if name in {".", ".."} or "/" in name or "%" in name:
            yield Cause(
                "FieldValueInvalid", f"Invalid value: \"{name}\": may not be or contain '.', '/', '%'", "metadata.name"
            )
    elif key in _LABEL_NAMED:
        if len(name) > 63 or not _LABEL.fullmatch(name):
            yield Cause("FieldValueInvalid", f'Invalid value: "{name}": {_LABEL_RULE}', "metadata.name")
    elif len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        yield Cause("FieldValueInvalid", f'Invalid value: "{name}": {_SUBDOMAIN_RULE}', "metadata.name")


def _key_causes(field: str, name: str) -> Iterator[Cause]:
    if not _KEY.fullmatch(name):
        yield Cause("FieldValueInvalid", f'Invalid value: "{name}": name part {_KEY_RULE}', field)
