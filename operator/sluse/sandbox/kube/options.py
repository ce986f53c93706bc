"""What a write asks for in its query and, for deletes, in its body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sluse.sandbox.kube.status import APIError, Object, bad_request

Judge = Callable[[Object, Object | None], tuple[str, ...]]
"""Judges an object that would be stored, and what was there before; returns warnings, raises a refusal."""


def _nobody(item: Object, old: Object | None) -> tuple[str, ...]:  # noqa: ARG001 - a judge's signature
    return ()


@dataclass(frozen=True)
class WriteOptions:
    """`manager` owns what this write changes; `named`: the caller said who that is. `force` is for apply alone.

    `judge` is admission by policy; what the server itself writes, nobody judges.
    """

    manager: str
    named: bool = False
    dry_run: bool = False
    force: bool = False
    validation: Literal["Ignore", "Warn", "Strict"] = "Warn"
    judge: Judge = _nobody


@dataclass(frozen=True)
class DeleteOptions:
    """Preconditions are None where not asked for."""

    dry_run: bool = False
    propagation: Literal["Background", "Foreground", "Orphan"] = "Background"
    uid: str | None = None
    resource_version: str | None = None


def write_options(query: Mapping[str, str], user_agent: str) -> WriteOptions:
    """Read fieldManager, dryRun, force and fieldValidation."""
    manager = query.get("fieldManager", "") or re.split(r"[/\s]", user_agent or "unknown", maxsplit=1)[0]
    if len(manager) > 128:
        raise bad_request("fieldManager may be at most 128 characters")
    validation = query.get("fieldValidation") or "Warn"
    if validation not in {"Ignore", "Warn", "Strict"}:
        supported = 'supported values: "", "Ignore", "Strict", "Warn"'
        raise APIError(422, "Invalid", f'fieldValidation: Unsupported value: "{validation}": {supported}')
    return WriteOptions(
        manager=manager,
        named=bool(query.get("fieldManager")),
        dry_run=_dry(query.get("dryRun")),
        force=query.get("force", "").lower() in {"true", "1"},
        validation=validation,  # type: ignore[arg-type]  # compared above
    )


def delete_options(query: Mapping[str, str], body: Any) -> DeleteOptions:
    """Read a DeleteOptions body or its query form."""
    if body is not None and not isinstance(body, dict):
        raise bad_request("the body of a delete must be DeleteOptions")
    options: Object = body or {}
    listed = options.get("dryRun") or ([query["dryRun"]] if "dryRun" in query else [])
    propagation = options.get("propagationPolicy") or query.get("propagationPolicy")
    if propagation is None and (options.get("orphanDependents") or query.get("orphanDependents") == "true"):
        propagation = "Orphan"
    if propagation not in {None, "Background", "Foreground", "Orphan"}:
        raise bad_request(f'propagationPolicy: "{propagation}" is not one of Background, Foreground, Orphan')
    preconditions = options.get("preconditions") or {}
    return DeleteOptions(
        dry_run=any(_dry(value) for value in listed),
        propagation=propagation or "Background",  # type: ignore[arg-type]  # compared above
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
    )


def _dry(value: str | None) -> bool:
    if value not in {None, "", "All"}:
        raise bad_request(f'dryRun: Unsupported value: "{value}": supported values: "All"')
    return value == "All"
