"""The questions about an organisation that has no file yet."""

from __future__ import annotations

from sluse.order.question import Answers, Question, one
from sluse.words.said import say

_LABEL = "maintainer"

QUESTIONS = (
    Question(
        id="organisationTitle",
        field="spec.title",
        asks=say("Name of the organisation, as in the Register of Legal Entities (data.brreg.no)"),
        example="Varden Laboratorium AS",
    ),
    Question(
        id="organisationNumbers",
        field="spec.numbers",
        asks=say("Its organisation number, 9 digits (data.brreg.no has it)"),
        organisation_number=True,
        example="313745392",
        many=True,
    ),
    Question(
        id="domains",
        field="spec.domains",
        asks=say("Domains that its addresses lie in"),
        example="varden.example",
        many=True,
        optional=True,
    ),
    Question(
        id="mailbox",
        field="spec.contact.mailbox",
        asks=say("Function mailbox that is read on working days (never a person's)"),
        example="drift@varden.example",
    ),
    Question(
        id="dutyPhone",
        field="spec.contact.dutyPhone",
        asks=say("Telephone that is answered when production is down"),
        example="+47 00 00 00 01",
        optional=True,
    ),
    Question(
        id="maintainerKey",
        field="spec.maintainers[0].key",
        asks=say("SSH public key that signs for it, as in the .pub file (ssh-ed25519 or sk-ssh-ed25519)"),
        example="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1yjwcVf7m02nDScH/tNBN8GshBMEPrCnPAgk8zj84C",
        optional=True,
        derived=True,
    ),
)


def spec(answers: Answers) -> dict[str, object]:
    """Return what is derived: a key needs a label, and its comment may be a person's; a function mailbox is nobody's."""
    given = one(answers, "maintainerKey").split()
    label = one(answers, "mailbox").partition("@")[0] or _LABEL
    return {"maintainers": [{"label": label, "key": " ".join(given[:2])}]} if given else {}
