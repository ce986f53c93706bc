"""How a reading of the whole remote went, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, means
from sluse.model.reasons.name import ReasonName
from sluse.words.said import say

_RELEASE = say("Look at the changes. If they are meant, annotate the IntegrationRepository as the message says.")

SYNCS: Mapping[ReasonName, Explained] = {
    "EngineUnusable": means(
        say(
            "The engine cannot run: its program is missing or too old, its state is another's or cannot be reached, or the settings name another engine."
        ),
        say("Do what the message says. A change of engine is told in stacks/README.md."),
        Party.CLUSTER_OPERATOR,
    ),
    "FuseHeld": means(
        say(
            "More would be deleted, or changed without a new decision, than may be at once; it is held. All else goes on."
        ),
        _RELEASE,
        Party.CLUSTER_OPERATOR,
    ),
    "ManyChanges": means(say("So many changes at once that the fuse holds them."), _RELEASE, Party.CLUSTER_OPERATOR),
    "NotReadable": means(
        say("The commit at HEAD cannot be read; everything stays as it was read last."),
        say("Do what the message says; it is tried again."),
        Party.CLUSTER_OPERATOR,
    ),
    "PolicyNotTrusted": means(
        say(
            "policies/ does not count: it was edited without the roots' signatures, is older than what was seen, or cannot be read. Nothing moves."
        ),
        say("Run `sluse policies verify --roots FILE`; sign what was edited with `sluse policies sign`, or revert it."),
        Party.CLUSTER_OPERATOR,
    ),
    "RemoteNotConfigured": means(
        say("The repository's object names another remote or branch than the settings."),
        say("Make the object and the settings say the same."),
        Party.CLUSTER_OPERATOR,
    ),
    "RemoteUnavailable": means(
        say("The git remote does not answer, is empty, or lost the branch. Everything stays as it was read last."),
        say(
            "Nothing, while the remote is away: it is tried again. Where it lasts, see whether the operator reaches it, with which credential."
        ),
        Party.CLUSTER_OPERATOR,
    ),
    "StacksFailed": means(
        say("What some organisations want could not be declared in the cluster. All else was."),
        say("Read what the message says of each; it is tried again."),
        Party.CLUSTER_OPERATOR,
    ),
    "Synced": means(
        say("HEAD is declared; the message says how many errors hold documents back."),
        say("Nothing; `sluse check` shows the errors."),
    ),
}
