"""What a plain (unquoted) scalar means by the YAML 1.2 core schema, and where a YAML 1.1 reader would differ.

Dates stay text until a model reads them: neither schema's timestamps are wanted.
"""

from __future__ import annotations

import math
import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
MOST_DIGITS = 18

_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off)"  # booleans of YAML 1.1
    r"|[-+]?0[0-9_]+"  # octal there, decimal here
    r"|0o[0-7]+"  # octal here, text there
    r"|[-+]?0b[01_]+"  # binary there, text here
    r"|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"  # a number there
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"  # base 60 there
    r"|[-+]?[0-9]+(\.[0-9]*)?[eE][0-9]+"  # a number here only
    r"|[-+]?[0-9]+[eE][-+][0-9]+"
    r"|="  # a type of its own there
)


class OutOfRange(ValueError):
    """A number that readers cut off at different places."""


def typed(text: str) -> str | int | float | bool | None:
    """Return what a plain scalar means. Raises OutOfRange for numbers beyond 18 digits, and infinite ones."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text) or _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise OutOfRange
        return int(text, base=10 if _INTEGER.fullmatch(text) else 0)
    if _INFINITE.fullmatch(text):
        raise OutOfRange
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise OutOfRange
        return number
    return text


def is_ambiguous(text: str) -> bool:
    """Tell whether a YAML 1.1 reader would read the plain scalar as something else."""
    return _AMBIGUOUS.fullmatch(text) is not None


def is_plainly_text(text: str) -> bool:
    """Tell whether every reader takes the plain scalar for text."""
    try:
        return isinstance(typed(text), str) and not is_ambiguous(text)
    except OutOfRange:
        return False
