"""The form in which registrations are compared: sets sorted, each item once.

Authorities reorder lists as they like, so order must never be a reason to write.
"""

from __future__ import annotations

from sluse.model.digests import canonical
from sluse.model.keys import PublicJwk
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim


def normal(registration: Registration) -> Registration:
    """Return the same registration with every set sorted as `desired` sorts it: the same object where it is so already."""
    fields = {name: getattr(registration, name) for name in Registration.model_fields}
    many = {name: value for name, value in fields.items() if isinstance(value, tuple) and len(value) > 1}
    sets = {name: tuple(sorted(set(value), key=_order)) for name, value in many.items()}
    return registration if sets == many else registration.model_copy(update=sets)


def _order(item: object) -> bytes | tuple[str, str] | str:
    match item:
        case PublicJwk():
            return canonical(item.wire())
        case Claim():
            return item.type, item.value
        case _:
            return str(item)
