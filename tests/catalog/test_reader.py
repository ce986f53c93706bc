"""The reader remembers what came of each file, and of two documents with one name believes neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sluse.catalog.reader import Reader
from sluse.model.names import IntegrationKey
from sluse.model.tree import Tree
from sluse.rules.judge import check

ReadTree = Callable[..., Tree]
JOURNAL = "integrations/fjordlegen/journal-web.yaml"


def test_only_what_changed_is_read_again(good: Mapping[str, bytes], held: Callable[..., Any]) -> None:
    reader, files = Reader(), held(good)
    before = reader.tree(files)
    files.reads.clear()
    assert reader.tree(files) == before
    assert files.reads == []
    files.contents[JOURNAL] += b"# changed\n"
    after = reader.tree(files)
    assert len(files.reads) == 1
    assert after == before


def test_a_file_that_came_back_is_read_again(good: Mapping[str, bytes], held: Callable[..., Any]) -> None:
    reader, files = Reader(), held(good)
    reader.tree(files)
    journal = files.contents.pop(JOURNAL)
    assert IntegrationKey("fjordlegen", "journal-web") not in reader.tree(files).integrations
    files.contents[JOURNAL] = journal
    files.reads.clear()
    assert IntegrationKey("fjordlegen", "journal-web") in reader.tree(files).integrations
    assert len(files.reads) == 1


def test_equal_bytes_in_two_places_are_two_documents(good: Mapping[str, bytes], held: Callable[..., Any]) -> None:
    tree = Reader().tree(held({**good, "integrations/nordlys/copy.yaml": good[JOURNAL]}))
    assert [problem.rule for problem in check(tree)] == ["organisation-differs-from-folder"]


def test_of_two_integrations_with_one_name_neither_is_believed(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    tree = tree_of({"integrations/fjordlegen/zz-copy.yaml": good[JOURNAL]})
    (problem,) = check(tree)
    assert problem.holds == "fjordlegen.journal-web"
    assert f"{JOURNAL}:4:9" in problem.message
    assert problem.place.path == "integrations/fjordlegen/zz-copy.yaml"
    assert IntegrationKey("fjordlegen", "journal-web") not in tree.integrations
    assert tree.unreadable == {"fjordlegen"}


def test_an_integration_cannot_take_its_organisations_name(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    renamed = good[JOURNAL].replace(b"name: journal-web", b"name: fjordlegen")
    tree = tree_of({JOURNAL: renamed})
    (problem,) = check(tree)
    assert (problem.rule, problem.place.path) == ("name-taken", JOURNAL)
    assert "fjordlegen" in tree.organisations


def test_moving_a_file_changes_nothing_but_its_path(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    moved = tree_of({"integrations/fjordlegen/renamed.yaml": good[JOURNAL]}, without=[JOURNAL])
    assert check(moved) == ()
    key = IntegrationKey("fjordlegen", "journal-web")
    assert moved.integrations[key].content == tree_of().integrations[key].content


def test_several_mistakes_in_one_file_are_told_at_once(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    broken = (
        good[JOURNAL]
        .replace(b"minimumLevel: high", b"minimumLevel: hihg")
        .replace(b"testFrom: 2026-12-01", b"testFrom: soon")
        .replace(b"    title: Fjordlegen Journal\n", b"")
        .replace(b"        - profile", b"        - no")
    )
    problems = check(tree_of({JOURNAL: broken}))
    assert [(problem.rule, problem.place.line) for problem in problems] == [
        ("missing-field", 7),
        ("wrong-type", 13),
        ("ambiguous-value", 30),
        ("unknown-value", 36),
    ]
    assert {problem.holds for problem in problems} == {"fjordlegen.journal-web"}


def test_keys_for_an_integration_that_is_not_there_are_a_warning(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    keys = good["integrations/fjordlegen/keys/journal-web/web.test.jwks.json"]
    (problem,) = check(tree_of({"integrations/fjordlegen/keys/portal/web.test.jwks.json": keys}))
    assert (problem.rule, problem.holds) == ("key-file-without-client", "fjordlegen.portal")


def test_an_escape_does_not_hide_a_character_that_nobody_sees(
    good: Mapping[str, bytes], tree_of: Callable[..., Tree]
) -> None:
    path = "integrations/fjordlegen/journal-web.yaml"
    (problem,) = check(tree_of({path: good[path].replace(b"title: Fjordlegen", b'title: "\\e[2J" #')}))
    assert (problem.rule, problem.place.line, problem.place.column) == ("control-character", 8, 12)
