"""Who is who in one sandbox: made anew at each start, with random tokens, known to nobody else.

The operators are the same users that the RBAC manifests name, so what they may do here is what they may do anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sluse.desired.access import operator_user
from sluse.model.names import Environment
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.remote import Pusher


def _token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class People:
    """Identities at the Kubernetes API and at the git remote, and the initial access token of each authority."""

    admin: Identity
    operators: dict[Environment, Identity]
    reviewer: Pusher
    suppliers: dict[str, Pusher]
    operator_pushers: dict[Environment, Pusher]
    initial_access_tokens: dict[Environment, str] = field(repr=False)

    @property
    def pushers(self) -> tuple[Pusher, ...]:
        """Everybody at the git remote."""
        return (self.reviewer, *self.suppliers.values(), *self.operator_pushers.values())


def invite(suppliers: Sequence[str]) -> People:
    """Return the people of a new sandbox; each supplier may push branches of its own and nothing else."""
    return People(
        admin=Identity("sandbox-admin", (MASTERS,), _token()),
        operators={environment: Identity(operator_user(environment), (), _token()) for environment in Environment},
        reviewer=Pusher("nhn-reviewer", _token(), ("refs/heads/main",)),
        suppliers={
            slug: Pusher(slug, _token(), (f"refs/heads/{slug}/*", f"refs/heads/order/{slug}.*")) for slug in suppliers
        },
        operator_pushers={
            environment: Pusher(f"operator-{environment}", _token(), (f"refs/heads/{environment.status_branch}",))
            for environment in Environment
        },
        initial_access_tokens={environment: _token() for environment in Environment},
    )
