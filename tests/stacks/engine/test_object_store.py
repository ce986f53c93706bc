"""Pulumi's state in a bucket, its secrets under a cloud's key: as in a file, with kills, and what is told where a credential is wrong."""

from __future__ import annotations

import logging
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.engine import Declared, Engine
from sluse.errors import EngineError, EngineUnusable
from sluse.model.settings import PulumiSettings
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.state import read
from worlds.cluster import ClusterWorld
from worlds.engines import marks, pulumi_engine
from worlds.killable import killed
from worlds.object_store import ObjectStore, object_store
from worlds.stacks import client, stack, summary

pytestmark = [*marks("pulumi")]

SIX = ("a", "b", "c", "d", "e", "f")
OLD, NEW = "nhn:pit/api.read", "nhn:msh/api"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def settings(store: ObjectStore, tmp_path: Path) -> PulumiSettings:
    return store.settings(tmp_path / "home")


def held(store: ObjectStore, settings: PulumiSettings) -> set[str]:
    """What the state in the bucket says, read by a process that has nothing but the settings and its credentials."""
    state = read(_lean(store, settings).export("test.fjord"))
    assert not state.unsettled
    return {key.name for key in state.objects}


async def test_a_stack_is_made_seen_unchanged_changed_and_forgotten(
    world: ClusterWorld, store: ObjectStore, settings: PulumiSettings, tmp_path: Path
) -> None:
    def engine() -> Any:
        return pulumi_engine(world, tmp_path, settings=settings, environment=store.environment)

    assert await engine().preview(stack(clients=("a",)))
    assert (await engine().declare(stack(clients=("a", "b")))).applied == (client("a"), client("b"), summary())
    assert await engine().declare(stack(clients=("a", "b"))) == Declared((), ())
    shutil.rmtree(settings.home)  # it may be lost at any time
    assert (await engine().declare(stack(clients=("a", "c")))) == Declared((client("c"), summary()), (client("b"),))
    assert held(store, settings) == {"fjord.journal", "fjord.journal.a", "fjord.journal.c"}


@pytest.mark.parametrize("lost", [False, True], ids=["home-kept", "home-lost"])
async def test_killed_in_the_middle_the_next_one_takes_the_lock_away_and_converges(
    world: ClusterWorld, store: ObjectStore, settings: PulumiSettings, tmp_path: Path, *, lost: bool
) -> None:
    def engine() -> Any:
        return pulumi_engine(world, tmp_path, settings=settings, environment=store.environment)

    await engine().declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(
        world,
        tmp_path,
        NEW,
        SIX,
        lambda objects: any(map(_new, (item for item in objects.values() if item["kind"] == "HelseIDClient"))),
        settings=settings,
        environment=store.environment,
    )
    wanted = stack(clients=SIX, scopes=(NEW,))
    if lost:  # with it goes what says that the owner of the lock is dead
        shutil.rmtree(settings.home)
        with pytest.raises(EngineError, match=r"stack test\.fjord is locked by \S+ \(process \d+\) since ") as raised:
            await engine().declare(wanted)
        assert raised.value.hint is not None
        assert f"PULUMI_BACKEND_URL={shlex.quote(settings.backend)} pulumi cancel" in raised.value.hint
        lean = _lean(store, settings)
        lean.cancel("test.fjord")
    await engine().declare(wanted)
    assert all(map(_new, (await world.objects("fjord")).values()))
    assert await engine().declare(wanted) == Declared((), ())
    assert held(store, settings) == {"fjord.journal", *(f"fjord.journal.{each}" for each in SIX)}


async def test_no_credential_is_in_what_it_says_or_leaves(
    world: ClusterWorld,
    store: ObjectStore,
    settings: PulumiSettings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = pulumi_engine(world, tmp_path, settings=settings, environment=store.environment)
    await engine.declare(stack())
    said = [caplog.text.encode(), str(await world.objects("fjord")).encode(), *_files(tmp_path)]
    assert len(said) > 3  # Pulumi writes logs
    for each in said:
        assert store.secret.encode() not in each
        assert store.key_id.encode() not in each


async def test_a_file_of_credentials_counts_and_the_environment_does_not(
    world: ClusterWorld, store: ObjectStore, settings: PulumiSettings, tmp_path: Path
) -> None:
    file = store.credentials_file(tmp_path / "pulumi-credentials")
    wrong = {**store.environment, "AWS_ACCESS_KEY_ID": "AKIANOBODY"}
    named = settings.model_copy(update={"credentials_file": file})
    engine = pulumi_engine(world, tmp_path, settings=named, environment=wrong)
    assert (await engine.declare(stack())).applied == (client(), summary())
    assert held(store, settings) == {"fjord.journal", "fjord.journal.sync"}


WRONG: Mapping[str, tuple[dict[str, str | None], str]] = {
    "account": ({"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "does not accept the operator's credentials"),
    "secret": ({"AWS_SECRET_ACCESS_KEY": "0" * 40}, "does not accept the operator's credentials"),
    "none": (
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        "does not accept the operator's credentials",
    ),
}


@pytest.mark.parametrize("which", WRONG)
async def test_a_wrong_credential_is_one_sentence_with_its_remedy(
    world: ClusterWorld, store: ObjectStore, settings: PulumiSettings, tmp_path: Path, which: str
) -> None:
    changes, told = WRONG[which]
    environment = {name: value for name, value in {**store.environment, **changes}.items() if value is not None}
    engine = pulumi_engine(world, tmp_path, settings=settings, environment=environment)
    await _stalls(engine, told)


@pytest.mark.parametrize("which", ["bucket", "server", "key", "key's account"])
async def test_a_bucket_or_a_key_that_is_not_there_is_one_sentence_too(
    world: ClusterWorld, store: ObjectStore, settings: PulumiSettings, tmp_path: Path, which: str
) -> None:
    (tmp_path / "state").mkdir()
    nobody = {**store.environment, "AWS_ACCESS_KEY_ID": "AKIANOBODY"}
    changes, environment, told = {
        "bucket": ({"backend": store.backend.replace("sluse-state", "another")}, store.environment, "no such bucket"),
        "server": ({"backend": "s3://x?region=us-east-1&endpoint=http://127.0.0.1:9"}, store.environment, "not answer"),
        "key": ({"secrets_provider": store.secrets_provider.replace("sluse", "no")}, store.environment, "cloud's key"),
        "key's account": ({"backend": f"file://{tmp_path / 'state'}"}, nobody, "cloud's key"),
    }[which]
    engine = pulumi_engine(world, tmp_path, settings=settings.model_copy(update=changes), environment=environment)
    await _stalls(engine, told)


async def _stalls(engine: Engine, told: str) -> None:
    with pytest.raises(EngineUnusable, match=told) as raised:
        await engine.declare(stack())
    assert raised.value.hint
    assert "\n" not in f"{raised.value.message}{raised.value.hint}"


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def _new(item: dict[str, Any]) -> bool:
    return item["kind"] != "HelseIDClient" or item["spec"]["registration"]["scopes"] == [NEW]


def _lean(store: ObjectStore, settings: PulumiSettings) -> Lean:
    lean = Lean(settings.model_copy(update={"home": settings.home.with_name("other")}), None, store.environment)
    lean.open()
    return lean
