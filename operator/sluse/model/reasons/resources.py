"""What an object in the cluster says of itself, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, means
from sluse.model.reasons.name import ReasonName
from sluse.words.said import say

_NOTHING = say("Nothing.")
_ANCHOR = say(
    "Restore the Secret `sluse-anchor-NAME` from a backup. The handbook's page on recovery tells what to do without one."
)

RESOURCES: Mapping[ReasonName, Explained] = {
    "Applied": means(say("The network policies stand, and cover every host."), _NOTHING),
    "Approved": means(say("Production is entitled to exactly what the acceptance test tested."), _NOTHING),
    "AuthorityUnavailable": means(
        say("The authority does not answer, or asks to be left in peace for a while."),
        say(
            "Nothing: it is tried again, ever more slowly. Where it lasts, see whether the operator reaches the authority."
        ),
        Party.AUTHORITY,
    ),
    "CredentialLost": means(
        say(
            "What manages the registration at the authority is not in the cluster any more. The client itself works as before."
        ),
        _ANCHOR,
        Party.CLUSTER_OPERATOR,
    ),
    "CredentialRefused": means(
        say(
            "The authority does not accept the credential that manages the registration, or has ended the registration: it answers both alike."
        ),
        say(
            "Ask the authority whether the registration still stands. If so, restore or renew the credential; else the handbook's page on recovery says how to begin anew."
        ),
        Party.CLUSTER_OPERATOR,
    ),
    "InterruptedCreation": means(
        say(
            "A creation was interrupted, and the authority cannot list registrations: an unusable one may be left there."
        ),
        say("Ask the authority to remove what the message names. Nobody can use it meanwhile."),
        Party.CLUSTER_OPERATOR,
    ),
    "LedgerUnusable": means(
        say("What was done before cannot be read or written, so nothing is done."),
        say("Do what the message says; the handbook's page on recovery tells how the ledger is restored."),
        Party.CLUSTER_OPERATOR,
    ),
    "NoAddressKnown": means(
        say("No address is known of the hosts, so there is no network policy."),
        say(
            "Export the openings by name (`sluse network export --format cilium`), or add addresses to policies/network.yaml."
        ),
        Party.CLUSTER_OPERATOR,
    ),
    "NoNamespace": means(
        say("No namespace is labelled with the organisation's number, so no policy stands anywhere."),
        say(
            "Label the namespace: `kubectl label namespace NAME sluse.nhn.no/organisation-number=NUMBER`. Without one, nothing."
        ),
        Party.CLUSTER_OPERATOR,
    ),
    "OwnedByAnother": means(
        say(
            "What is registered at the authority is not ours: it has no mark of ours, or another's. It is never taken over."
        ),
        say("Find out whose it is, and have it released or renamed there."),
        Party.CLUSTER_OPERATOR,
    ),
    "PartlyCovered": means(
        say("The network policies stand, but no address is known of some hosts, so those are not open."),
        say("Open the hosts that are named by name (`sluse network export --format cilium`)."),
        Party.CLUSTER_OPERATOR,
    ),
    "PoliciesNotWritten": means(
        say("The network policies could not be written."),
        say("Grant the ClusterRole, or mend what the message names; it is tried again."),
        Party.CLUSTER_OPERATOR,
    ),
    "Registered": means(say("The authority holds what the file says, and it may be used."), _NOTHING),
    "RegistrarMissing": means(
        say(
            "Nothing here can write to the authority for this, so a person does it by hand; the message is the work order."
        ),
        say("Do what the message says at the authority."),
        Party.CLUSTER_OPERATOR,
    ),
    "Removed": means(
        say("Somebody made the object by hand, and nobody wants it: the operator deleted it."),
        say("Change files in git, not objects in the cluster."),
    ),
    "Restored": means(
        say("Somebody changed or deleted the object by hand; the operator put it back as it was declared."),
        say("Change files in git, not objects in the cluster."),
    ),
    "Withheld": means(
        say("It is registered, with its client id, and cannot be used yet."),
        say("Nothing: it opens on its day. `sluse gate` says which day, and what stands against it."),
    ),
}
