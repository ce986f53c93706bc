"""What a path says, and what is never read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import pytest

from sluse.catalog import limits
from sluse.catalog.files import FileKind
from sluse.catalog.layout import Role, spot
from sluse.catalog.reader import Reader
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.tree import KeyFile, Tree
from sluse.rules.judge import check

ReadTree = Callable[..., Tree]
JOURNAL = "integrations/fjordlegen/journal-web.yaml"
PRIVATE = b"-----BEGIN EC " + b"PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("integrations/README.md", Role.ASIDE),
        ("integrations/fjordlegen/keys/README.md", Role.ASIDE),
        ("integrations/schema.json", Role.SKIPPED),
        ("integrations/.editorconfig", Role.SKIPPED),
        ("integrations/fjordlegen/.drafts/x.yaml", Role.SKIPPED),
        (f"integrations/fjordlegen/accepted/{'0a' * 32}.json", Role.ACCEPTED),
        ("integrations/fjordlegen/acceptance/may/acceptance-test.yaml", Role.ACCEPTANCE_TEST),
        ("integrations/fjordlegen/acceptance/may/web.json", Role.EVIDENCE),
        ("integrations/fjordlegen/decisions/journal-web/1-plan.yaml", Role.DECISION),
        ("integrations/fjordlegen/decisions/README.md", Role.ASIDE),
        ("integrations/fjordlegen/organisation.yaml", Role.ORGANISATION),
        ("integrations/fjordlegen/Any Name.yaml", Role.DOCUMENT),
    ],
)
def test_a_path_tells_what_the_file_is(path: str, role: Role) -> None:
    assert spot(path, "integrations").role is role


def test_a_key_file_names_client_and_environment() -> None:
    found = spot("integrations/fjordlegen/keys/journal-web/web.production.jwks.json", "integrations")
    assert found.key_file == KeyFile(ClientKey("fjordlegen", "journal-web", "web"), Environment.PRODUCTION)
    assert found.holds == "fjordlegen.journal-web"


@pytest.mark.parametrize(
    "path",
    [
        "integrations/journal.yaml",
        "integrations/Fjord Legen/organisation.yaml",
        "integrations/fjordlegen/journal.yml",
        "integrations/fjordlegen/notes.txt",
        "integrations/fjordlegen/deep/journal.yaml",
        "integrations/fjordlegen/keys/web.test.jwks.json",
        "integrations/fjordlegen/keys/journal-web/web.jwks.json",
        "integrations/fjordlegen/keys/journal-web/web.prod.jwks.json",
        "integrations/fjordlegen/keys/journal-web/web.test.json",
        "integrations/fjordlegen/keys/Journal/web.test.jwks.json",
    ],
)
def test_a_file_in_a_wrong_place_is_one_problem(path: str, tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({path: b"anything: [at all"}))
    assert (problem.rule, problem.place.path, problem.place.line) == ("file-name", path, 0)


def test_a_file_name_cannot_drive_a_terminal(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({"integrations/fjordlegen/\x1b[2J\udcff.txt": b""}))
    assert problem.place.path.isprintable()


@pytest.mark.parametrize("kind", [FileKind.SYMLINK, FileKind.SUBMODULE])
@pytest.mark.parametrize("path", [JOURNAL, "integrations/fjordlegen/vendor", "integrations/README.md"])
def test_what_is_no_regular_file_is_one_problem_and_never_read(kind: FileKind, path: str, tree_of: ReadTree) -> None:
    tree = tree_of(without=[path], others={path: kind})
    (problem,) = [each for each in check(tree) if each.rule != "key-file-without-client"]
    assert (problem.rule, problem.place.path) == ("not-a-regular-file", path)
    assert kind.value in problem.message


@pytest.mark.parametrize("size", [limits.DOCUMENT_BYTES + 1, 1_000_000])
def test_a_file_that_is_too_large_is_one_problem_and_never_read(
    size: int, good: Mapping[str, bytes], held: Callable[..., object]
) -> None:
    files = held({**good, JOURNAL: b"a: [\n" + b"x" * size})
    tree = Reader().tree(files)  # type: ignore[arg-type]
    (problem,) = check(tree)
    assert (problem.rule, problem.place.path, problem.place.line) == ("file-too-large", JOURNAL, 0)
    assert len(files.reads) == len(good) - 1  # type: ignore[attr-defined]
    assert IntegrationKey("fjordlegen", "lab-worker") in tree.integrations


def test_a_key_file_may_be_larger_than_a_document(tree_of: ReadTree) -> None:
    path = "integrations/fjordlegen/keys/journal-web/web.test.jwks.json"
    tree = tree_of({path: b" " * (limits.DOCUMENT_BYTES + 1)})
    assert [problem.rule for problem in check(tree)] == ["json-syntax"]


@pytest.mark.parametrize("path", ["integrations/README.md", "integrations/key.pem", "integrations/fjordlegen/notes.md"])
def test_a_private_key_is_found_in_any_file_and_is_the_only_problem_of_it(path: str, tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({path: b"see:\n  " + PRIVATE}))
    assert (problem.rule, problem.place.line, problem.place.column) == ("private-key", 2, 3)


@pytest.mark.parametrize("before", [b"", b"a", b"ab"], ids=len)
@pytest.mark.parametrize("coded", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
def test_a_private_key_in_base64_is_found_wherever_it_begins(
    coded: Callable[[bytes], bytes], before: bytes, tree_of: ReadTree
) -> None:
    (problem,) = check(tree_of({"integrations/notes.md": b"see:\n  " + coded(before + PRIVATE + b"MHcCAQEE" * 20)}))
    assert (problem.rule, problem.place.line) == ("private-key", 2)
    assert "base64" in problem.message


def test_another_folder_may_hold_the_integrations(good: Mapping[str, bytes], held: Callable[..., object]) -> None:
    moved = held({path.replace("integrations/", "data/orders/"): content for path, content in good.items()})
    tree = Reader().tree(moved, "data/orders/")  # type: ignore[arg-type]
    assert check(tree) == ()
    assert len(tree.integrations) == 4
