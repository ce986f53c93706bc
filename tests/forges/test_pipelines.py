"""What the pipelines of a forge do: the judge itself against a clone, and the files that call it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sluse.catalog.yaml import plain

ROOT = Path(__file__).parents[2]
FORGES = ROOT / "operator" / "forges"
JUDGE = FORGES / "judge.sh"
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "s", "GIT_AUTHOR_EMAIL": "s@s.example"}
WHO = {**GIT, "GIT_COMMITTER_NAME": "s", "GIT_COMMITTER_EMAIL": "s@s.example"}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, env={**os.environ, **WHO}, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    """A clone of the examples with a branch of its own."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    shutil.copytree(ROOT / "integrations", origin / "integrations")
    shutil.copytree(ROOT / "policies", origin / "policies")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message=examples")
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(clone, "switch", "--quiet", "--create", "change")
    return clone


def judged(proposal: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    base = git(proposal, "merge-base", "origin/main", "HEAD")
    surroundings = {"PATH": path, "HOME": str(proposal.parent)}
    out = proposal.parent / "out"
    out.mkdir(exist_ok=True)
    return subprocess.run(
        [str(JUDGE), base, str(out), *words],
        cwd=proposal,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def change(proposal: Path, old: str, new: str) -> None:
    file = proposal / "integrations" / "fjordlegen" / "journal.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    git(proposal, "commit", "--quiet", "--all", "--message=change")


def test_a_good_proposal_passes_with_a_preview(proposal: Path) -> None:
    change(proposal, "title: ", "title: New ")
    ran = judged(proposal)
    assert ran.returncode == 0, ran.stderr
    assert (proposal.parent / "out" / "preview.md").read_text().startswith("<!-- sluse preview -->\n")


def test_a_bad_one_fails_at_its_line_and_still_has_a_preview(proposal: Path) -> None:
    change(proposal, "https://journal.test", "http://journal.test")
    ran = judged(proposal, "github")
    assert ran.returncode == 1, ran.stderr
    assert "::error file=integrations/fjordlegen/journal.yaml,title=redirect-uri-https,line=" in ran.stdout
    assert (proposal.parent / "out" / "preview.md").is_file()


def test_reports_go_where_the_forge_looks_for_them(proposal: Path) -> None:
    change(proposal, "https://journal.test", "http://journal.test")
    report = proposal.parent / "out" / "report"
    assert judged(proposal, "gitlab").returncode == 1
    assert json.loads(report.read_text())[0]["check_name"] == "redirect-uri-https"
    assert judged(proposal, "junit").returncode == 1
    assert ET.fromstring(report.read_text())[0].get("failures") != "0"


@pytest.mark.parametrize("name", ["preview.md", "report"])
def test_a_proposal_cannot_have_its_judge_write_over_anything(name: str, proposal: Path) -> None:
    target = proposal.parent / "judge-of-another"
    target.write_text("as it was")
    (proposal / name).symlink_to(target)
    git(proposal, "add", ".")
    change(proposal, "https://journal.test", "http://journal.test")
    assert judged(proposal).returncode == 1
    assert target.read_text() == "as it was"


def test_what_could_not_be_done_is_no_verdict(proposal: Path) -> None:
    shutil.rmtree(proposal / "integrations")
    assert judged(proposal).returncode == 2


def test_both_pipelines_call_the_judge_of_the_base() -> None:
    assert "../judge/operator/forges/judge.sh" in (FORGES / "github.yaml").read_text()
    gitlab = (FORGES / "gitlab.yaml").read_text()
    assert "$CI_BUILDS_DIR/judge/operator/forges/judge.sh" in gitlab
    assert "TOKEN" not in gitlab


def test_actions_are_pinned_and_rights_are_the_least() -> None:
    text = (FORGES / "github.yaml").read_text()
    uses = re.findall(r"uses: (\S+)", text)
    assert uses
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in uses)
    workflow = plain(text)
    assert isinstance(workflow, dict)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "judge": {"contents": "read"},
        "comment": {"pull-requests": "write"},
    }
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_no_text_of_a_proposal_gets_into_a_script() -> None:
    for script in re.findall(r"run: \|?(.*?)(?=\n      - |\n  \w|\Z)", (FORGES / "github.yaml").read_text(), re.DOTALL):
        assert "${{" not in script
