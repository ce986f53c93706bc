"""A preview in lines: what is counted as what, and what is never translated."""

from __future__ import annotations

from sluse.model.classes import FieldClass
from sluse.plan.client import Change
from sluse.plan.preview.text import lines, summary
from sluse.plan.preview.value import Authored, Item, Preview
from sluse.words.language import Language, in_language
from sluse.words.said import english

BOKMAL = in_language(Language.BOKMAL)
SERVICE = Item("fjordlegen.journal", "ServiceIntegration", "Journal")
OWN_FILE = Item("fjordlegen", "Organisation", "Fjordlegen")


def test_an_organisations_own_file_is_no_integration() -> None:
    assert summary(Preview("a", "b", (OWN_FILE,)), words=english).startswith("1 organisation's own file concerned")
    assert summary(Preview("a", "b", (OWN_FILE, SERVICE)), words=english).startswith(
        "1 integration and 1 organisation's own file concerned"
    )
    assert summary(Preview("a", "b", (SERVICE,)), BOKMAL).startswith("gjelder 1 integrasjon ")


def test_what_an_author_wrote_is_in_no_language() -> None:
    change = Change("production", added=("client",), removed=("test",))
    item = Item("a.b", "ServiceIntegration", "B", authored=(Authored(change, FieldClass.TESTED),))
    assert "    testet      production: -test, +client" in list(lines(Preview("a", "b", (item,)), BOKMAL))
