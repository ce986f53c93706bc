"""What each form of text looks like, said in words: a pattern is no message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sluse.model import client_installation, keys, records, service_integration, statement, value


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


_SLUG = (
    "must be lower-case letters, digits and hyphens",
    "It begins and ends with a letter or digit, and has at most 40 characters.",
)


FORMS: Mapping[str, tuple[str, str]] = {
    _pattern(value.Slug): _SLUG,
    _pattern(value.Line): ("must be one line without tabs", "Remove the line break or tab."),
    _pattern(value.OrganisationNumber): ("must be nine digits", "Write it without spaces, in quotes."),
    _pattern(value.Domain): ("must be a domain name", "Write it as `journal.example`: no scheme, path or capitals."),
    _pattern(value.Url): ("must be an address", "Write it in full, as https://journal.example/signin-oidc."),
    _pattern(value.Scope): ("must be a scope", "A scope has no spaces, quotes or backslashes."),
    _pattern(value.ClaimType): ("must be a claim type", "A claim type has no spaces."),
    _pattern(value.Mailbox): ("must be a mail address", "Write a function mailbox, as drift@journal.example."),
    _pattern(value.Phone): ("must be a telephone number", "Write digits and spaces, as +47 55 50 00 00."),
    _pattern(value.SshPublicKey): (
        "must be an SSH public key",
        "Paste the line of the .pub file; it begins with ssh-ed25519 or sk-ssh-ed25519@openssh.com.",
    ),
    _pattern(value.Sha256): ("must be a SHA-256 digest", "It has 64 hexadecimal digits, lower case."),
    _pattern(value.KeyId): ("must be a key's fingerprint", "Write it as ssh-keygen -l prints it, SHA256:… ."),
    _pattern(value.Armoured): (
        "must be an armoured SSH signature",
        "It begins with -----BEGIN SSH SIGNATURE----- and ends with -----END SSH SIGNATURE-----, one line each.",
    ),
    _pattern(value.Cidr): ("must be a network", "Write it as 91.186.66.76/32."),
    _pattern(value.Zone): ("must be a time zone", "Write an IANA name, as Europe/Oslo."),
    _pattern(keys._Base64Url): ("must be base64url", "It has letters, digits, - and _ only, without `=`."),  # noqa: SLF001 - the JWK's own form
    _pattern(keys._Name): ("must be a name without spaces", "Use printable ASCII characters."),  # noqa: SLF001 - the JWK's own form
    _pattern(statement.Nonce): (
        "must be letters, digits, - and _",
        "It is random, and made by the command that signs.",
    ),
    _pattern(client_installation.IntegrationName): (
        "must name a document of another file",
        "Write organisation and name with a dot between, as fjordlegen.journal.",
    ),
    _pattern(service_integration.RedirectSlot): (
        "must be an https address whose first label is `*`",
        "Write it as https://*.journal.example/signin-oidc; the star stands for one label, the customer's.",
    ),
    _pattern(records.RecordName): (_SLUG[0], "It is `<subject>-<n>-<type>`, as the path says."),
}
