"""Every attack on the gate that we know of; importing a module of this folder registers its own."""

from worlds.attacks import chains, production, signatures, signers, submissions
from worlds.attacks.attempt import ATTACKS, Attack, Attempt

__all__ = ["ATTACKS", "Attack", "Attempt", "chains", "production", "signatures", "signers", "submissions"]
