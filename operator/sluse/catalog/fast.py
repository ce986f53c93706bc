"""The fast way in: text -> plain data for the files that leave no room for doubt; all others raise Doubt.

Fast readers disagree with YAML 1.2 and with each other on duplicate keys, `0123`, `1_000`, big integers and tags
(yaml-rs reads the first two as 123 and 1000). So every line must match a small grammar in which all readers agree;
what the grammar does not know goes to the positioned reader, which decides. A refusal list was rejected: it has
to be complete, and this one only has to be right.
"""

from __future__ import annotations

import json
import re
from typing import cast

import yaml_rs

from sluse.catalog.nodes import JsonValue
from sluse.catalog.scalars import MOST_DIGITS


class Doubt(ValueError):
    """Some reader might read the text otherwise: let the positioned reader decide."""


_END = r"(?=[ ]*(?:\n|\Z|(?<=[ ])#))"
_WORD = r"(?=[ynotfYNOTF])(?i:y|n|yes|no|on|off|true|false|null)"
_EXACT = (
    rf"(?:true|false|null|0|-?[1-9][0-9]{{0,14}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:T[0-9]{{2}}:[0-9]{{2}})?){_END}"
)
# Digests and nonces that begin with a digit: the letter in them is one that is in no number of any YAML.
_CODE = rf"(?!0b)(?=[0-9a-f]*[a-df]|[0-9A-Za-z_-]*[g-hj-mp-wyz])[0-9][0-9A-Za-z_-]{{21,63}}{_END}"
_TEXT = rf"(?!{_WORD}{_END})(?:[A-Za-zÆØÅæøå/]|\+[0-9]+ [0-9])[^:#\n]*(?:(?::(?=[^ \n])|(?<! )#)[^:#\n]*)*"
_SINGLE = r"'[^'\n]*'"
_DOUBLE = r'"[^"\\\n]*"'
_KEY = rf"(?!{_WORD}:)[A-Za-z][A-Za-z0-9]*:"
_ITEM = rf"(?:{_SINGLE}|{_DOUBLE}|(?!{_WORD}[ ]*[,\]}}])[A-Za-z](?:[A-Za-z0-9_./*-]|:(?=[A-Za-z0-9_./*-]))*)"
_LIST = rf"\[(?:{_ITEM}(?:, *{_ITEM})*)?\]"
_GROUP = rf"\{{(?:{_KEY} {_ITEM}(?:, *{_KEY} {_ITEM})*)?\}}"
_VALUE = rf"(?:{_TEXT}|{_EXACT}|{_CODE}|(?:{_SINGLE}|{_DOUBLE}|{_LIST}|{_GROUP}){_END})"
_LINE = rf"[ ]*(?:(?:- +)*{_KEY}(?: +{_VALUE})?|(?:- +)+{_VALUE})?[ ]*(?:(?<![^ \n])#.*)?"
# The one text of several lines that is known: a signature, as an item of a list.
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_SIGNATURE = (
    rf"(?P<indent>[ ]*)- \|-?\n(?P=indent)  {_BEGIN}\n"
    r"(?:(?P=indent)  [A-Za-z0-9+/=]+\n)+(?P=indent)  -----END SSH SIGNATURE-----\n"
)
_SIGNED = re.compile(f"^{_SIGNATURE}", re.MULTILINE)
_ONE = re.compile(_LINE)
# The last two are spaces that one reader strips and another keeps.
_ODD = re.compile("[^\n\x20-\x7e\xa1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\U00010000-\U0003ffff]")


def read_yaml(text: str) -> JsonValue:
    """Return what the text says. Raises Doubt."""
    if not _is_plain(text):
        raise Doubt
    try:
        return cast("JsonValue", yaml_rs.loads(text, parse_datetime=False))
    except ValueError as error:
        raise Doubt from error


def _is_plain(text: str) -> bool:
    """Tell whether the grammar knows every line. No line depends on another, and most are in many files: those are remembered."""
    if _BEGIN in text:
        text = _SIGNED.sub("", text)  # its first line is no line of the grammar's
    fresh = {*text.split("\n")} - _MET
    if any(_is_odd(line) or not _ONE.fullmatch(line) for line in fresh):
        return False
    if len(_MET) > _MOST_MET:
        _MET.clear()
    _MET.update(line for line in fresh if len(line) <= _LONGEST_MET)
    return True


def _is_odd(line: str) -> bool:
    return not (line.isascii() and line.isprintable()) and _ODD.search(line) is not None


_MET: set[str] = set()
_MOST_MET = 20_000
_LONGEST_MET = 200


def read_json(text: str) -> JsonValue:
    """Return what the text says. Raises Doubt, of escapes too, since surrogate pairs are JSON's alone."""
    if "\\" in text:
        raise Doubt
    try:
        read = _JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise Doubt from error
    return cast("JsonValue", read)


def _once(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Doubt
    return members


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise Doubt
    return int(text)


def _refuse(_: str) -> JsonValue:
    raise Doubt


_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
