"""The base of every modelled value, and the bounded scalar types that fields are made of.

Every string, list and map has a bound, since CRD validation rules are priced by the largest value a field may
hold; `tests/model` demands it. Patterns state *form* only. What a value must *mean* (a check digit, an owned
domain) is a rule (`sluse.rules`), because a rule can say why, and point at its source.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

ORGANISATION_DIGITS = 9
"""No other text has this bound, so who meets it in an error knows what was to stand there."""

SLUG = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"


class Value(BaseModel):
    """A frozen value. Written camelCase outside, as Kubernetes does; unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, use_enum_values=False
    )

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form with defaults left out: what git, digests and custom resources hold."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _text(maximum: int, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=maximum, pattern=pattern)


Slug = Annotated[str, _text(40, SLUG)]
Line = Annotated[str, _text(120, r"^[^\r\n\t]+$")]
Text = Annotated[str, _text(2000)]
OrganisationNumber = Annotated[str, _text(ORGANISATION_DIGITS, r"^[0-9]{9}$")]
Domain = Annotated[str, _text(253, r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")]
Url = Annotated[str, _text(512, r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^\s]+$")]
Scope = Annotated[str, _text(200, r"^[^\s\"\\]+$")]
ClaimType = Annotated[str, _text(200, r"^[^\s]+$")]
Mailbox = Annotated[str, _text(254, r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Phone = Annotated[str, _text(20, r"^\+?[0-9 ]{5,19}$")]
SshPublicKey = Annotated[str, _text(1000, r"^(ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]+( [^\r\n]*)?$")]
Sha256 = Annotated[str, _text(64, r"^[0-9a-f]{64}$")]
KeyId = Annotated[str, _text(50, r"^SHA256:[A-Za-z0-9+/]{43}$")]
Armoured = Annotated[
    str, _text(2000, r"^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=]+\n)+-----END SSH SIGNATURE-----\n?$")
]
Zone = Annotated[str, _text(64, r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$")]
Count = Annotated[StrictInt, Field(ge=0, le=2_000_000_000)]
Days = Annotated[StrictInt, Field(ge=0, le=36_500)]
Flag = StrictBool
Port = Annotated[StrictInt, Field(ge=1, le=65535)]


def _whole(value: object) -> object:
    """Refuse what Python takes for the number 1 though nobody wrote that: `true` and 1.0."""
    if type(value) is not int:
        raise PydanticKnownError("literal_error", {"expected": "1"})
    return value


First = Annotated[Literal[1], BeforeValidator(_whole)]
"""The version of a form of which there is one so far."""

_FIRST, _LAST = datetime(2000, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - the bounds of wall clocks too
Moment = Annotated[AwareDatetime, Field(ge=_FIRST.replace(tzinfo=UTC), le=_LAST.replace(tzinfo=UTC))]
"""An instant. Like the next two far from where the calendar ends: adding a day there is an error that stops everybody."""
WallClock = Annotated[NaiveDatetime, Field(ge=_FIRST, le=_LAST)]
Day = Annotated[date, Field(ge=_FIRST.date(), le=_LAST.date())]


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(f"{text} is not a network such as 91.186.66.76/32") from None
    return text


Cidr = Annotated[str, _text(43, r"^[0-9a-f:.]+/[0-9]{1,3}$"), AfterValidator(_network)]
"""An IPv4 or IPv6 network; one address is a network of /32 or /128."""

Item = TypeVar("Item", bound=Hashable)


def _unique(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if len(items) < 2:
        return items  # most lists: hashing a model costs more than all else that is asked of it
    seen: set[Item] = set()
    for item in items:
        if item in seen:
            raise ValueError(f"{item!s} is listed twice")
        seen.add(item)
    return items


# A set written as a list: order carries no meaning, duplicates are errors. Give each use its own `Field(max_length=…)`.
Unique = AfterValidator(_unique)
