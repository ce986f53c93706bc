"""The difference between the registration that is wanted and the one that is held, field by field.

Lists are sets: order and repetition are no difference. Keys are shown by kid, algorithm and thumbprint, never by
their members: a wall of base64 hides that a key was replaced under the same kid. It goes over the model's own fields,
so that a field added there cannot be forgotten here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic.alias_generators import to_camel

from sluse.model.keys import PublicJwk
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim
from sluse.plan.thumbprint import thumbprint
from sluse.words.said import Translate, english, own


@dataclass(frozen=True)
class Change:
    """One field. `field` is its name as authors write it; `added` and `removed` are texts for people, sorted.

    A field with one value has the new one in `added` and the old one in `removed`.
    """

    field: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.told(english)

    def told(self, words: Translate) -> str:
        """Return it in a line; what is no field's name, nor anybody's value, in a person's language."""
        signed = [f"-{own(text, words)}" for text in self.removed]
        signed += [f"+{own(text, words)}" for text in self.added]
        return f"{own(self.field, words)}: {', '.join(signed)}"


def difference(wanted: Registration, observed: Registration) -> tuple[Change, ...]:
    """Return what has to change for `observed` to become `wanted`, in the model's order; empty where nothing has."""
    changes = (_change(name, wanted, observed) for name in Registration.model_fields)
    return tuple(change for change in changes if change is not None)


def described(registration: Registration) -> tuple[Change, ...]:
    """Return every field of a registration as it would be added to nothing; empty ones have nothing added."""
    return tuple(
        Change(to_camel(name), added=_texts(_items(getattr(registration, name)))) for name in Registration.model_fields
    )


def _change(name: str, wanted: Registration, observed: Registration) -> Change | None:
    new, old = _items(getattr(wanted, name)), _items(getattr(observed, name))
    if new == old:
        return None
    return Change(to_camel(name), added=_texts(new - old), removed=_texts(old - new))


def _items(value: object) -> frozenset[object]:
    return frozenset(value if isinstance(value, tuple) else (value,))


def _texts(items: frozenset[object]) -> tuple[str, ...]:
    return tuple(sorted(text_of(item) for item in items))


def text_of(item: object) -> str:
    """Return one item of a field for people: a key by its kid and thumbprint, what cannot be printed escaped."""
    match item:
        case PublicJwk():
            seen = thumbprint(item)
            text = f"{item.kid} ({item.alg}, {'kid = thumbprint' if item.kid == seen else f'thumbprint {seen}'})"
        case Claim():
            text = f"{item.type}={item.value}"
        case _:
            text = str(item)
    # What an authority holds was written by strangers, and this is read on terminals.
    return text if text.isprintable() else ascii(text)
