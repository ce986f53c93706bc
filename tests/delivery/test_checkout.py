from __future__ import annotations

from pathlib import Path

import pytest

from sluse.delivery.checkout import Checkout
from sluse.errors import CatalogError


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "integrations" / "fjordlegen").mkdir(parents=True)
    return Checkout(tmp_path / "integrations" / "fjordlegen")


def test_the_root_is_found_from_any_folder_inside(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.root == tmp_path


def test_a_file_with_other_content_is_never_written_over_and_nothing_else_is_written(checkout: Checkout) -> None:
    checkout.write({"integrations/a.yaml": b"one"})
    with pytest.raises(CatalogError, match=r"integrations/a\.yaml is there already"):
        checkout.write({"integrations/b.yaml": b"new", "integrations/a.yaml": b"two"})
    assert sorted(checkout.names("integrations")) == ["a.yaml", "fjordlegen"]
    assert (checkout.root / "integrations" / "a.yaml").read_bytes() == b"one"


def test_what_is_there_already_is_no_news_and_what_may_be_replaced_is(checkout: Checkout) -> None:
    checkout.write({"a": b"one"})
    assert checkout.write({"a": b"one", "b": b"two"}) == ("b",)
    assert checkout.write({"a": b"three"}, replacing={"a"}) == ("a",)


def test_a_path_elsewhere_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.inside(tmp_path / "integrations" / "x.yaml") == "integrations/x.yaml"
    with pytest.raises(CatalogError, match="does not lie in"):
        checkout.inside(tmp_path.parent / "x.yaml")


def test_nothing_is_written_through_a_link_also_where_it_points_at_nothing(checkout: Checkout, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside"
    outside.mkdir()
    organisation = checkout.root / "integrations" / "fjordlegen"
    (organisation / "decisions").symlink_to(outside)
    (organisation / "journal.yaml").symlink_to(outside / "not-there-yet")
    for path in ("integrations/fjordlegen/decisions/1-plan.yaml", "integrations/fjordlegen/journal.yaml"):
        with pytest.raises(CatalogError, match="is a link"):
            checkout.write({"integrations/fjordlegen/other.yaml": b"new", path: b"new"}, replacing={path})
    assert list(outside.iterdir()) == []
    assert not (organisation / "other.yaml").exists()


def test_what_was_left_beside_a_file_is_not_written_through_either(checkout: Checkout, tmp_path: Path) -> None:
    outside = tmp_path.parent / "elsewhere"
    (checkout.root / "integrations" / ".a.yaml.new").symlink_to(outside)
    assert checkout.write({"integrations/a.yaml": b"one"}) == ("integrations/a.yaml",)
    assert not outside.exists()
    assert (checkout.root / "integrations" / "a.yaml").read_bytes() == b"one"


@pytest.mark.parametrize("path", ["../out.yaml", "integrations/../../out.yaml", "/out.yaml", ""])
def test_a_path_that_leads_out_is_not_written(checkout: Checkout, path: str) -> None:
    with pytest.raises(CatalogError, match="does not lie in"):
        checkout.write({path: b"new"})


def test_what_is_taken_away_again_is_no_link_that_was_there(checkout: Checkout) -> None:
    link = checkout.root / "integrations" / "journal.yaml"
    link.symlink_to("not-there-yet")
    undo = checkout.unwritten(["integrations/journal.yaml"])
    with pytest.raises(CatalogError, match="is a link"):
        checkout.write({"integrations/journal.yaml": b"new"})
    undo()
    assert link.is_symlink()
