"""ValidatingAdmissionPolicies: CEL that judges a write after its schema did, where a binding says so.

A policy is in force with the write that stored it; a real server takes a moment, so callers ask until it is. As there,
what cannot be evaluated is refused, unless `failurePolicy` is Ignore.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sluse.sandbox.kube.builtin import BINDINGS, POLICIES
from sluse.sandbox.kube.celrules import Expression
from sluse.sandbox.kube.policy_matching import Asked, matches
from sluse.sandbox.kube.status import APIError, Cause, Object, forbidden
from sluse.sandbox.kube.store import Event, Store

_KNOWN = frozenset({"object", "oldObject", "request", "namespaceObject", "variables"})
_VARIABLE = re.compile(r"\bvariables\.([A-Za-z_]\w*)")
_CODES = {"Unauthorized": 401, "Forbidden": 403, "Invalid": 422, "RequestEntityTooLarge": 413}


class _Evaluation:
    """One request as one policy sees it: a variable is evaluated when something needs it, and once."""

    def __init__(self, variables: Mapping[str, Expression], asked: Asked) -> None:
        self._expressions = variables
        self._values: Object = {}
        self._context: Object = {
            "object": asked.item,
            "oldObject": asked.old,
            "request": asked.request(),
            "namespaceObject": asked.namespace,
        }

    def value(self, expression: Expression) -> Any:
        """Return what an expression gives; a ValueError says why it gives nothing."""
        needed = dict.fromkeys(_VARIABLE.findall(expression.text))
        for name in needed:
            if name not in self._values:
                self._values[name] = self.value(self._expressions[name])
        variables = {name: self._values[name] for name in needed}
        return expression.value({**self._context, "variables": variables})


class _Validation:
    def __init__(self, source: Object) -> None:
        self.expression = Expression(source["expression"], _KNOWN)
        told = source.get("messageExpression")
        self._told = Expression(told, _KNOWN) if told else None
        self._message: str = source.get("message") or f"failed expression: {' '.join(source['expression'].split())}"
        self.reason: str = source.get("reason") or "Invalid"

    def message(self, evaluation: _Evaluation) -> str:
        if self._told is None:
            return self._message
        try:
            return str(evaluation.value(self._told))
        except ValueError:
            return self._message


class Policy:
    """One policy, compiled. A ValueError for an expression that does not compile."""

    def __init__(self, spec: Object) -> None:
        self.constraints: Object = spec.get("matchConstraints") or {}
        self._closed = (spec.get("failurePolicy") or "Fail") == "Fail"
        self._conditions = [Expression(each["expression"], _KNOWN) for each in spec.get("matchConditions") or ()]
        self._variables = {each["name"]: Expression(each["expression"], _KNOWN) for each in spec.get("variables") or ()}
        self._validations = [_Validation(each) for each in spec.get("validations") or ()]
        known = set[str]()
        for name, each in self._variables.items():
            _declared(each.text, known)
            known.add(name)
        for text in (*(each.text for each in self._conditions), *(each.expression.text for each in self._validations)):
            _declared(text, known)

    def refusals(self, asked: Asked) -> Iterator[tuple[str, str]]:
        """Yield reason and message of every validation that refuses."""
        evaluation = _Evaluation(self._variables, asked)
        try:
            if not all(evaluation.value(each) is True for each in self._conditions):
                return
        except ValueError as error:
            if self._closed:
                yield "Invalid", str(error)
            return
        for each in self._validations:
            try:
                if evaluation.value(each.expression) is not True:
                    yield each.reason, each.message(evaluation)
            except ValueError as error:
                if self._closed:
                    yield "Invalid", str(error)


class Policies:
    """Every policy that is stored, and where it is bound."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: dict[str, Policy] = {}
        store.observers.append(self._observe)

    def _observe(self, resource: tuple[str, str], event: Event) -> None:
        name = event.stored.key[1]
        if resource == POLICIES:
            self._compiled.pop(name, None)
            if event.type != "DELETED":
                self._compiled[name] = Policy(event.stored.item["spec"])

    def judge(self, asked: Asked) -> tuple[str, ...]:
        """Raise what the first binding that denies says; return the warnings of those that only warn.

        As on a real server, policies judge nothing of their own group, so that nobody can lock himself out.
        """
        if not self._compiled or asked.resource.group == POLICIES[0]:
            return ()
        warnings = []
        bindings = self._store.collection(BINDINGS)
        for key in sorted(bindings.within("")):
            found = bindings.get(key)
            spec = found.item["spec"] if found is not None else {}
            policy = self._compiled.get(spec.get("policyName", ""))
            if policy is None or not matches(policy.constraints, asked):
                continue
            if not matches(spec.get("matchResources") or {}, asked):
                continue
            for reason, message in policy.refusals(asked):
                told = f"ValidatingAdmissionPolicy '{spec['policyName']}' with binding '{key[1]}' denied request: {message}"
                if "Deny" in spec["validationActions"]:
                    raise _refusal(asked, reason, told)
                if "Warn" in spec["validationActions"]:
                    warnings.append(f"Validation failed for {told.replace(' denied request', '')}")
        return tuple(warnings)


def definition_causes(item: Object) -> list[Cause]:
    """Return why a policy cannot be stored."""
    if item["spec"].get("paramKind"):
        return [Cause("FieldValueForbidden", "Forbidden: the sandbox has no parameters", "spec.paramKind")]
    if not item["spec"].get("validations"):
        return [Cause("FieldValueRequired", "Required value: validations or auditAnnotations", "spec.validations")]
    try:
        Policy(item["spec"])
    except ValueError as error:
        return [Cause("FieldValueInvalid", f"Invalid value: compilation failed: {error}", "spec")]
    return []


def _declared(text: str, known: set[str]) -> None:
    strangers = set(_VARIABLE.findall(text)) - known
    if strangers:
        raise ValueError(f"undefined field '{min(strangers)}'")


def _refusal(asked: Asked, reason: str, message: str) -> APIError:
    refused = forbidden(asked.resource.group, asked.resource.plural, asked.name, message)
    details = {**(refused.details or {}), "causes": [{"message": message}]}
    return APIError(_CODES.get(reason, 422), reason, refused.message, details=details)
