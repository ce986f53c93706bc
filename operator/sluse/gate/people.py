"""Who may sign for NHN: the reviewers of `policies/reviewers.yaml`, looked up by key.

A key that two persons are registered with speaks for neither: with it nobody could tell one person from two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sluse.errors import BadKey
from sluse.model.policy.people import Reviewers, Role, SigningKey
from sluse.model.value import Slug
from sluse.trust import keys
from sluse.words.said import say


@dataclass(frozen=True)
class Registered:
    """A key, and the person behind it."""

    person: Slug
    roles: frozenset[Role]
    key: SigningKey


@dataclass(frozen=True)
class People:
    """The registered reviewers."""

    reviewers: Reviewers

    @cached_property
    def by_key(self) -> Mapping[str, Registered]:
        """Key id -> whose it is."""
        found: dict[str, list[Registered]] = defaultdict(list)
        for reviewer in self.reviewers.reviewers:
            for key in reviewer.keys:
                for key_id in key_ids([key.key]):
                    found[key_id].append(Registered(reviewer.person, frozenset(reviewer.roles), key))
        return {key_id: each[0] for key_id, each in found.items() if len({one.person for one in each}) == 1}

    @cached_property
    def keys_of(self) -> Mapping[str, frozenset[str]]:
        """Person -> ids of all keys that the person was ever registered with."""
        return {
            reviewer.person: frozenset(key_ids(key.key for key in reviewer.keys))
            for reviewer in self.reviewers.reviewers
        }


def key_ids(lines: Iterable[str]) -> Iterable[str]:
    """Yield the ids of public keys; a line that is no usable key speaks for nobody."""
    for line in lines:
        try:
            yield keys.parse(line).key_id
        except BadKey:
            continue


def out_of_force(key: SigningKey, at: datetime) -> str | None:
    """Return why a key does not count for what was signed at `at`; None where it does."""
    if key.revoked_since is not None and at >= key.revoked_since:
        return say("its key has been revoked since {moment}", moment=f"{key.revoked_since:%Y-%m-%d %H:%M}")
    if at < key.valid_from:
        return say("its key counts from {moment} only", moment=f"{key.valid_from:%Y-%m-%d %H:%M}")
    if key.valid_until is not None and at >= key.valid_until:
        return say("its key counted until {moment}", moment=f"{key.valid_until:%Y-%m-%d %H:%M}")
    if key.retired is not None and at >= key.retired:
        return say("its key was retired at {moment}", moment=f"{key.retired:%Y-%m-%d %H:%M}")
    return None
