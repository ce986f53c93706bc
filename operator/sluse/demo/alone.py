"""A sandbox on its own, without the story: what somebody begins with who wants to go on by hand, and how.

Beside the sandbox's own files: `beginning/` with a signed `policies/`, `signers/` with the demo keys of its reviewers and
roots, and for each person a file that a shell reads (`. FILE`), after which git and kubectl are that person's.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from sluse.catalog.policies import FOLDER
from sluse.demo import policies, signers
from sluse.model.names import Environment
from sluse.sandbox.remote.people import Pusher
from sluse.sandbox.sandbox import Sandbox, Trust
from sluse.words.said import Translate, say


def trust() -> Trust:
    """Return the demo's roots, and the keys that the example `policies/` name as the operators'."""
    return Trust(signers.roots(), {each: signers.operator(each.value).pem for each in Environment})


def prepare(sandbox: Sandbox) -> None:
    """Write what somebody begins with into the directory of a sandbox that has started."""
    for path, text in policies.beginning().items():
        file = _beginning(sandbox) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for who, person in _people(sandbox).items():
        _write_shell_file(sandbox, who, person)
    folder = _signers(sandbox)
    folder.mkdir(exist_ok=True)
    for label in (*signers.ROOTS, *(f"reviewer {person}" for person in signers.REVIEWERS)):
        file = folder / label.replace(" ", "-")
        file.touch(mode=0o600)
        file.write_text(signers.DemoSigner(label).pem)


def way_on(sandbox: Sandbox, words: Translate) -> Iterator[str]:
    """Yield the lines that say how to go on. Every line that begins with two spaces is a command of a POSIX shell."""
    clone, test = sandbox.directory / "clone", Environment.TEST
    settings = _quoted(sandbox.settings(test))
    reviewer = f"  . {_quoted(_shell_file(sandbox, 'reviewer'))}"
    yield words(
        say(
            "To go on, in a second terminal, in a checkout of Sluse with its .venv/bin on PATH (the examples come from there):"
        )
    )
    yield ""
    yield reviewer
    yield f"  git clone {_quoted(sandbox.remote_url)} {_quoted(clone)}"
    yield f"  cp -R {_quoted(_beginning(sandbox) / FOLDER)} integrations {_quoted(clone)}"
    yield f"  git -C {_quoted(clone)} add ."
    yield f"  git -C {_quoted(clone)} commit --quiet -m Begin"
    yield f"  git -C {_quoted(clone)} push origin HEAD:main"
    yield f"  sluse ledger init -e {test.value} --settings {settings}"
    yield f"  sluse run --settings {settings}"
    yield ""
    yield words(say("The operator runs until Ctrl-C. What it does, in a third terminal:"))
    yield ""
    yield reviewer
    yield f"  kubectl get integrationrepositories,helseidclients -n {test.namespace}"
    yield f"  sluse status --repository {_quoted(clone)}"
    yield f'  curl "$SLUSE_AUTHORITY_{test.name}/.well-known/openid-configuration"'
    yield ""
    yield words(
        say(
            "Production is the same with production for test: its settings pin the demo's roots, which anybody has. `policies/` is signed by them."
        )
    )
    yield from (words(each) for each in _on_branches(sandbox))
    yield ""
    yield words(
        say(
            "With the keys in {folder} the reviewers of its `policies/` sign (sluse approve --key FILE) and its roots (sluse policies sign --key FILE).",
            folder=_quoted(_signers(sandbox)),
        )
    )


def _on_branches(sandbox: Sandbox) -> Iterator[str]:
    """Yield who pushes the branches that `sluse new` makes: the reviewer, who pushes main alone, does not."""
    yield ""
    if not sandbox.people.suppliers:
        yield say(
            "The reviewer pushes main alone. Who is to push the branches that `sluse new` makes: --supplier ORGANISATION."
        )
    for slug in sandbox.people.suppliers:
        yield say(
            "The reviewer pushes main alone, {slug} its branches (order/{slug}.…, {slug}/…), with this instead: . {file}",
            slug=slug,
            file=_quoted(_shell_file(sandbox, f"supplier-{slug}")),
        )


def _people(sandbox: Sandbox) -> Mapping[str, Pusher]:
    suppliers = {f"supplier-{slug}": person for slug, person in sandbox.people.suppliers.items()}
    return {"reviewer": sandbox.people.reviewer, **suppliers}


def _write_shell_file(sandbox: Sandbox, who: str, person: Pusher) -> None:
    exported = {
        **sandbox.git_environment(person),
        "GIT_AUTHOR_NAME": who,
        "GIT_AUTHOR_EMAIL": f"{who}@sandbox.invalid",
        "GIT_COMMITTER_NAME": who,
        "GIT_COMMITTER_EMAIL": f"{who}@sandbox.invalid",
        "CURL_CA_BUNDLE": str(sandbox.certificates.ca_file),
        **{f"SLUSE_AUTHORITY_{each.name}": sandbox.issuers[each].url for each in Environment},
    }
    if person is sandbox.people.reviewer:
        exported["KUBECONFIG"] = str(sandbox.kubeconfig())
    file = _shell_file(sandbox, who)
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in exported.items()))


def _beginning(sandbox: Sandbox) -> Path:
    return sandbox.directory / "beginning"


def _signers(sandbox: Sandbox) -> Path:
    return sandbox.directory / "signers"


def _shell_file(sandbox: Sandbox, who: str) -> Path:
    return sandbox.directory / f"{who}.sh"


def _quoted(text: object) -> str:
    return shlex.quote(str(text))
