"""The verdict is the same by any number of processes, and by those that end before they answer.

In a process of its own, since those of the tests have threads, and a process with threads is not forked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sluse.cores.forked import parts

FIXTURES = Path(__file__).parent.parent / "fixtures"
BAD = sorted(FIXTURES.glob("bad-*.yaml"))

COMPARED = """
import sys
from pathlib import Path
from sluse.checking.folders import judged
from sluse.words.language import Language, in_language

root, bokmal = Path(sys.argv[1]), in_language(Language.BOKMAL)
said = [judged(root, "integrations", None, processes=count) for count in (1, 2, 5)]
assert all(each == said[0] for each in said), "another verdict"
told = [[(bokmal(each.message), bokmal(each.hint)) for each in verdict.problems] for verdict in said]
assert all(each == told[0] for each in told), "other sentences"
print(said[0].readable, len(said[0].problems))
"""

ENDING = """
import os, sys
from functools import partial
from pathlib import Path
from sluse.catalog.work_tree import WorkTree
from sluse.checking.judging import Judging, Policies
from sluse.checking.sharing import shared
from sluse.rules.world import Register

real = Judging.__init__, Judging.declared, Judging.judged

def made(self, *given, **named):
    real[0](self, *given, **named)
    said(0, None)

def declared(self, folders):
    return said(1, real[1](self, folders))

def judged(self, folders, world):
    return said(2, real[2](self, folders, world))

def said(round, what):
    if os.getpid() != here and round == ends:
        if is_sudden:
            os._exit(9)
        raise RuntimeError("no answer")
    return what

def verdicts(processes):
    with shared(partial(Judging, root, "integrations", policies=Policies(root)), folders, processes) as work:
        declared = work.declared(folders)
        return work.written(), work.judged(folders, Register(declared[folder] for folder in sorted(folders)))

root, here = Path(sys.argv[1]), os.getpid()
folders = WorkTree(root).folders()
alone = verdicts(1)
Judging.__init__, Judging.declared, Judging.judged = made, declared, judged
for ends in (0, 1, 2):
    for is_sudden in (True, False):
        assert verdicts(3) == alone, (ends, is_sudden)
print(len(alone[1]))
"""

CHANGING = """
import os, sys
from pathlib import Path
from sluse.checking.folders import judged
from sluse.checking.judging import Judging
from sluse.checking.memory import Memory

root, memory, here = Path(sys.argv[1]), Memory(Path(sys.argv[2])), os.getpid()
before = {file: file.read_text() for file in root.glob("integrations/*/organisation.yaml")}
real, asked = (Judging.declared, Judging.written), []

def ended(round):
    if os.getpid() != here and sys.argv[3] == round:
        for file, text in before.items():
            file.write_text(text + "unheardOf: true\\n")
        os._exit(9)

def declared(self, folders):
    ended("before it has judged")
    return real[0](self, folders)

def written(self):
    asked.append(self)
    if len(asked) > 1:
        ended("after it has judged")
    return real[1].func(self)

expected = judged(root, "integrations", None, processes=1)
Judging.declared, Judging.written = declared, property(written)
judged(root, "integrations", memory, processes=2)
assert any("unheardOf" in file.read_text() for file in before)
Judging.declared, Judging.written = real
afterwards = judged(root, "integrations", None, processes=1)
assert judged(root, "integrations", memory, processes=1) == afterwards != expected
for file, text in before.items():
    file.write_text(text)
assert judged(root, "integrations", memory, processes=1) == expected
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folders by the dozen, most with something wrong, and some that claim what is another's."""
    root = tmp_path / "repository"
    shutil.copytree(FIXTURES / "good", root)
    own = root / "integrations" / "nordlys"
    shutil.copytree(own, root / "integrations" / "nordlyset")
    for number, bad in enumerate(BAD):
        folder = root / "integrations" / f"folder-{number}"
        folder.mkdir()
        text = (own / "organisation.yaml").read_text()
        (folder / "organisation.yaml").write_text(text.replace("nordlys", folder.name, 1))
        shutil.copy(bad, folder / bad.name)
    return root


def ran(code: str, *places: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *places], capture_output=True, text=True, check=False, timeout=200
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_verdict_is_the_same_by_any_number_of_processes(root: Path) -> None:
    readable, problems = map(int, ran(COMPARED, root).split())
    assert readable > 10
    assert problems > len(BAD)


def test_what_a_process_does_not_answer_is_judged_without_it(root: Path) -> None:
    assert int(ran(ENDING, root)) > len(BAD)


@pytest.mark.parametrize("when", ["before it has judged", "after it has judged"])
def test_no_verdict_is_remembered_of_other_files_than_were_judged(root: Path, tmp_path: Path, when: str) -> None:
    """A process ends while files change, so that its part is read again."""
    ran(CHANGING, root, tmp_path / "cache", when)


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_each_folder_is_in_one_part(count: int) -> None:
    folders = [f"folder-{number}" for number in range(5)]
    found = parts(folders, count)
    assert sorted(each for part in found for each in part) == folders
    assert len(found) == min(count, 5)


def test_no_folders_are_one_part_that_is_empty() -> None:
    assert parts([], 4) == [[]]
