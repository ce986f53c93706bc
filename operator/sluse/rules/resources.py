"""What no object of a cluster may hold, whoever writes it: private keys and persons' numbers.

A private member of a JWK cannot get into a custom resource at all: the schema does not have it, and the API server
drops what a schema does not have. In a ConfigMap it would be text, and as text it is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluse.rules import personal, private_keys
from sluse.rules.request import Manifest, text
from sluse.rules.rule import Certainty, Finding, ResourceRule


def private_key(manifest: Manifest) -> Iterator[Finding]:
    """Find a private key in any text of an object; the key is never repeated."""
    whole = text(manifest)
    if private_keys.armours(whole) or private_keys.member(whole):
        yield Finding("", "A private key stands in it")


def encoded_private_key(manifest: Manifest) -> Iterator[Finding]:
    """Find a key file in base64, as a Secret's `data` have it, or twice; anywhere else nobody would look into it."""
    if private_keys.encoded(text(manifest)) is not None:
        yield Finding("", "A private key in base64 stands in it")


def person(manifest: Manifest) -> Iterator[Finding]:
    """Find a personal identity number in any text of an object; the number is never repeated."""
    if personal.told(text(manifest)):
        yield Finding("", "A personal identity number (fødselsnummer or D-number) stands in it")


def binary(manifest: Manifest) -> Iterator[Finding]:
    """Find content that no rule looks into: of base64, CEL can find the few words that a key file begins with."""
    if manifest.get("binaryData"):
        yield Finding("", "It has binaryData, which nobody looks into")


def _quoted(pattern: str) -> str:
    return "'" + pattern.replace("\\", "\\\\") + "'"


def _without(forms: Iterable[str]) -> str:
    return f"!({' || '.join(f'variables.text.contains({_quoted(form)})' for form in forms)})"


RULES = (
    ResourceRule(
        id="resource-private-key",
        why="Whoever may read a custom resource or a ConfigMap would have the key; only Secrets hold secrets.",
        source="Sluse: clients keep their private keys, and nothing secret is in a custom resource",
        certainty=Certainty.OWN,
        hint="Treat the key as lost and make a new one; its private half stays where the service runs.",
        check=private_key,
        cel=(
            # An API server counts what a pattern costs, and a large ledger may cost too much: so a plain look comes first.
            "!((variables.text.contains('PRIVATE KEY') || variables.text.contains('PuTTY'))"
            f" && variables.text.matches({_quoted(private_keys.ARMOUR)}))"
            f" && !(variables.text.contains('kty') && variables.text.matches({_quoted(private_keys.MEMBER)}))"
        ),
    ),
    ResourceRule(
        id="resource-encoded-private-key",
        why="Base64 hides nothing: whoever may read a custom resource or a ConfigMap would have the key. An API server cannot decode, so"
        " it sees a key file in base64 on long lines, twice only in 256 KiB, and no JWK there.",
        source="Sluse: clients keep their private keys, and nothing secret is in a custom resource",
        certainty=Certainty.OWN,
        hint="Treat the key as lost and make a new one; its private half stays where the service runs.",
        check=encoded_private_key,
        # A rule of its own: an API server lets each expression cost so much, and a look through a large ledger is dear.
        cel=f"{_without(private_keys.ENCODED)}"
        f" && (variables.text.size() > {private_keys.TWICE_MOST} || {_without(private_keys.TWICE)})",
    ),
    ResourceRule(
        id="resource-personal-identifier",
        why="Custom resources and ConfigMaps are shown, logged and backed up; a person's number in one is everywhere.",
        source="Sluse: no personal identifier is in git, a custom resource or a log",
        certainty=Certainty.OWN,
        hint="Use an alias; identifiers, synthetic ones too, are kept outside.",
        check=person,
        cel=personal.cel("variables.text"),
    ),
    ResourceRule(
        id="resource-binary-data",
        why="A private key or a person's number in base64 cannot be found there.",
        source="Sluse: nothing secret and no personal identifier is in a ConfigMap",
        certainty=Certainty.OWN,
        hint="Put text into data, and what is secret into a Secret.",
        check=binary,
        cel="!variables.binary",
    ),
)
