"""What answers at the addresses that documents name: an identity provider's discovery document and keys, redirect URIs.

Everything goes through the guarded fetch. Who does not answer is a warning, since who checks may stand behind a firewall
that the authority does not; an answer that contradicts the file is an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
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
from sluse.words.said import say

Answer = TypeVar("Answer")

_AT_ONCE = 8
_GONE = frozenset({404, 410})


async def problems(tree: Tree, reach: Reach, is_asked_for: Callable[[str], bool]) -> list[Problem]:
    """Return what is wrong with what answers, for the documents whose path is asked for. An address is asked once."""
    asked = _Asked(reach)
    looks = [
        *(look for each in tree.providers.values() if is_asked_for(each.path) for look in _provider(asked, each)),
        *(_address(asked, *each) for each in _addresses(tree, is_asked_for)),
    ]
    return [problem for found in await asyncio.gather(*looks) for problem in found]


class _Asked:
    """Answers by address, a few at a time. An address that does not answer has an Unreachable in the place of one."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._documents: dict[str, asyncio.Task[dict[str, Any] | Unreachable]] = {}
        self._statuses: dict[str, asyncio.Task[int | Unreachable]] = {}

    async def document(self, url: str) -> dict[str, Any] | Unreachable:
        """Return the JSON object there."""
        if url not in self._documents:
            self._documents[url] = asyncio.create_task(self._ask(fetch.json_object(self._reach, url)))
        return await self._documents[url]

    async def status(self, url: str) -> int | Unreachable:
        """Return the status of what is there."""
        if url not in self._statuses:
            self._statuses[url] = asyncio.create_task(self._ask(fetch.status(self._reach, url)))
        return await self._statuses[url]

    async def _ask(self, asking: Coroutine[Any, Any, Answer]) -> Answer | Unreachable:
        async with self._few:
            try:
                return await asking
            except Unreachable as unreachable:
                return unreachable


def _provider(asked: _Asked, document: Sourced[IdentityProvider]) -> Iterator[Coroutine[Any, Any, list[Problem]]]:
    spec = document.content.spec
    for environment, values in (("test", spec.test), ("production", spec.production)):
        if values is not None:
            yield _discovery(asked, document, f"spec.{environment}.issuer", values)
            yield _keys(asked, document, f"spec.{environment}.jwksUri", values)


async def _discovery(
    asked: _Asked, document: Sourced[IdentityProvider], field: str, values: ProviderValues
) -> list[Problem]:
    spec = document.content.spec
    metadata = await asked.document(f"{values.issuer}{published.WELL_KNOWN}")
    if isinstance(metadata, Unreachable):
        return [_silent(live.DISCOVERY, document, field, metadata)]
    wrong = list(published.faults(metadata, spec, values))
    if not published.offers(metadata, [each.value for each in spec.protocol.algorithms]):
        wrong.append("it offers none of the agreed algorithms for ID tokens")
    message = say("The discovery document is not as the file says: {wrong}", wrong="; ".join(wrong))
    return [_problem(live.DISCOVERY, document, field, message)] if wrong else []


async def _keys(
    asked: _Asked, document: Sourced[IdentityProvider], field: str, values: ProviderValues
) -> list[Problem]:
    jwks = await asked.document(values.jwks_uri)
    if isinstance(jwks, Unreachable):
        return [_silent(live.KEYS, document, field, jwks)]
    agreed = tuple(each.value for each in document.content.spec.protocol.algorithms)
    wrong = list(published_keys.faults(jwks, agreed))
    message = say("The keys are not as the file says: {wrong}", wrong="; ".join(wrong))
    return [_problem(live.KEYS, document, field, message)] if wrong else []


def _addresses(tree: Tree, is_asked_for: Callable[[str], bool]) -> Iterator[tuple[Sourced[Any], str, str]]:
    """Yield (document, field, address) of what a browser is sent to; loopback is on the user's machine, not here."""
    for service in tree.integrations.values():
        if is_asked_for(service.path):
            for field, address in fields.redirects(service.content):
                yield service, field, address
    for installation in tree.installations.values():
        if is_asked_for(installation.path):
            for field, address in installations.redirects(installation.content):
                yield installation, field, address


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
