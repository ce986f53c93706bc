"""The CLI's prose, and what is made of it. The texts are the CLI's and the API server's own, shortened."""

from __future__ import annotations

import pytest

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
from sluse_stacks.engine import failures
from worlds.stacks import client

BACKEND = "s3://state/sluse?region=eu-north-1&s3ForcePathStyle=true"
LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock "
    "file with `pulumi cancel`.\n  file:///state/.pulumi/locks/x.json: created by ola@build-7 (pid 4711) at "
    "2026-11-26T10:00:00Z"
)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ('helseidclients "x" is forbidden: User "o" cannot patch resource', Forbidden),
        ('HelseIDClient "x" is invalid: spec.use: Required value', Invalid),
        ('1 error occurred:\n\t* Apply failed with 1 conflict: conflict with "kubectl": .spec.use', Conflict),
        ('Patch "https://10.0.0.1/x": dial tcp 10.0.0.1:443: connect: connection refused', ClusterUnavailable),
        ("something nobody has seen", ClusterError),
    ],
)
def test_what_fails_with_an_object_is_the_clusters_and_names_it(message: str, kind: type[SluseError]) -> None:
    error = failures.error(
        "test.fjord", "code: 255", [(client(), message), (None, "update failed")], [], backend=BACKEND
    )
    assert type(error) is kind
    assert error.message.startswith("HelseIDClient fjord.journal.sync: ")
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "error: no resource plugin 'pulumi-resource-kubernetes' found in the workspace or on your $PATH",
            "not on PATH",
        ),
        ("error: getting secrets manager: incorrect passphrase", "passphrase in the settings does not open"),
        ("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", "passphrase in the settings does not open"),
        ("error: unknown flag: --event-log", "does not know what it is asked for"),
        ("error: unable to open bucket s3://x: no", "backend that holds Pulumi's state cannot be read"),
        (
            (
                'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, '
                "https response error StatusCode: 403, api error SignatureDoesNotMatch: The request signature we calculated"
            ),
            "does not accept the operator's credentials",
        ),
        (
            (
                'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, '
                "exceeded maximum number of attempts, 3, request send failed, dial tcp 192.0.2.1:443: connect: connection refused"
            ),
            "state does not answer",
        ),
        (
            (
                "error: error listing stacks: could not list bucket: blob (code=NotFound): operation error S3: ListObjectsV2, "
                "https response error StatusCode: 404, NoSuchBucket: The specified bucket does not exist"
            ),
            "no such bucket",
        ),
        (
            (
                "error: could not create secrets manager for new stack: secrets (code=NotFound): operation error KMS: Encrypt, "
                "https response error StatusCode: 400, NotFoundException: Alias is not found."
            ),
            "cloud's key",
        ),
    ],
)
def test_what_stops_every_stack_comes_with_a_remedy(text: str, told: str) -> None:
    error = failures.error("test.fjord", text, [], [], backend=BACKEND)
    assert isinstance(error, EngineUnusable)
    assert told in error.message
    assert error.hint


def test_a_lock_names_its_owner_and_how_to_take_it_away() -> None:
    assert failures.lock(LOCKED) == (failures.Lock("ola", "build-7", 4711, "2026-11-26T10:00:00Z"),)
    error = failures.error("test.fjord", LOCKED, [], [], backend=BACKEND)
    assert error.message == "stack test.fjord is locked by ola@build-7 (process 4711) since 2026-11-26T10:00:00Z"
    assert error.hint == (
        "if that process is dead: PULUMI_BACKEND_URL='s3://state/sluse?region=eu-north-1&s3ForcePathStyle=true' "
        "pulumi cancel --yes --stack organization/sluse/test.fjord; if it is a person at work, wait; "
        "operator/RECOVERY.md says how to tell"
    )


def test_a_policy_that_refuses_is_named() -> None:
    error = failures.error("test.fjord", "", [], ["no-demo-key: it is a demo key"], backend=BACKEND)
    assert isinstance(error, Invalid)
    assert error.message == "the policy pack refuses test.fjord: no-demo-key: it is a demo key"


def test_what_is_not_recognised_is_told_in_one_short_line() -> None:
    error = failures.error("test.fjord", "\n\nstrange " + "x" * 1000 + "\nmore", [], [], backend=BACKEND)
    assert type(error) is EngineError
    assert error.message.startswith("stack test.fjord: Pulumi failed: strange x")
    assert len(error.message) < 400
