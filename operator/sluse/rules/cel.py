"""What the twins of rules and whoever evaluates them must know of CEL alike."""

from __future__ import annotations

RESERVED = frozenset(
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
"""Words that no member can be selected by: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax."""
