"""`sluse verify` of 1,000 steps: as many acceptances, each merged by a commit of its own and opened by a publication of its own.

Everything is really signed. The repository is made beforehand, by `git fast-import` and by writing the signed commits as
git stores them; every measurement is a process of its own, so nothing is remembered from the one before.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from figures import Beside, Figure, progress, side_by_side

sys.path.insert(0, str(Path(__file__).parents[1]))  # the worlds of the tests

from sluse.catalog.policies import DATA
from sluse.delivery.policy import trusted
from sluse.ledger.branch import chain
from sluse.ledger.branch.chain import Genesis, Head
from sluse.ledger.front import Front
from sluse.ledger.page import pages
from sluse.model.held import HeldIntegration, HeldSnapshot, OrganisationLedger
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.policy.people import OperatorKeys, Operators
from sluse.model.registration import Use
from worlds import lock
from worlds.lock import MAINTAINER, Lock
from worlds.lock.files import files
from worlds.lock.people import REPOSITORY
from worlds.own_clone import GIT
from worlds.publishing import ISSUER, ROOTS, manifest
from worlds.ssh import Signer

_ORGANISATIONS, _EACH = 200, 5
_REPETITIONS = 3
_BY_GIT = 50  # commits that git itself is asked about
_OPERATOR = Signer(b"operator of production")
_BRANCH = Environment.PRODUCTION.status_branch


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        progress(f"signing and committing {_ORGANISATIONS * _EACH} acceptances and as many publications")
        remote = Path(folder) / "remote.git"
        _made(remote)
        (Path(folder) / "roots.json").write_text(ROOTS.model_dump_json())
        command = [Path(sys.executable).with_name("sluse"), "verify", "-e", "production", "--output", "json"]
        words = [*command, "--repository", str(remote), "--roots", f"{folder}/roots.json"]
        ours, theirs = side_by_side(_REPETITIONS, lambda: _demand(words), lambda: _git(remote, Path(folder)))
    what = f"{_ORGANISATIONS * _EACH} steps, {_ORGANISATIONS * _EACH + 1} signed commits"
    note = f"beside it git alone looks at the signatures of {_BY_GIT} commits"
    yield Figure(what, ours.wall, bar=5.0, beside=Beside("git verify-commit", theirs.wall), note=note)
    yield Figure(f"{what}: processor", ours.cpu, beside=Beside("git verify-commit", theirs.cpu))


def _demand(words: list[str | Path]) -> None:
    ran = subprocess.run(words, capture_output=True, check=False)
    (found,) = json.loads(ran.stdout)
    if ran.returncode or found["steps"] != _ORGANISATIONS * _EACH or found["findings"]:
        raise RuntimeError(f"verify ended with {ran.returncode}: {ran.stdout[:2000]!r}")


def _git(remote: Path, folder: Path) -> None:
    allowed = folder / "allowed"
    allowed.write_text(f"operator {_OPERATOR.public.line}\n")
    for commit in _run(remote, "rev-list", f"--max-count={_BY_GIT}", _BRANCH).split():
        _run(remote, "-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", commit.decode())


def _made(remote: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", remote], env=GIT, check=True)
    world, accepted = _world()
    policy, signed = _policies()
    base = {**files(world, policy), **signed}
    later = [{path: base.pop(path) for path in paths} for _, _, paths in accepted]
    merged = _imported(remote, "main", [base, *later])[1:]
    trusted_policy = trusted({**base, **signed}, ROOTS)
    if not isinstance(trusted_policy, Policy):
        raise RuntimeError(f"policies/ do not count: {trusted_policy.reasons}")  # noqa: TRY004
    moments = [world.decisions[key].content.spec.statement.issued_at for _, key, _ in accepted]
    begun = moments[0] - timedelta(hours=1)
    genesis = Genesis(repository_id=REPOSITORY, environment=Environment.PRODUCTION, issued_at=begun)
    head = Head(environment=Environment.PRODUCTION, sequence=0, issued_at=begun)
    front = Front(Environment.PRODUCTION).files()
    published = [{"genesis.json": chain.text_of(genesis), "head.json": chain.text_of(head), **front}]
    ledgers: dict[str, OrganisationLedger] = {}
    for (key, decision, _), commit, at in zip(accepted, merged, moments, strict=True):
        ledger = _opened(world, ledgers, key, decision, commit, trusted_policy, at)
        ledgers[key.organisation] = ledger
        head = head.next(commit, at)
        made = pages({key.organisation: ledger}, environment=Environment.PRODUCTION, issuer=ISSUER)
        published.append({**made, "head.json": chain.text_of(head)})
    unsigned = _imported(remote, "unsigned", published)
    _signed(remote, unsigned, [begun, *moments])


def _opened(
    world: Lock,
    ledgers: Mapping[str, OrganisationLedger],
    key: IntegrationKey,
    decision: IntegrationKey,
    commit: str,
    policy: Policy,
    at: datetime,
) -> OrganisationLedger:
    """Return the organisation's ledger once a service is open; what it signed was seen when it was made."""
    statement = world.decisions[decision].content.spec.statement
    said = statement.acceptance
    if said is None:
        raise RuntimeError(f"{decision} accepts nothing")
    held = HeldSnapshot(
        tested=said.tested, production=said.production, decision=statement.id, use=Use.OPEN, since=at,
        commit=commit, policy_version=policy.version, policy_digest=policy.digest,
    )  # fmt: skip
    before = ledgers.get(key.organisation) or OrganisationLedger(organisation=key.organisation)
    own = [
        each for name, each in (*world.decisions.items(), *world.tests.items()) if name.organisation == key.organisation
    ]
    statements = [each.content.spec.statement for each in own] if not before.seen else [statement]
    first = {each.id: each.issued_at for each in statements if each.issued_at <= at}
    entry = HeldIntegration(title="Journal", stage="Live", since=at, snapshot=held)
    return before.model_copy(
        update={"seen": {**before.seen, **first}, "integrations": {**before.integrations, key.name: entry}}
    )


