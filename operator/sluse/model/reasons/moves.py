"""Why what production holds does not move, or moves out of use, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, means
from sluse.model.reasons.name import ReasonName
from sluse.model.reasons.remedies import BRING_BACK, READ_AS_BEFORE
from sluse.words.said import say

_DECIDE_ANEW = say(
    "Decide anew with `sluse approve`; `sluse approve --type rollback` goes back to what was accepted before."
)

MOVES: Mapping[ReasonName, Explained] = {
    "AcceptedFileLost": means(
        say("A file of `accepted/` that production stands on is gone; production stays as it is."),
        BRING_BACK,
        Party.REVIEWER,
    ),
    "AcceptedFormUnknown": means(
        say("This version of sluse cannot read what was accepted; production stays as it is."),
        READ_AS_BEFORE,
        Party.CLUSTER_OPERATOR,
    ),
    "ClientNotAccepted": means(
        say("The installation is of a client that its service's acceptance does not have."),
        say("Correct the client's name; a new client of the service is tested and accepted first."),
        Party.SUPPLIER,
    ),
    "Expired": means(
        say("The statement was signed for a time that is over."),
        say("Sign it anew, if it is still meant."),
        Party.REVIEWER,
        Party.SUPPLIER,
    ),
    "Frozen": means(
        say(
            "The calendar has a freeze, during which nothing moves. Keys, suspensions and the end of use are let through."
        ),
        say("Wait: it moves by itself when the freeze ends. The message names the end."),
    ),
    "HeldDecisionLost": means(
        say("The decision that production holds is gone from the repository; production stays as it is."),
        BRING_BACK,
        Party.REVIEWER,
    ),
    "HeldDecisionVoid": means(
        say(
            "What production holds is by a decision that counts no more: revoked, expired, or signed by a revoked key. It stays as it is."
        ),
        _DECIDE_ANEW,
        Party.REVIEWER,
    ),
    "HeldSnapshotLost": means(
        say("The accepted file that production holds is gone from the repository; production stays as it is."),
        BRING_BACK,
        Party.REVIEWER,
    ),
    "InstallationReplaced": means(
        say(
            "The file is another customer's, service's or client's by now; what production holds is not changed into that."
        ),
        say("Write the new one in a file with a name of its own, and bring this one back or retire it."),
        Party.SUPPLIER,
    ),
    "KeysMissing": means(
        say("The client's key file for production is missing, empty or cannot be read; the keys that are held stay."),
        say(
            "Put the public keys into `keys/INTEGRATION/CLIENT.production.jwks.json`. To end a key, leave at least one other."
        ),
        Party.SUPPLIER,
    ),
    "KeysNotVouched": means(
        say("Nobody who may has vouched for the keys at HEAD; the keys that are held stay."),
        say(
            "Let a maintainer sign `sluse approve ORGANISATION.NAME --type keys --client CLIENT --key SSH_KEY`, and merge that."
        ),
        Party.SUPPLIER,
    ),
    "KeysVoucherSpent": means(
        say("The word for these keys is older than the one for those that are held."),
        say(
            "Sign it again, if these keys are meant to come back: `sluse approve ORGANISATION.NAME --type keys --client CLIENT`."
        ),
        Party.SUPPLIER,
    ),
    "NeverAccepted": means(
        say("A rollback goes to something that was never accepted."),
        say(
            "Sign a rollback to an acceptance that was: `sluse approve ORGANISATION.NAME --type rollback --statement ID`."
        ),
        Party.REVIEWER,
    ),
    "NotConfirmed": means(
        say("Nobody at the customer has confirmed the installation."),
        say("Write into the installation's file who at the customer confirmed it, once they have."),
        Party.SUPPLIER,
    ),
    "NotInSlot": means(
        say("An address of the installation is in no place that the accepted service declares."),
        say("Use an address in one of the service's slots, or have a new slot tested and accepted."),
        Party.SUPPLIER,
    ),
    "OutsideWindow": means(
        say("The calendar lets production move in service windows only, and none is open."),
        say("Wait: it moves by itself when the next window opens."),
    ),
    "Retired": means(
        say("A signed retirement ends it in production: disabled at once, deleted after the days that it says."),
        say("Nothing, if it is meant. Before the deletion `sluse reject --revokes ID` brings it back."),
    ),
    "Revoked": means(
        say("A reviewer withdrew the statement, so it counts no more. What runs goes on."), _DECIDE_ANEW, Party.REVIEWER
    ),
    "ServiceNotOpen": means(
        say("The service of the installation is not open in production, or is out of use."),
        say("Ask `sluse gate` about the service: its reasons say who must act."),
        Party.SUPPLIER,
        Party.REVIEWER,
    ),
    "SourceInvalid": means(
        say("The file at HEAD breaks a rule, so it is held back; what is registered stays as it is."),
        say("Run `sluse check`, mend what it names, and merge that. `sluse explain RULE` tells more of a rule."),
        Party.SUPPLIER,
        Party.IDENTITY_PROVIDER,
    ),
    "Suspended": means(
        say("Somebody signed that it is out of use, or the repository's object says that nothing is read."),
        say(
            "It ends at the time that the statement says, or with `sluse reject --revokes ID`; of the repository's object set `spec.suspend: false`."
        ),
        Party.REVIEWER,
    ),
}
