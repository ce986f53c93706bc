"""The tree of errors that Sluse raises on purpose.

SluseError
├── CatalogError            git or a file could not be read at all (a bad *document* is a Problem, a value)
│   └── RemoteUnavailable   the git remote does not answer, is empty, or lost the branch
├── ClusterError            the Kubernetes API refused or did not answer
│   ├── NotFound            404: the object is absent
│   ├── Conflict            409: somebody else wrote first, or owns the field
│   ├── Invalid             400 or 422: the object is not acceptable
│   ├── Forbidden           401 or 403: never read as "absent"
│   └── ClusterUnavailable  429, 5xx or no answer: try again later
├── EngineError             an engine failed for a reason of its own, not the cluster's
│   └── EngineUnusable      it can run nothing until somebody acts: a program is missing or too old, a lock is another's
├── RegistrarError          the authority refused or did not answer
│   ├── Refused             it will say the same again: the registration is not acceptable
│   ├── Unauthorised        401 or 403: our credential is not accepted; never read as "absent"
│   ├── Taken               409: somebody else holds what we asked for
│   └── AuthorityUnavailable  429, 5xx, half an answer or none: try again later
├── AcceptanceError         an acceptance test could not be carried out (a case that fails is a result, a value)
│   └── Unreachable         an address that somebody else wrote may not be asked, or does not answer properly
├── LedgerError             what was done cannot be read or written
│   └── LedgerMissing       neither genesis nor cluster object: nothing may be written
├── TrustError              a key or a signature does not count; the message says why
│   ├── BadKey              it is none of the keys that may sign
│   └── BadSignature        it is not over this text, not for this purpose, or not in the one form there is
├── MailError               a notification could not be handed over; it is kept, and tried again
│   ├── MailRefused         the server does not take this mail, or this mailbox
│   └── MailUnavailable     no mail is taken now
├── SigningError            ssh-keygen could not sign: no key, wrong passphrase, an agent without the key
├── DecisionRefused         the statement would not count, so it was not signed
├── NotLeading              this process does not lead (any more), so it may not write
└── SettingsError           the settings file or its environment variable is wrong

A user's mistake in a file is never an exception: it is a `Problem` (`sluse.model.problem`).
"""

from __future__ import annotations


class SluseError(Exception):
    """Anything Sluse raises on purpose. The message is one sentence that a person can act on."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CatalogError(SluseError):
    """Git or a file could not be read at all."""


class RemoteUnavailable(CatalogError):
    """The git remote does not answer, is empty, or lost the branch."""


class ClusterError(SluseError):
    """The Kubernetes API refused or did not answer."""


class NotFound(ClusterError):
    """404: the object is absent."""


class Conflict(ClusterError):
    """409: somebody else wrote first, or owns the field."""


class Invalid(ClusterError):
    """400 or 422: the object is not acceptable to the API server."""


class Forbidden(ClusterError):
    """401 or 403. Never read as "absent"."""


class ClusterUnavailable(ClusterError):
    """429, 5xx or no answer. `retry_after` is in seconds where the server said so."""

    def __init__(self, message: str, *, hint: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class EngineError(SluseError):
    """An engine failed for a reason of its own: its state, its lock, its programs. The cluster was not the cause."""


class EngineUnusable(EngineError):
    """The engine can run nothing until somebody acts. The hint says how."""


class RegistrarError(SluseError):
    """The authority refused or did not answer."""


class Refused(RegistrarError):
    """The registration is not acceptable. `code` is the authority's own, e.g. `invalid_scope`."""

    def __init__(self, message: str, *, hint: str | None = None, code: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class Unauthorised(RegistrarError):
    """401 or 403: our credential is not accepted. Never read as "absent"."""


class Taken(RegistrarError):
    """409: somebody else holds what we asked for."""


class AuthorityUnavailable(RegistrarError):
    """429, 5xx, half an answer or none.

    `retry_after` is in seconds where the authority said so. `may_have_acted` is False only where the request is
    known not to have been carried out (no connection, 429, 503): else a creation may have left something behind.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, retry_after: float | None = None, may_have_acted: bool = True
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        self.may_have_acted = may_have_acted


class AcceptanceError(SluseError):
    """An acceptance test could not be carried out. A case that fails is a result, never this."""


class Unreachable(AcceptanceError):
    """An address that somebody else wrote may not be asked, or does not answer properly."""


class LedgerError(SluseError):
    """What was done cannot be read or written."""


class LedgerMissing(LedgerError):
    """Neither genesis nor cluster object exists: an empty ledger on a live authority would mean duplicates."""


class TrustError(SluseError):
    """A key or a signature does not count."""


class BadKey(TrustError):
    """It is none of the keys that may sign."""


class BadSignature(TrustError):
    """It is not over this text, not for this purpose, or not in the one form there is."""


class MailError(SluseError):
    """A notification could not be handed over. Nothing of it is ever in the message."""


class MailRefused(MailError):
    """The mail server does not take this mail, or this mailbox."""


class MailUnavailable(MailError):
    """The mail server takes no mail now: it does not answer, or not as the settings demand."""


class SigningError(SluseError):
    """ssh-keygen could not sign. Nothing of a private key is ever in the message."""


class DecisionRefused(SluseError):
    """The statement would not count, so it was not signed."""


class NotLeading(SluseError):
    """We do not lead, or no more: another replica may, so nothing is sent."""


class SettingsError(SluseError):
    """The settings file, or the variable that names it, is wrong."""
