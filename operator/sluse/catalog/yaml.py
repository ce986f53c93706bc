"""YAML out, and trusted YAML in: for files that Sluse itself writes, and for those of the platform (a kubeconfig)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from yaml import YAMLError as Unreadable

from sluse.catalog.scalars import is_plainly_text

__all__ = ["Unreadable", "dump", "lines", "plain"]


_TEXT = "tag:yaml.org,2002:str"
_FROM_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
"""Some readers take only the date alone for one: what begins with one is quoted too, so that neighbours look alike."""


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented, texts of several lines as they are, and quotes wherever any reader could take it for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    resolved = dumper.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # the stubs'
    plain = is_plainly_text(text) and resolved == _TEXT and not _FROM_A_DATE.match(text)
    style = "|" if "\n" in text else None if plain else '"'
    return dumper.represent_scalar(_TEXT, text, style)


_Dumper.add_representer(str, _text)


def dump(*documents: Mapping[str, object]) -> str:
    """Return JSON-able documents as YAML that readers of 1.1 and 1.2 read alike; keys keep their order."""
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=False
    )
    return text


def lines(text: str) -> Mapping[str, int]:
    """Return on which line each key of the outermost mapping stands, from 1. Raises Unreadable."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line + 1 for key, _ in root.value}


def plain(text: str) -> object:
    """Return what a trusted YAML or JSON text says. Raises Unreadable; never for what a stranger wrote."""
    return yaml.load(text, Loader=yaml.CSafeLoader)
