"""Previews of changes of different weight: file name -> text. `make examples` rebuilds `tests/golden/preview/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sluse.words.said import english

sys.path.insert(0, str(Path(__file__).parents[1]))  # the worlds of the tests

from sluse.plan.preview import markdown, text, wire
from sluse.plan.preview.value import Preview
from sluse.words.language import Language, in_language
from worlds.previewing import JOURNAL, PROVIDER_FILE, Files, previewed, replaced, repository, without

FOLDER = Path(__file__).parent / "preview"

BOKMAL = in_language(Language.BOKMAL)

CHANGES: Mapping[str, Callable[[Files], Files]] = {
    "test-values": lambda base: replaced(base, JOURNAL, ("test.fjordlegen", "beta.fjordlegen")),
    "tested-after-acceptance": lambda base: replaced(base, JOURNAL, ("nhn:msh/api", "nhn:deft/api")),
    "provider-removed": lambda base: without(base, PROVIDER_FILE),
    "claim-mapping": lambda base: replaced(base, PROVIDER_FILE, ("identifier: pid", "identifier: sub")),
    "live-service-deleted": lambda base: without(base, JOURNAL, "integrations/fjordlegen/keys/journal"),
}
FORMS: Mapping[str, Callable[[Preview], str]] = {
    "txt": lambda found: "\n".join(text.lines(found, words=english)) + "\n",
    "nb.txt": lambda found: "\n".join(text.lines(found, BOKMAL)) + "\n",
    "md": lambda found: markdown.markdown(found, words=english),
    "nb.md": lambda found: markdown.markdown(found, BOKMAL),
    "json": lambda found: json.dumps(wire.wire(found, words=english), ensure_ascii=False, indent=2) + "\n",
}


def pages() -> Mapping[str, str]:
    """Return every page by its file name."""
    _, base = repository()
    found: dict[str, str] = {}
    for name, change in CHANGES.items():
        preview = previewed(base, change(base))
        found |= {f"{name}.{form}": render(preview) for form, render in FORMS.items()}
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, encoding="utf-8")
