"""Why a signed statement does not count, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, check, means
from sluse.model.reasons.name import ReasonName
from sluse.words.said import say

STATEMENTS: Mapping[ReasonName, Explained] = {
    "Backdated": means(
        say("The statement claims to be older than the one it follows, so its time is not to be believed."),
        say("Set the clock of the machine that signs, and sign anew."),
        Party.REVIEWER,
    ),
    "BadSignature": check(say("Sign anew with `sluse`, in a file of its own; never edit a signed file.")),
    "ChainForked": means(
        say("Two statements follow the same one, so neither counts."),
        say("Sign the next one in a clone that has both: it names both, and they count again."),
        Party.REVIEWER,
    ),
    "DemoKey": check(say("Make a key of your own with ssh-keygen, register its public half, and sign anew with it.")),
    "FirstSeenLate": check(say("Sign it again, and merge it soon: a statement must reach the operator within a day.")),
    "FromTheFuture": means(
        say("The statement says that it is of a later time than now."),
        say("Wait until then; where the clock of the signer's machine was wrong, set it and sign anew."),
        Party.REVIEWER,
    ),
    "KeyNotInForce": check(
        say(
            "Sign with a key that is in force; where the register is wrong, mend policies/reviewers.yaml and let the roots sign."
        )
    ),
    "NotMaintainer": means(
        say("The key speaks for nobody here, or not for this."),
        say(
            "Let a maintainer of the organisation sign, with a key that stands in organisation.yaml and that NHN has bound."
        ),
        Party.SUPPLIER,
    ),
    "RoleNotAllowed": check(
        say("Let a reviewer sign whose role may decide this type; policies/reviewers.yaml has the roles.")
    ),
    "TooFewPersons": check(
        say("Let another reviewer sign the same file too, before it is merged: `sluse approve FILE`.")
    ),
    "UnknownSigner": check(
        say("Let a registered reviewer sign; a new one is added to policies/reviewers.yaml, which the roots sign.")
    ),
    "WrongEnvironment": check(say("Sign anew with `sluse approve`: what it writes is for production.")),
    "WrongForm": check(
        say("Sign anew with this version of sluse: what is written by hand seldom has the form of its type.")
    ),
    "WrongRepository": check(
        say("Sign anew in a clone of this repository; policies/repository.yaml has the id that statements carry.")
    ),
    "WrongSubject": check(
        say("Move the file to the folder of its subject, or sign anew for the subject that is meant.")
    ),
}
