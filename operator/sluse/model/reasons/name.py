"""The name of every reason that Sluse gives: what stands in a condition, on the status branch and before a message.

A type, so that no reason can be given that is not here; the tables beside say what each means, and `sluse explain` tells it.
An authority's own error is no name of these: it is open, and made into a reason by `sluse.reconcile.conditions.reason_of`.
"""

from __future__ import annotations

from typing import Literal, NewType

OfAStatement = Literal[
    "Backdated",
    "BadSignature",
    "ChainForked",
    "DemoKey",
    "FirstSeenLate",
    "FromTheFuture",
    "KeyNotInForce",
    "NotMaintainer",
    "RoleNotAllowed",
    "TooFewPersons",
    "UnknownSigner",
    "WrongEnvironment",
    "WrongForm",
    "WrongRepository",
    "WrongSubject",
]
"""Why a signed statement does not count."""

OfTheAcceptance = Literal[
    "CasesFailed",
    "CasesMissing",
    "ChainBroken",
    "DecidedTooEarly",
    "DecisionUnreadable",
    "DecisionWrong",
    "DomainNotBound",
    "EvidenceEdited",
    "EvidenceIncomplete",
    "EvidenceMissing",
    "EvidenceOfAnother",
    "EvidenceSwapped",
    "EvidenceTooOld",
    "FormUnknown",
    "NotDecided",
    "NotSubmitted",
    "NumberNotBound",
    "OfAnotherConfiguration",
    "OrganisationNotBound",
    "OwnWork",
    "PlanNotAgreed",
    "ProductionIncomplete",
    "ProductionLost",
    "ProviderNotEntitled",
    "Rejected",
    "Replaced",
    "ScopesNotTested",
    "SnapshotLost",
    "SnapshotOfAnother",
    "SubmissionVoid",
    "SuiteTooOld",
    "TermsNotAccepted",
    "ZoneUnknown",
]
"""Why production is not entitled to it, and what became of an acceptance test."""

OfTheMove = Literal[
    "AcceptedFileLost",
    "AcceptedFormUnknown",
    "ClientNotAccepted",
    "Expired",
    "Frozen",
    "HeldDecisionLost",
    "HeldDecisionVoid",
    "HeldSnapshotLost",
    "InstallationReplaced",
    "KeysMissing",
    "KeysNotVouched",
    "KeysVoucherSpent",
    "NeverAccepted",
    "NotConfirmed",
    "NotInSlot",
    "OutsideWindow",
    "Retired",
    "Revoked",
    "ServiceNotOpen",
    "SourceInvalid",
    "Suspended",
]
"""Why what production holds does not move, or moves out of use."""

OfAResource = Literal[
    "Applied",
    "Approved",
    "AuthorityUnavailable",
    "CredentialLost",
    "CredentialRefused",
    "InterruptedCreation",
    "LedgerUnusable",
    "NoAddressKnown",
    "NoNamespace",
    "OwnedByAnother",
    "PartlyCovered",
    "PoliciesNotWritten",
    "Registered",
    "RegistrarMissing",
    "Removed",
    "Restored",
    "Withheld",
]
"""What an object in the cluster says of itself, and what an Event says of it."""

OfASync = Literal[
    "EngineUnusable",
    "FuseHeld",
    "ManyChanges",
    "NotReadable",
    "PolicyNotTrusted",
    "RemoteNotConfigured",
    "RemoteUnavailable",
    "StacksFailed",
    "Synced",
]
"""How a reading of the whole remote went, or why nothing of it moves."""

ReasonName = OfAStatement | OfTheAcceptance | OfTheMove | OfAResource | OfASync

AuthorityReason = NewType("AuthorityReason", str)
"""An authority's own error, in the form of a reason."""
