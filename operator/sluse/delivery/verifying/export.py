"""Every signed statement at HEAD as files that ssh-keygen takes, so that nobody has to believe this program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sluse.catalog import policies
from sluse.catalog.git.standing import StandingClone
from sluse.delivery.verifying.integrations import Integrations
from sluse.errors import BadSignature, CatalogError
from sluse.gate.people import key_ids
from sluse.model.digests import canonical
from sluse.model.policy.bundle import Roots, SignedManifest
from sluse.model.policy.people import SigningKey
from sluse.model.statement import MANIFEST_NAMESPACE, StatementType, namespace
from sluse.model.tree import Tree
from sluse.trust import sshsig
from sluse.words.said import say

NOBODY = "nobody"
_NAMESPACES = tuple(dict.fromkeys(namespace(each) for each in StatementType))
_ANY_TIME = "20000101000000Z"  # of the manifest: roots are pinned without a time


@dataclass
class _Allowed:
    """Lines of the allowed_signers files by namespace, and whose key each is."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    principals: dict[tuple[str, str], str] = field(default_factory=dict)

    def allow(self, principal: str, purpose: str, line: str, options: str = "") -> None:
        key = " ".join(line.split()[:2])
        row = f'{principal} namespaces="{purpose}"{options} {key}'
        if row not in self.lines.setdefault(purpose, []):
            self.lines[purpose].append(row)
        for key_id in key_ids([key]):
            self.principals.setdefault((purpose, key_id), principal)

    def principal(self, purpose: str, armoured: str) -> str:
        try:
            return self.principals.get((purpose, sshsig.parse(armoured).key.key_id), NOBODY)
        except BadSignature:
            return NOBODY


def exported(folder: Path, roots: Roots | None, into: Path) -> int:
    """Write what HEAD of a clone has; return how many signatures. CatalogError where `into` holds something already."""
    with StandingClone(folder) as clone:
        integrations = Integrations(clone, roots)
        if integrations.head is None:
            raise CatalogError(say("the clone has no commit of the integrations"), hint=say("fetch their branch"))
        tree, contents = integrations.whole(integrations.head), integrations.contents(integrations.head)
    read = policies.read(contents)
    allowed = _allowed(tree, read.models.reviewers.content.reviewers if read.models.reviewers else (), roots)
    files: dict[str, bytes] = {}
    rows = [*_statements(tree, allowed, files)]
    if read.manifest is not None:
        rows += _manifest(read.manifest, allowed, files)
    for purpose, lines in allowed.lines.items():
        files[f"allowed_signers/{purpose}"] = "".join(f"{line}\n" for line in lines).encode()
    files["signatures.tsv"] = "".join("\t".join(row) + "\n" for row in rows).encode()
    files["README.md"] = _README.encode()
    _write(into, files)
    return len(rows)


def _allowed(tree: Tree, reviewers: Any, roots: Roots | None) -> _Allowed:
    allowed = _Allowed()
    for line in roots.keys if roots is not None else ():
        allowed.allow("root", MANIFEST_NAMESPACE, line)
    for reviewer in reviewers:
        for key in reviewer.keys:
            for purpose in _NAMESPACES:
                allowed.allow(reviewer.person, purpose, key.key, _validity(key))
    for slug, line in _maintainers(tree):
        for purpose in _NAMESPACES:
            allowed.allow(slug, purpose, line)
    return allowed


def _maintainers(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the keys that an organisation has, and those that it had when it was bound."""
    for slug, sourced in tree.organisations.items():
        yield from ((slug, each.key) for each in sourced.content.spec.maintainers)
    for (slug, _), accepted in tree.accepted.items():
        identity = accepted.body.get("identity")
        if isinstance(identity, Mapping):
            yield from ((slug, each["key"]) for each in identity.get("maintainers", ()))


def _validity(key: SigningKey) -> str:
    ends = [each for each in (key.valid_until, key.retired, key.revoked_since) if each is not None]
    until = f',valid-before="{_stamp(min(ends))}"' if ends else ""
    return f',valid-after="{_stamp(key.valid_from)}"{until}'


def _statements(tree: Tree, allowed: _Allowed, files: dict[str, bytes]) -> Iterator[tuple[str, ...]]:
    tests = ((each.path, each.content.spec) for each in tree.acceptance_tests.values())
    decisions = ((each.path, each.content.spec) for each in tree.decisions.values())
    for file, spec in (*tests, *decisions):
        place = f"statements/{file.partition('/')[2].removesuffix('.yaml')}"
        files[f"{place}/statement.json"] = spec.statement.signed_bytes
        purpose, at = namespace(spec.statement.type), _stamp(spec.statement.issued_at)
        yield from _signatures(f"{place}/statement.json", spec.signatures, purpose, at, allowed, files)


def _manifest(signed: SignedManifest, allowed: _Allowed, files: dict[str, bytes]) -> Iterator[tuple[str, ...]]:
    files["manifest/manifest.json"] = canonical(signed.manifest.wire())
    yield from _signatures("manifest/manifest.json", signed.signatures, MANIFEST_NAMESPACE, _ANY_TIME, allowed, files)


def _signatures(
    path: str, signatures: tuple[str, ...], purpose: str, at: str, allowed: _Allowed, files: dict[str, bytes]
) -> Iterator[tuple[str, ...]]:
    for number, armoured in enumerate(signatures, 1):
        signature = f"{path}.{number}.sig"
        files[signature] = (armoured.removesuffix("\n") + "\n").encode()
        yield path, signature, purpose, allowed.principal(purpose, armoured), at


def _write(into: Path, files: Mapping[str, bytes]) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise CatalogError(say("{into} is not empty", into=into), hint=say("name a folder that is not there yet"))
        for path, content in files.items():
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise CatalogError(say("{into} cannot be written: {reason}", into=into, reason=error.strerror)) from None


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%SZ}"


_README = """\
# Signatures, to be verified with ssh-keygen alone

- `statements/…/statement.json`: the very bytes that were signed, and beside them each signature.
- `manifest/manifest.json`: what the roots signed of `policies/`.
- `allowed_signers/<namespace>`: whose keys these are: reviewers of `policies/reviewers.yaml` with the time in which a key
  counts, organisations with the keys of their file and of what was bound of it, and the roots, if any were pinned.
- `signatures.tsv`: one row for each signature: file, signature, namespace, who, and the time that it was made.

This shows who signed which bytes. Whether that person may decide it, and what follows, is what `sluse gate` says. `nobody`
is a signer that no file names, and its verification fails; without pinned roots that is so for the manifest.

All of them, with OpenSSH 9.1 or newer:

```sh
failed=0
while read -r file signature namespace who at; do
  ssh-keygen -Y verify -f "allowed_signers/$namespace" -I "$who" -n "$namespace" -Overify-time="$at" \\
    -s "$signature" < "$file" || { echo "NOT VERIFIED: $signature" >&2; failed=1; }
done < signatures.tsv
test "$failed" -eq 0
```
"""
