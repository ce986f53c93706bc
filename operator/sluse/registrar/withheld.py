"""How a withheld registration is known: every key in it is a throwaway, whose private half nobody has.

Told by `kid`, because that is the one member of a key that every authority gives back as it was. A rule has to
keep authored keys away from the prefix; nothing here can tell them apart.
"""

from __future__ import annotations

from sluse.model.registration import Registration

KID_PREFIX = "withheld-"


def is_withheld(registration: Registration) -> bool:
    """Whether nobody can use the registration; false as soon as one key in it is somebody's."""
    return all(key.kid.startswith(KID_PREFIX) for key in registration.keys)