def _world() -> tuple[Lock, list[tuple[IntegrationKey, IntegrationKey, list[str]]]]:
    """Return the lock, and each accepted service with its decision and the files that the decision brings."""
    world = Lock()
    keys = [
        IntegrationKey(f"leverandor-{one:04}", f"tjeneste-{two:03}")
        for one in range(_ORGANISATIONS)
        for two in range(_EACH)
    ]
    for slug in dict.fromkeys(key.organisation for key in keys):
        world.organisations[slug] = lock.organisation(slug, numbers=(_number(slug),), domains=("fjordlegen.example",))
        world.bind(slug)
        world.accept_terms(slug, MAINTAINER)
    tests: dict[IntegrationKey, str] = {}
    for key in keys:
        world.documents[key] = lock.service(of=key, number=_number(key.organisation), opens=datetime(2026, 10, 1, 8))  # noqa: DTZ001
        world.agree(key, opens="2026-10-01T08:00")
        tests[key] = world.submit(key)
    found = []
    for key in keys:
        world.accept(tests[key], key)
        decision = list(world.decisions)[-1]
        values = f"integrations/{key.organisation}/accepted/{lock.production(world.documents[key])}.json"
        found.append((key, decision, [world.decisions[decision].path, values]))
    return world, found


def _number(slug: str) -> str:
    return f"3115{slug[-4:]}0"


def _policies() -> tuple[Policy, dict[str, bytes]]:
    keys = OperatorKeys(environment=Environment.PRODUCTION, keys=(lock.key(_OPERATOR),))
    policy = replace(lock.policy(), operators=Operators(operators=(keys,)))
    own = {path.removeprefix("policies/"): each for path, each in files(Lock(), policy).items()}
    text = manifest({name: own[name] for name in DATA if name in own}, 1)
    return policy, {"policies/manifest.json": text, "policies/history/1.json": text}


def _imported(remote: Path, branch: str, commits: list[dict[str, bytes]]) -> list[str]:
    """Make commits, each of which adds its files to those before; return their ids."""
    marked = ((f"commit refs/heads/{branch}\nmark :{number}\n", each) for number, each in enumerate(commits, 1))
    stream = b"".join(
        head.encode() + b"committer A <a@localhost> 1790000000 +0000\ndata 0\n" + b"".join(map(_row, each.items()))
        for head, each in marked
    )
    marks = remote / f"marks-{branch}"
    _run(remote, "fast-import", "--quiet", f"--export-marks={marks}", given=stream)
    ids = dict(line.split() for line in marks.read_text().splitlines())
    return [ids[f":{number}"] for number in range(1, len(commits) + 1)]


def _row(file: tuple[str, bytes]) -> bytes:
    path, content = file
    return b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content)


def _signed(remote: Path, commits: list[str], moments: list[datetime]) -> None:
    """Write the same commits, signed, as the status branch."""
    trees = _run(remote, "log", "--format=%T", "--reverse", commits[-1]).decode().split()
    parent = ""
    for tree, at in zip(trees, moments, strict=True):
        who = f"Sluse (production) <sluse@localhost> {int(at.timestamp())} +0000"
        head = f"tree {tree}\n{parent}author {who}\ncommitter {who}\n"
        armoured = _OPERATOR.parts(f"{head}\nPublish\n".encode(), namespace="git").armoured
        signature = armoured.removesuffix("\n").replace("\n", "\n ")
        content = f"{head}gpgsig {signature}\n\nPublish\n".encode()
        stored = b"commit %d\0" % len(content) + content
        name = hashlib.sha1(stored, usedforsecurity=False).hexdigest()
        path = remote / "objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(stored, 1))
        parent = f"parent {name}\n"
    _run(remote, "update-ref", f"refs/heads/{_BRANCH}", parent.split()[1])


def _run(remote: Path, *words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", remote, *words], env=GIT, input=given, capture_output=True, check=True).stdout
