"""The part of JSONPath that printer columns use: fields, indexes, wildcards and `[?(@.type=="Ready")]`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_STEP = re.compile(
    r"\.(?P<name>(?:[\w-]|\\.)+)|\[['\"](?P<quoted>[^'\"]+)['\"]\]|\[(?P<index>-?\d+)\]|(?P<all>\[\*\]|\.\*)"
    r"|\[\?\(@\.(?P<field>[\w.]+)\s*(?P<op>==|!=)\s*['\"](?P<wanted>[^'\"]*)['\"]\)\]"
)


@lru_cache(maxsize=512)
def jsonpath(text: str) -> Callable[[Any], list[Any]]:
    """Return a function from an object to the values found; a ValueError for what is not imitated."""
    steps: list[re.Match[str]] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            raise ValueError(f"cannot read JSONPath {text!r} at {text[position:]!r}")
        steps.append(step)
        position = step.end()

    def find(item: Any) -> list[Any]:
        values = [item]
        for step in steps:
            values = [found for value in values for found in _follow(step, value)]
        return values

    return find


def _follow(step: re.Match[str], value: Any) -> list[Any]:
    name = step["quoted"] or (step["name"] or "").replace("\\", "")
    if name:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if step["all"]:
        return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    if not isinstance(value, list):
        return []
    if step["index"]:
        index = int(step["index"])
        return [value[index]] if -len(value) <= index < len(value) else []
    field = jsonpath("." + step["field"])
    return [item for item in value if ([str(v) for v in field(item)] == [step["wanted"]]) is (step["op"] == "==")]
