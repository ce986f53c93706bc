"""The order form of a service: what NHN asks for, and what follows from how the application is built."""

from __future__ import annotations

from sluse.model.service_integration import Grant, NetworkZone, SecurityLevel, Structure, Tenancy
from sluse.order.plan import PLAN
from sluse.order.question import Answers, Question, one, several
from sluse.words.said import say

_LOGS_IN = {Structure.WEB_WITH_BACKEND, Structure.NATIVE}
_CLIENTS = {
    Structure.WEB_WITH_BACKEND: "web",
    Structure.NATIVE: "app",
    Structure.MACHINE_TO_MACHINE: "agent",
    Structure.API: "api",
}
_OFFLINE = "offline_access"


def _logs_in(answers: Answers) -> bool:
    return one(answers, "structure") in _LOGS_IN


def _scopes(answers: Answers) -> tuple[str, ...]:
    return ("openid", "profile") if _logs_in(answers) else ()


QUESTIONS = (
    Question(
        id="title", field="spec.service.title", asks=say("What users call the service"), example="Varden Laboratorium"
    ),
    Question(
        id="configurationOwner",
        field="spec.service.configurationOwner",
        asks=say("Organisation number of the configuration owner, whose clients they are"),
        organisation_number=True,
        example="313745392",
        suggests=lambda answers: next(iter(several(answers, "organisationNumbers")), ""),
    ),
    Question(id="users", field="spec.service.users", asks=say("Who the users are, in a sentence"), example="Doctors"),
    Question(id="platform", field="spec.service.platform", asks=say("Technology platform"), example="Java 21 on Linux"),
    Question(
        id="structure",
        field="spec.service.structure",
        asks=say("How the application is built"),
        example="web-with-backend",
        choices=tuple(Structure),
    ),
    *PLAN,
    Question(
        id="scopes",
        field="spec.clients[0].scopes",
        asks=say("Scopes that it needs"),
        example="openid",
        many=True,
        suggests=_scopes,
    ),
    Question(
        id="tenancy",
        field="spec.clients[0].tenancy",
        asks=say("For whom it acts, one organisation or many that delegate in Altinn"),
        example="single-tenant",
        choices=tuple(Tenancy),
        suggests=lambda _: Tenancy.SINGLE.value,
    ),
    Question(
        id="actsFor",
        field="spec.clients[0].test.organisationNumber",
        asks=say(
            "Organisation number that it acts for (mostly your own; more, or others in production, go into the file afterwards)"
        ),
        organisation_number=True,
        example="313745392",
        suggests=lambda answers: one(answers, "configurationOwner"),
    ),
    Question(
        id="minimumLevel",
        field="spec.clients[0].login.minimumLevel",
        asks=say("Lowest security level of a login"),
        example="high",
        choices=tuple(SecurityLevel),
        suggests=lambda _: SecurityLevel.HIGH.value,
        applies=_logs_in,
    ),
    Question(
        id="identityProviders",
        field="spec.clients[0].login.identityProviders",
        asks=say("Identity providers to offer, where not HelseID's ordinary list"),
        example="idporten",
        many=True,
        optional=True,
        derived=True,
        applies=_logs_in,
    ),
    Question(
        id="testRedirectUris",
        field="spec.clients[0].test.redirectUris",
        asks=say("Where a login comes back to in test"),
        example="https://laboratorium.test.varden.example/signin-oidc",
        many=True,
        applies=_logs_in,
    ),
    Question(
        id="productionRedirectUris",
        field="spec.clients[0].production.redirectUris",
        asks=say("Where a login comes back to in production, if that is known yet"),
        example="https://laboratorium.varden.example/signin-oidc",
        many=True,
        optional=True,
        applies=_logs_in,
    ),
    Question(
        id="zones",
        field="spec.network.zones",
        asks=say("Networks it reaches HelseID from"),
        example="internet",
        choices=tuple(NetworkZone),
        many=True,
        suggests=lambda _: (NetworkZone.INTERNET.value,),
    ),
)


def spec(answers: Answers) -> dict[str, object]:
    """Return what is derived: the client's name and grants, and in production for whom it acts."""
    structure = _structure(answers)
    client: dict[str, object] = {"name": _CLIENTS[structure], "grants": _grants(structure, several(answers, "scopes"))}
    if structure in _LOGS_IN:
        client["login"] = {"identityProviders": [{"name": name} for name in several(answers, "identityProviders")]}
    if structure not in _LOGS_IN or answers.get("productionRedirectUris"):
        client["production"] = {"organisationNumber": one(answers, "actsFor") or "313745392"}
    return {"clients": [client]}


def client_of(answers: Answers) -> str:
    """Return the name of the one client that the form makes."""
    return _CLIENTS[_structure(answers)]


def _structure(answers: Answers) -> Structure:
    """Return the answer, or what the example says while none is given or one that the model will refuse."""
    given = one(answers, "structure")
    return Structure(given) if given in tuple(Structure) else Structure.WEB_WITH_BACKEND


def _grants(structure: Structure, scopes: tuple[str, ...]) -> list[str]:
    if structure is Structure.API:
        return [Grant.TOKEN_EXCHANGE.value]
    if structure is Structure.MACHINE_TO_MACHINE:
        return [Grant.CLIENT_CREDENTIALS.value]
    refreshes = [Grant.REFRESH_TOKEN.value] if _OFFLINE in scopes else []
    return [Grant.AUTHORIZATION_CODE.value, *refreshes]
