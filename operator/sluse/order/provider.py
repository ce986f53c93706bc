"""The form of an identity provider: the plan and the technical specification."""

from __future__ import annotations

from sluse.model.identity_provider import IdentifierKind, SigningAlgorithm
from sluse.order.plan import PLAN
from sluse.order.question import Answers, Question, one, several
from sluse.words.said import say

QUESTIONS = (
    Question(id="title", field="spec.title", asks=say("What users call the provider"), example="Polar-ID"),
    *PLAN,
    Question(
        id="algorithms",
        field="spec.protocol.algorithms",
        asks=say("Algorithms that sign its ID tokens"),
        example="PS256",
        choices=(SigningAlgorithm.PS256.value, SigningAlgorithm.ES256.value),
        many=True,
    ),
    Question(
        id="identifier",
        field="spec.claims.identifier",
        asks=say("Claim with the person's identifier"),
        example="pid",
        suggests=lambda _: "pid",
    ),
    Question(
        id="identifierKinds",
        field="spec.claims.identifierKinds",
        asks=say("Kinds of identifier that it holds"),
        example="fnr",
        choices=tuple(IdentifierKind),
        many=True,
    ),
    Question(
        id="substantial",
        field="spec.claims.levels",
        asks=say("Value of `acr` that means substantial"),
        example="Betydelig",
        optional=True,
        derived=True,
    ),
    Question(
        id="high",
        field="spec.claims.levels",
        asks=say("Value of `acr` that means high"),
        example="Høyt",
        optional=True,
        derived=True,
    ),
    Question(
        id="testIssuer",
        field="spec.test.issuer",
        asks=say("Issuer in test"),
        example="https://login.test.varden.example",
    ),
    Question(
        id="testJwksUri",
        field="spec.test.jwksUri",
        asks=say("Address of its public keys in test"),
        example="https://login.test.varden.example/jwks",
        suggests=lambda answers: _keys(answers, "testIssuer"),
    ),
    Question(
        id="productionIssuer",
        field="spec.production.issuer",
        asks=say("Issuer in production, if that is known yet"),
        example="https://login.varden.example",
        optional=True,
    ),
    Question(
        id="productionJwksUri",
        field="spec.production.jwksUri",
        asks=say("Address of its public keys in production"),
        example="https://login.varden.example/jwks",
        suggests=lambda answers: _keys(answers, "productionIssuer"),
        applies=lambda answers: bool(answers.get("productionIssuer")),
    ),
)


def spec(answers: Answers) -> dict[str, object]:
    """Return what is derived: which claim values mean which level."""
    given = [{"value": value, "level": level} for level in ("substantial", "high") for value in several(answers, level)]
    return {"claims": {"levels": given or [{"value": "Høyt", "level": "high"}]}}


def _keys(answers: Answers, issuer: str) -> str:
    return f"{one(answers, issuer)}/.well-known/jwks"
