"""Text that stands in a page in Markdown."""

from __future__ import annotations


def escaped(text: str) -> str:
    """Return text with what Markdown would take for HTML escaped, but in code, where it is shown as it is."""
    parts = text.split("`")
    return "`".join(
        part if index % 2 else part.replace("<", "\\<").replace("*", "\\*") for index, part in enumerate(parts)
    )
