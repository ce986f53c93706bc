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
