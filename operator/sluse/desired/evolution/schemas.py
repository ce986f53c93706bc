"""Two schemas of one form -> every change that what was written by the old one may not survive. Pure.

Both are schemas without references, as CRDs have them and as `forms` makes them of any model. Compared is only what both
have: what is new is judged where it could refuse something old, which is a new required field, rule or bound. A keyword
that this module does not know must stay as it is, so that nobody forgets to decide what a change of it means.

Modelled on the checks of kubernetes-sigs and OpenShift for CRDs; wider in that defaults count (digests leave them
out), stricter in that no pattern is believed to be wider than another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sluse.desired.evolution.breaking import Breaking
from sluse.desired.json_schema import JsonSchema

_FREE = frozenset({"description", "title", "example", "externalDocs"})
_LEAST = frozenset({"minLength", "minimum", "minItems", "minProperties"})
_MOST = frozenset({"maxLength", "maximum", "maxItems", "maxProperties"})
_LIST = frozenset({"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"})
_WALKED = frozenset({"properties", "patternProperties", "items", "additionalProperties", "required"})
_RULES = "x-kubernetes-validations"
_PRESERVE = "x-kubernetes-preserve-unknown-fields"

_Found = Iterator[Breaking]


def breaking(old: JsonSchema, new: JsonSchema, path: str = "") -> _Found:
    """Yield every breaking change from `old` to `new`, depth first."""
    for keyword in sorted((old.keys() | new.keys()) - _FREE - _WALKED):
        if old.get(keyword) != new.get(keyword):
            judge = _JUDGES.get(keyword, _unknown)
            yield from (Breaking(path, reason, said) for reason, said in judge(keyword, old, new))
    yield from _required(old, new, path)
    yield from _properties(old, new, path)
    yield from _patterned(old, new, path)
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        before, after = _schema(old, keyword), _schema(new, keyword)
        if before is not None and after is not None:
            yield from breaking(before, after, f"{path}{step}")
        elif before is not None:
            yield Breaking(f"{path}{step}", "FieldRemoved", f"{keyword} is gone: its values would be dropped")


def _schema(node: JsonSchema, keyword: str) -> JsonSchema | None:
    """Return the schema of what is unnamed: false allows nothing, as absence does, and true allows anything."""
    said = node.get(keyword, False)
    return ({} if said else None) if isinstance(said, bool) else said


def _properties(old: JsonSchema, new: JsonSchema, path: str) -> _Found:
    left = new.get("properties", {})
    for name, schema in old.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        if name in left:
            yield from breaking(schema, left[name], here)
        else:
            yield Breaking(here, "FieldRemoved", "the field is gone: its value would be dropped or refused")


def _patterned(old: JsonSchema, new: JsonSchema, path: str) -> _Found:
    left = new.get("patternProperties", {})
    for pattern, schema in old.get("patternProperties", {}).items():
        if pattern in left:
            yield from breaking(schema, left[pattern], f"{path}{{}}")
        else:
            yield Breaking(f"{path}{{}}", "PatternChanged", f"keys like {pattern} may stand no more")


def _required(old: JsonSchema, new: JsonSchema, path: str) -> _Found:
    had = old.get("properties", {})
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        if name not in had and "default" in new.get("properties", {}).get(name, {}):
            continue  # the server fills in what an old object lacks
        here = f"{path}.{name}" if path else name
        yield Breaking(here, "FieldRequired", "the field is required now, and what is written may lack it")


_Said = Iterator[tuple[str, str]]


def _type(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    yield "TypeChanged", f"{old.get('type', 'any')} became {new.get('type', 'any')}"


def _enum(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if "enum" not in new:
        return
    if "enum" not in old:
        yield "ValueRemoved", f"only {_listed(new['enum'])} are left of all values"
    elif gone := [value for value in old["enum"] if value not in new["enum"]]:
        yield "ValueRemoved", f"{_listed(gone)} may stand no more"


def _const(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if "const" in new:
        yield "ValueRemoved", f"{old.get('const', 'any')} became {new['const']}"


def _least(keyword: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if keyword in new and (keyword not in old or new[keyword] > old[keyword]):
        yield "BoundNarrowed", f"{keyword} rose from {old.get(keyword, 'none')} to {new[keyword]}"


def _most(keyword: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if keyword in new and (keyword not in old or new[keyword] < old[keyword]):
        yield "BoundNarrowed", f"{keyword} fell from {old.get(keyword, 'none')} to {new[keyword]}"


def _pattern(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if "pattern" in new:
        yield "PatternChanged", f"{old.get('pattern', 'no pattern')} became {new['pattern']}"


def _format(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if "format" in new:
        yield "FormatChanged", f"{old.get('format', 'no format')} became {new['format']}"


def _nullable(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if old.get("nullable") and not new.get("nullable"):
        yield "TypeChanged", "null may stand no more"


def _list_type(keyword: str, old: JsonSchema, new: JsonSchema) -> _Said:
    yield "ListTypeChanged", f"{keyword} {old.get(keyword, 'none')} became {new.get(keyword, 'none')}"


def _default(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if not _grew(old.get("default"), new.get("default"), new):
        yield "DefaultChanged", f"{old.get('default', 'none')} became {new.get('default', 'none')}"


def _grew(old: object, new: object, schema: JsonSchema) -> bool:
    """Tell whether a group's default has only what was there and fields at their own default: an old object means that too."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    fields = schema.get("properties", {})
    own = {name: fields.get(name, {}).get("default") for name in new.keys() - old.keys()}
    return {**old, **own} == new


def _preserved(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    if old.get(_PRESERVE) and not new.get(_PRESERVE):
        yield "UnknownFieldsDropped", "fields that the schema does not name would be dropped"


def _rules(_: str, old: JsonSchema, new: JsonSchema) -> _Said:
    known = {rule["rule"] for rule in old.get(_RULES, ())}
    added = new.get("properties", {}).keys() - old.get("properties", {}).keys()
    for rule in new.get(_RULES, ()):
        if rule["rule"] not in known and not _about_the_new(rule["rule"], added):
            yield "RuleAdded", f"what is written may not satisfy: {rule['rule']}"


def _about_the_new(rule: str, added: set[str]) -> bool:
    """Tell whether a rule is true of every object without the new fields. A conditional binds looser than `||`."""
    return "?" not in rule and any(rule.startswith(f"!has(self.{name}) || ") for name in added)


def _unknown(keyword: str, old: JsonSchema, new: JsonSchema) -> _Said:
    yield "KeywordChanged", f"{keyword} {old.get(keyword, 'none')} became {new.get(keyword, 'none')}"


def _listed(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values)


_JUDGES: Mapping[str, Callable[[str, JsonSchema, JsonSchema], _Said]] = {
    **dict.fromkeys(_LEAST, _least),
    **dict.fromkeys(_MOST, _most),
    **dict.fromkeys(_LIST, _list_type),
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "nullable": _nullable,
    "default": _default,
    _PRESERVE: _preserved,
    _RULES: _rules,
}
"""Who judges a keyword that is not the same in both."""
