"""Flux's ten invariants of conditions, as its own checker has them (fluxcd/pkg, runtime/conditions/check)."""

from __future__ import annotations

from collections.abc import Collection

from sluse.model.resources.status import ConditionStatus, Status

NEGATIVE = ("Reconciling", "Stalled")


def broken(status: Status, generation: int, negative: Collection[str] = NEGATIVE) -> list[str]:
    """Return the invariants that a status breaks. `negative` are the conditions that are bad news while True."""
    rows = {condition.type: condition for condition in status.conditions}
    true = {name for name, row in rows.items() if row.status is ConditionStatus.TRUE}
    false = {name for name, row in rows.items() if row.status is ConditionStatus.FALSE}
    observed = status.observed_generation or 0
    ready = "Ready" in true
    said = {row.observed_generation for row in rows.values()}
    holds = {
        "bad news stands beside Ready": not (ready and true & set(negative)),
        "Ready is missing": "Ready" in rows,
        "Reconciling and not unready": "Reconciling" not in true or "Ready" in false,
        "Stalled and not unready": "Stalled" not in true or "Ready" in false,
        "Reconciling and Stalled": not {"Reconciling", "Stalled"} <= rows.keys(),
        "observed what is not there yet": observed <= generation,
        "Ready for an older generation": not ready or observed == generation,
        "a condition of an older generation beside Ready": not ready or min(said) >= generation,
        "a condition of another generation than is observed": not ready or said == {observed},
        "Reconciling what is observed": "Reconciling" not in true or observed < rows["Reconciling"].observed_generation,
    }
    return [name for name, held in holds.items() if not held]
