"""What an authority said no to, or did not answer -> an outcome: who must act. The same for all that is registered. Pure."""

from __future__ import annotations

from typing import TypeVar

from sluse.errors import AuthorityUnavailable, Refused, RegistrarError, Taken
from sluse.model.held import HeldClient, HeldFederation
from sluse.model.outcome import Conflicted, Party, Rejected, Waiting
from sluse.reconcile.conditions import reason_of

HeldPart = TypeVar("HeldPart", HeldClient, HeldFederation)


def failed(error: RegistrarError, held: HeldPart) -> Waiting[HeldPart] | Rejected[HeldPart] | Conflicted[HeldPart]:
    """Translate an error of the registrar. `held` is what the ledger has."""
    match error:
        case AuthorityUnavailable():
            return Waiting("AuthorityUnavailable", error.message, Party.AUTHORITY, held, error.retry_after)
        case Refused():
            return Rejected(reason_of(error.code), error.message, held)
        case Taken():
            return Conflicted("somebody else", error.message, held)
        case _:
            return Waiting("CredentialRefused", error.message, Party.CLUSTER_OPERATOR, held)
