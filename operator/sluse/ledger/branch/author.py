"""Who publishes to a status branch: the operator of one environment, with the address and the SSH key of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sluse.errors import BadSignature
from sluse.ledger.branch.bare import Bare
from sluse.ledger.branch.published import Published
from sluse.model.names import Environment
from sluse.trust.keys import PublicKey


@dataclass(frozen=True)
class Author:
    """Makes commits in `bare`. `key` is a private key without a passphrase that only its owner may read."""

    bare: Bare
    environment: Environment
    address: str
    key: Path

    def commit(self, tree: str, parent: str | None, message: str, at: datetime) -> str:
        """Make a signed commit; return its id. GitFailed where the key cannot sign."""
        return self.bare.commit(tree, parent, message, self.key, self._who(at))

    def public_key(self, known: Published) -> PublicKey:
        """Return the key that signs here: that of a commit made for this, and never pushed."""
        tree = self.bare.run("rev-parse", f"{known.commit}^{{tree}}").decode().strip()
        return self.bare.signer(self.commit(tree, None, "Who signs here?", known.head.issued_at))

    def disowns(self, known: Published) -> str | None:
        """Say why a commit is not this author's; None where it is."""
        try:
            own = self.bare.signer(known.commit) == self.public_key(known)
        except BadSignature as error:
            return error.message
        return None if own else "another key signed its last commit"

    def _who(self, at: datetime) -> dict[str, str]:
        said = {
            "NAME": f"Sluse ({self.environment.value})",
            "EMAIL": self.address,
            "DATE": f"{int(at.timestamp())} +0000",
        }
        return {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in said.items()}
