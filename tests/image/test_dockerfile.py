"""What can be known of the image without building it: its file read, and its wheel built."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from sluse.desired.pod import deployment
from sluse.model.names import Environment

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "operator" / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", TEXT)
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def of(kind: str) -> list[str]:
    return [rest for word, rest in instructions() if word == kind]


def test_the_base_is_a_required_argument_by_digest_in_every_stage() -> None:
    assert of("ARG") == ["BASE", "BASE_DIGEST"], "without a default"
    assert {each.split(" AS ")[0] for each in of("FROM")} == {"${BASE}@${BASE_DIGEST}"}
    assert len(of("FROM")) == 2


def test_nothing_is_added_from_an_address_and_no_host_is_named() -> None:
    assert of("ADD") == []
    assert "://" not in TEXT


def test_it_runs_as_the_user_of_the_pod_and_as_nobody_else() -> None:
    template = deployment(Environment.TEST, "image", {}, memory=384)["spec"]["template"]["spec"]
    security = template["securityContext"]
    assert of("USER") == [f"{security['runAsUser']}:{security['runAsGroup']}"]
    assert [word for word, _ in instructions()][-2:] == ["USER", "ENTRYPOINT"], "nothing is done as root after it"


def test_it_copies_exactly_what_the_wheel_is_made_of() -> None:
    copied = {source for rest in of("COPY") if "--from" not in rest for source in rest.split()[:-1]}
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert copied == {"requirements.lock", "pyproject.toml", PROJECT["project"]["readme"], "LICENSE", *packages}
    assert all((ROOT / source).exists() for source in copied)


def test_dependencies_come_by_hash_and_what_builds_stays_behind() -> None:
    (build, final) = of("RUN")
    assert "--require-hashes -r requirements.lock" in build
    assert "--no-build-isolation" in build
    removed = set(re.findall(r"uninstall --yes ([\w ]+)", build)[0].split())
    assert removed == {*PROJECT["dependency-groups"]["build"], "pip"}
    assert "pip" not in final


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert built.returncode == 0, built.stderr
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def test_the_entry_point_is_the_wheels_console_script(wheel: zipfile.ZipFile) -> None:
    (name,) = [each for each in wheel.namelist() if each.endswith("entry_points.txt")]
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert points["console_scripts"]["sluse"] == "sluse.cli:main"
    assert of("ENTRYPOINT") == ['["/opt/sluse/bin/sluse"]']


def test_the_wheel_has_every_package_and_no_test(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info" not in name}
    assert tops == {"sluse", "sluse_policies", "sluse_stacks"}


def test_the_pod_starts_the_image_as_it_is() -> None:
    (container,) = deployment(Environment.TEST, "image", {}, memory=384)["spec"]["template"]["spec"]["containers"]
    assert "command" not in container, "the entry point is the image's"
    assert container["args"][0] == "run"
