"""Why production is not entitled to something, or what became of its acceptance test, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, check, means
from sluse.model.reasons.name import ReasonName
from sluse.model.reasons.remedies import BRING_BACK, READ_AS_BEFORE
from sluse.words.said import say

_RUN_AGAIN = say(
    "Run the acceptance test again with `sluse acceptance run`, and merge the record that it writes and signs."
)
_DECIDE = say(
    "Look at what was submitted (`sluse gate`, `sluse explain`), and sign with `sluse approve` or `sluse reject`."
)

ACCEPTANCE: Mapping[ReasonName, Explained] = {
    "CasesFailed": check(
        say("Mend what the failing case names, then run the acceptance test again, and merge the new record.")
    ),
    "CasesMissing": check(_RUN_AGAIN),
    "ChainBroken": check(BRING_BACK),
    "DecidedTooEarly": check(_DECIDE),
    "DecisionUnreadable": check(
        say("See what `sluse check` says of the file; bring it back from git's history as it was signed.")
    ),
    "DecisionWrong": check(
        say("See what `sluse check` says of the file; sign a decision that follows it and breaks no rule.")
    ),
    "DomainNotBound": check(
        say(
            "Use addresses in domains of organisation.yaml; a new domain counts once a reviewer signs `sluse approve ORGANISATION`."
        )
    ),
    "EvidenceEdited": check(BRING_BACK),
    "EvidenceIncomplete": check(_RUN_AGAIN),
    "EvidenceMissing": check(BRING_BACK),
    "EvidenceOfAnother": check(_RUN_AGAIN),
    "EvidenceSwapped": check(_DECIDE),
    "EvidenceTooOld": check(_RUN_AGAIN),
    "FormUnknown": check(READ_AS_BEFORE),
    "NotDecided": check(_DECIDE),
    "NotSubmitted": check(
        say(
            "When everything in test is ready, run `sluse acceptance run`, and open a pull request with the record that it writes."
        )
    ),
    "NumberNotBound": means(
        say("It speaks for an organisation number that NHN has not bound to the organisation."),
        say("Let a reviewer sign the organisation as it is (`sluse approve ORGANISATION`), or take the number out."),
        Party.REVIEWER,
        Party.SUPPLIER,
    ),
    "OfAnotherConfiguration": means(
        say("The acceptance test is neither of what was decided nor of what the file says now."),
        say("Nothing, where it is an old one; else run the acceptance test of what the file says now."),
        Party.SUPPLIER,
    ),
    "OrganisationNotBound": check(
        say("Check its numbers, domains and maintainer keys, and sign `sluse approve ORGANISATION`.")
    ),
    "OwnWork": check(say("Let a reviewer decide who has neither submitted nor helped to.")),
    "PlanNotAgreed": check(
        say("Sign the plan with `sluse approve ORGANISATION.NAME --type plan`, or tell the supplier what is missing.")
    ),
    "ProductionIncomplete": check(
        say("Write `production` for every client of the file, and let `sluse check` read it.")
    ),
    "ProductionLost": check(BRING_BACK),
    "ProviderNotEntitled": means(
        say(
            "An identity provider that its login requires is not open in production. An optional one is left out, and holds nothing."
        ),
        say(
            "Ask `sluse gate` about that provider: its reasons say who must act. A login that can do without it lists it as optional."
        ),
        Party.IDENTITY_PROVIDER,
        Party.REVIEWER,
    ),
    "Rejected": check(
        say("Read the findings in the decision, mend what they name, and run the acceptance test again.")
    ),
    "Replaced": means(
        say("The acceptance test was accepted, and something else was decided since."),
        say("Nothing: the later decision counts."),
    ),
    "ScopesNotTested": check(
        say("Take the scope out of `production`, or test it: add it to the client, and run the acceptance test again.")
    ),
    "SnapshotLost": check(BRING_BACK),
    "SnapshotOfAnother": check(BRING_BACK),
    "SubmissionVoid": check(
        say("Run `sluse acceptance run` again, and sign with a key of the organisation (`--sign`).")
    ),
    "SuiteTooOld": check(say("Upgrade sluse, then run the acceptance test again.")),
    "TermsNotAccepted": check(
        say("Read the terms that are named, and accept them with `sluse approve ORGANISATION --type terms`.")
    ),
    "ZoneUnknown": check(
        say("Write the zone as the IANA database does, such as Europe/Oslo: in the plan, or in policies/calendar.yaml.")
    ),
}
