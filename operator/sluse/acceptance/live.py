"""What answers at the addresses that documents name: an identity provider's discovery document and keys, redirect URIs.

Everything goes through the guarded fetch. Who does not answer is a warning, since who checks may stand behind a firewall
that the authority does not; an answer that contradicts the file is an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sluse.acceptance import fetch, published, published_keys
from sluse.acceptance.reach import Reach
from sluse.errors import Unreachable
from sluse.model.identity_provider import IdentityProvider, ProviderValues
from sluse.model.problem import Problem, Severity
from sluse.model.tree import Sourced, Tree
from sluse.rules import fields, installations, live
from sluse.rules.rule import LiveRule
from sluse.rules.survey import Source
from sluse.words.said import say, several

Answer = TypeVar("Answer")

PATIENCE = 60.0  # seconds for all addresses together
_AT_ONCE = 8
_GONE = frozenset({404, 410})


async def problems(
    tree: Tree,
    reach: Reach,
    is_asked_for: Callable[[str], bool],
    known: Collection[Problem] = (),
    patience: float = PATIENCE,
) -> list[Problem]:
    """Return what is wrong with what answers, for the documents whose path is asked for. An address is asked once.

    One that has an error among the `known` problems is not asked. `patience`: seconds for all of them together; what was
    not answered by then is told as that.
    """
    wrong = {(each.place.path, each.path) for each in known if each.severity is Severity.ERROR}
    asked = _Asked(reach, patience)
    looks = [
        look.ask(asked, look.document, look.field, look.values)
        for look in (*_of_providers(tree, is_asked_for), *_addresses(tree, is_asked_for))
        if (look.document.path, look.field) not in wrong
    ]
    return [problem for found in await asyncio.gather(*looks) for problem in found]


@dataclass(frozen=True)
class _Look:
    """A field of a document, and how what it names is asked. `values`: what the field is part of, or the address itself."""

    ask: Callable[[_Asked, Any, str, Any], Coroutine[Any, Any, list[Problem]]]
    document: Sourced[Any]
    field: str
    values: Any


class _Asked:
    """Answers by address, a few at a time. An address that does not answer has an Unreachable in the place of one."""

    def __init__(self, reach: Reach, patience: float) -> None:
        self._reach = reach
        self._patience = patience
        self._until = asyncio.get_running_loop().time() + patience
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._documents: dict[str, asyncio.Task[dict[str, Any] | Unreachable]] = {}
        self._statuses: dict[str, asyncio.Task[int | Unreachable]] = {}

    async def document(self, url: str) -> dict[str, Any] | Unreachable:
        """Return the JSON object there."""
        if url not in self._documents:
            self._documents[url] = asyncio.create_task(self._ask(fetch.json_object, url))
        return await self._documents[url]

    async def status(self, url: str) -> int | Unreachable:
        """Return the status of what is there."""
        if url not in self._statuses:
            self._statuses[url] = asyncio.create_task(self._ask(fetch.status, url))
        return await self._statuses[url]

    async def _ask(self, ask: Callable[[Reach, str], Coroutine[Any, Any, Answer]], url: str) -> Answer | Unreachable:
        begun = False
        try:
            async with asyncio.timeout_at(self._until), self._few:
                begun = asyncio.get_running_loop().time() < self._until
                if begun:
                    return await ask(self._reach, url)
        except Unreachable as unreachable:
            return unreachable
        except TimeoutError:
            pass
        return self._too_late(begun=begun)

    def _too_late(self, *, begun: bool) -> Unreachable:
        seconds = int(self._patience)
        if begun:
            return Unreachable(
                say("it had not answered when the {seconds} seconds for all addresses were over", seconds=seconds)
            )
        return Unreachable(
            say("it was not asked, since the {seconds} seconds for all addresses were over", seconds=seconds)
        )


def _of_providers(tree: Tree, is_asked_for: Callable[[str], bool]) -> Iterator[_Look]:
    for document in tree.providers.values():
        spec = document.content.spec
        for environment, values in (("test", spec.test), ("production", spec.production)):
            if values is not None and is_asked_for(document.path):
                yield _Look(_discovery, document, f"spec.{environment}.issuer", values)
                yield _Look(_keys, document, f"spec.{environment}.jwksUri", values)


async def _discovery(
    asked: _Asked, document: Sourced[IdentityProvider], field: str, values: ProviderValues
) -> list[Problem]:
    spec = document.content.spec
    metadata = await asked.document(f"{values.issuer}{published.WELL_KNOWN}")
    if isinstance(metadata, Unreachable):
        return [_silent(live.DISCOVERY, document, field, metadata)]
    wrong = list(published.faults(metadata, spec, values))
    if not published.offers(metadata, [each.value for each in spec.protocol.algorithms]):
        wrong.append(say("it offers none of the agreed algorithms for ID tokens"))
    message = say("The discovery document is not as the file says: {wrong}", wrong=several(wrong))
    return [_problem(live.DISCOVERY, document, field, message)] if wrong else []


async def _keys(
    asked: _Asked, document: Sourced[IdentityProvider], field: str, values: ProviderValues
) -> list[Problem]:
    jwks = await asked.document(values.jwks_uri)
    if isinstance(jwks, Unreachable):
        return [_silent(live.KEYS, document, field, jwks)]
    agreed = tuple(each.value for each in document.content.spec.protocol.algorithms)
    wrong = list(published_keys.faults(jwks, agreed))
    message = say("The keys are not as the file says: {wrong}", wrong=several(wrong))
    return [_problem(live.KEYS, document, field, message)] if wrong else []


def _addresses(tree: Tree, is_asked_for: Callable[[str], bool]) -> Iterator[_Look]:
    """Yield what a browser is sent to; loopback is on the user's machine, not here."""
    for service in tree.integrations.values():
        if is_asked_for(service.path):
            for field, address in fields.redirects(service.content):
                yield _Look(_address, service, field, address)
    for installation in tree.installations.values():
        if is_asked_for(installation.path):
            for field, address in installations.redirects(installation.content):
                yield _Look(_address, installation, field, address)


async def _address(asked: _Asked, document: Sourced[Any], field: str, address: str) -> list[Problem]:
    if not address.startswith("https://"):
        return []  # a rule of its own says whether it may be
    answer = await asked.status(address)
    if isinstance(answer, Unreachable):
        return [_silent(live.ADDRESS, document, field, answer)]
    if answer in _GONE:
        message = say("Nothing is there: the answer is {status}", status=answer)
        return [_problem(live.ADDRESS, document, field, message, Severity.WARNING)]
    return []


def _silent(rule: LiveRule, document: Sourced[Any], field: str, why: Unreachable) -> Problem:
    message = say("The address does not answer from here: {why}", why=why.message)
    return _problem(rule, document, field, message, Severity.WARNING)


def _problem(
    rule: LiveRule, document: Sourced[Any], field: str, message: str, severity: Severity = Severity.ERROR
) -> Problem:
    source = Source.of(document)
    return rule.problem(source.locate(field), message, severity=severity, holds=source.holds, path=field)
