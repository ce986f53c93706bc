"""What a failed run of the CLI means: our error of one sentence, or the one lock that may be taken away. Pure.

The CLI tells why only in prose. What of it is not recognised is cut to its first line: an API server repeats the
object it refuses, and nobody should find that in a log.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from sluse.desired.stack import ObjectKey
from sluse.errors import (
    ClusterError,
    ClusterUnavailable,
    Conflict,
    EngineError,
    EngineUnusable,
    Forbidden,
    Invalid,
    SluseError,
)
from sluse_stacks.settings import PROJECT

_LONGEST = 300

_COUNT = re.compile(r"\d+ errors? occurred:")
_LOCK = re.compile(r"created by (?P<user>[^@\s]*)@(?P<host>\S*) \(pid (?P<pid>\d+)\) at (?P<at>\S+)")
_CLUSTER: tuple[tuple[re.Pattern[str], type[ClusterError]], ...] = (
    (re.compile(r"conflicts? with \""), Conflict),
    (re.compile(r"is forbidden|forbidden:|Unauthorized|must be logged in"), Forbidden),
    (re.compile(r"is invalid|admission webhook|denied the request|strict decoding|ValidatingAdmissionPolicy"), Invalid),
    (
        re.compile(
            r"connection refused|connection reset|EOF|i/o timeout|TLS handshake|no such host|unreachable"
            r"|Too Many Requests|too many requests|currently unable to handle|ServiceUnavailable|InternalError"
            r"|Internal error occurred|context deadline exceeded|http2: |has been modified"
        ),
        ClusterUnavailable,
    ),
)
_UNUSABLE: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"no resource plugin '[^']*'|[Cc]ould not find (?:latest|resource) plugin"),
        "Pulumi's Kubernetes provider is not on PATH, and none is downloaded while the operator runs",
        "put pulumi-resource-kubernetes into the image",
    ),
    (
        re.compile(
            r"no language plugin|no analyzer plugin|failed to load policy pack|could not load policy|policypack"
        ),
        "Pulumi cannot run the policy pack",
        "put pulumi-analyzer-policy-sluse, which comes with sluse and needs sluse[pulumi], on PATH, and name it as policyPack with CLI 3.274; or name none",
    ),
    (
        re.compile(r"incorrect passphrase|passphrase must be set|PULUMI_CONFIG_PASSPHRASE"),
        "the passphrase in the settings does not open the stack's state",
        "a stack keeps the passphrase, or the cloud's key, that it was made with: put that back, or change it with pulumi stack change-secrets-provider",
    ),
    (
        re.compile(r"unknown flag|unknown command"),
        "the Pulumi CLI on PATH does not know what it is asked for",
        "install the version that stacks/README.md names",
    ),
    (
        re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist"),
        "there is no such bucket as pulumi.backend in the settings names",
        "make the bucket, or correct pulumi.backend",
    ),
    (
        re.compile(
            r"blob \(.*(?:InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|ExpiredToken|InvalidToken"
            r"|get credentials|AuthenticationFailed|AuthorizationFailure|PermissionDenied|StatusCode: 40[13])"
        ),
        "the backend that holds Pulumi's state does not accept the operator's credentials",
        "give the operator's pods credentials that may read, write, list and delete in pulumi.backend, as stacks/README.md says",
    ),
    (
        re.compile(r"secrets \(code="),
        "the cloud's key that encrypts secrets in Pulumi's state cannot be used",
        "check that pulumi.secretsProvider names it, and that the operator's credentials may encrypt and decrypt with it",
    ),
    (
        re.compile(r"blob \(.*(?:request send failed|dial tcp|i/o timeout|no such host|StatusCode: 5\d\d)"),
        "the backend that holds Pulumi's state does not answer; it is asked again",
        "if that lasts: check pulumi.backend, and that the operator's pods reach it",
    ),
    (
        re.compile(
            r"blob \(|unable to open bucket|error reading from bucket|could not list bucket|unable to check if bucket"
            r"|permission denied"
        ),
        "the backend that holds Pulumi's state cannot be read",
        "check pulumi.backend in the settings and who may read it",
    ),
)


Complaint = tuple[ObjectKey | None, str]
"""An error event: the object it is about, if it is about one of ours, and its message."""


@dataclass(frozen=True)
class Lock:
    """Who holds a stack's lock, as the CLI says."""

    user: str
    host: str
    pid: int
    at: str


def lock(text: str) -> tuple[Lock, ...]:
    """Return the owners of a stack's locks that a failed run names; none where no lock was the reason."""
    return tuple(Lock(found["user"], found["host"], int(found["pid"]), found["at"]) for found in _LOCK.finditer(text))


def error(
    stack: str, text: str, complaints: Sequence[Complaint], violations: Sequence[str], *, backend: str
) -> SluseError:
    """Return what to raise for a failed run: `text` is the CLI's talk, `complaints` and `violations` its events'.

    `backend`: the address of the state, for who has to do something there.
    """
    everything = "\n".join((text, *(message for _, message in complaints)))
    return (
        _refused(stack, violations)
        or _locked(stack, lock(text), backend)
        or _of_an_object(complaints)
        or _unusable(everything)
        or _of_the_cluster(stack, everything)
        or EngineError(f"stack {stack}: Pulumi failed: {_cut(complaints[0][1] if complaints else text)}")
    )


def _refused(stack: str, violations: Sequence[str]) -> SluseError | None:
    return Invalid(f"the policy pack refuses {stack}: {'; '.join(map(_cut, violations))}") if violations else None


def _locked(stack: str, held: Sequence[Lock], backend: str) -> SluseError | None:
    if not held:
        return None
    owners = ", ".join(f"{each.user}@{each.host} (process {each.pid})" for each in held)
    return EngineError(
        f"stack {stack} is locked by {owners} since {held[0].at}",
        hint=f"if that process is dead: PULUMI_BACKEND_URL={shlex.quote(backend)} pulumi cancel --yes "
        f"--stack organization/{PROJECT}/{stack}; if it is a person at work, wait; operator/RECOVERY.md says how to tell",
    )


def _of_an_object(complaints: Sequence[Complaint]) -> SluseError | None:
    """Return what the first object's failure is, one that is recognised before any other."""
    failed = [
        (_kind(message), f"{key.kind} {key.name}: {_cut(message)}") for key, message in complaints if key is not None
    ]
    known = next((kind(told) for kind, told in failed if kind is not None), None)
    return known or next((ClusterError(told) for _, told in failed), None)


def _unusable(everything: str) -> SluseError | None:
    found = (EngineUnusable(message, hint=hint) for pattern, message, hint in _UNUSABLE if pattern.search(everything))
    return next(found, None)


def _of_the_cluster(stack: str, everything: str) -> SluseError | None:
    for pattern, kind in _CLUSTER:
        if found := pattern.search(everything):
            return kind(f"stack {stack}: {_cut(_line(everything, found.start()))}")
    return None


def _kind(message: str) -> type[ClusterError] | None:
    return next((kind for pattern, kind in _CLUSTER if pattern.search(message)), None)


def _line(text: str, position: int) -> str:
    return text[text.rfind("\n", 0, position) + 1 :]


def _cut(message: str) -> str:
    lines = (line.strip().removeprefix("* ") for line in message.splitlines())
    first = next((line for line in lines if line and not _COUNT.fullmatch(line)), "it says nothing")
    shown = first if first.isprintable() else ascii(first)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
