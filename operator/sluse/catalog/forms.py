"""What each form of text looks like, said in words: a pattern is no message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sluse.model import client_installation, keys, records, service_integration, statement, value
from sluse.words.said import say


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


_SLUG = (
    say("must be lower-case letters, digits and hyphens"),
    say("It begins and ends with a letter or digit, and has at most 40 characters."),
)


FORMS: Mapping[str, tuple[str, str]] = {
    _pattern(value.Slug): _SLUG,
    _pattern(value.Line): (say("must be one line without tabs"), say("Remove the line break or tab.")),
    _pattern(value.OrganisationNumber): (say("must be nine digits"), say("Write it without spaces, in quotes.")),
    _pattern(value.Domain): (
        say("must be a domain name"),
        say("Write it as `journal.example`: no scheme, path or capitals."),
    ),
    _pattern(value.Url): (say("must be an address"), say("Write it in full, as https://journal.example/signin-oidc.")),
    _pattern(value.Scope): (say("must be a scope"), say("A scope has no spaces, quotes or backslashes.")),
    _pattern(value.ClaimType): (say("must be a claim type"), say("A claim type has no spaces.")),
    _pattern(value.Mailbox): (
        say("must be a mail address"),
        say("Write a function mailbox, as drift@journal.example."),
    ),
    _pattern(value.Phone): (say("must be a telephone number"), say("Write digits and spaces, as +47 55 50 00 00.")),
    _pattern(value.SshPublicKey): (
        say("must be an SSH public key"),
        say("Paste the line of the .pub file; it begins with ssh-ed25519 or sk-ssh-ed25519@openssh.com."),
    ),
    _pattern(value.Sha256): (say("must be a SHA-256 digest"), say("It has 64 hexadecimal digits, lower case.")),
    _pattern(value.KeyId): (say("must be a key's fingerprint"), say("Write it as ssh-keygen -l prints it, SHA256:… .")),
    _pattern(value.Armoured): (
        say("must be an armoured SSH signature"),
        say("It begins with -----BEGIN SSH SIGNATURE----- and ends with -----END SSH SIGNATURE-----, one line each."),
    ),
    _pattern(value.Cidr): (say("must be a network"), say("Write it as 91.186.66.76/32.")),
    _pattern(value.Zone): (say("must be a time zone"), say("Write an IANA name, as Europe/Oslo.")),
    _pattern(keys._Base64Url): (say("must be base64url"), say("It has letters, digits, - and _ only, without `=`.")),  # noqa: SLF001 - the JWK's own form
    _pattern(keys._Name): (say("must be a name without spaces"), say("Use printable ASCII characters.")),  # noqa: SLF001 - the JWK's own form
    _pattern(statement.Nonce): (
        say("must be letters, digits, - and _"),
        say("It is random, and made by the command that signs."),
    ),
    _pattern(client_installation.IntegrationName): (
        say("must name a document of another file"),
        say("Write organisation and name with a dot between, as fjordlegen.journal."),
    ),
    _pattern(service_integration.RedirectSlot): (
        say("must be an https address whose first label is `*`"),
        say("Write it as https://*.journal.example/signin-oidc; the star stands for one label, the customer's."),
    ),
    _pattern(records.RecordName): (_SLUG[0], say("It is `<subject>-<n>-<type>`, as the path says.")),
}
