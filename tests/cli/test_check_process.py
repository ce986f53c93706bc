"""The command line as a process: what it imports, and how it ends when it is interrupted or nobody listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from sluse.cli import main

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
HEAVY = {"pydantic", "aiohttp", "rich", "kopf", "yaml", "git", "cryptography", "sluse.model", "sluse.catalog"}


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def modules_after(code: str) -> set[str]:
    return set(run(f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)").stderr.split())


def test_help_imports_nothing_heavy() -> None:
    code = "from sluse.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not HEAVY & modules_after(code)


def test_check_imports_neither_operator_nor_network() -> None:
    assert not {"aiohttp", "kopf", "rich", "git", "cryptography", "hypothesis"} & modules_after(
        "import sluse.cli.check"
    )


def test_help_names_every_command_and_loads_none() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for name in ("check", "run", "status", "sandbox", "demo", "schema", "ledger"):
        assert f"\n  {name} " in result.output


def test_an_unknown_command_ends_with_2() -> None:
    result = CliRunner().invoke(main, ["chekc"])
    assert result.exit_code == 2
    assert "chekc" in result.stderr


def test_click_s_own_way_of_calling_still_works() -> None:
    assert main.main(["check", str(GOOD)], standalone_mode=False) == 0


def test_nobody_listening_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sluse", "check", "--output", "json", str(GOOD)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_an_interruption_ends_with_130_and_quietly() -> None:
    ran = run(
        "import click, sluse.cli.check as check\n"
        "from sluse.cli import main\n"
        "@click.command('check')\n"
        "def command(): raise KeyboardInterrupt\n"
        "check.command = command\n"
        "main(['check'])\n"
    )
    assert ran.returncode == 130
    assert "Traceback" not in ran.stderr


MISSING = "import sys; sys.modules['sluse.cli.demo'] = None\nfrom sluse.cli import main\n"


def test_a_command_that_is_not_installed_says_so_and_disturbs_no_other() -> None:
    ran = run(f"{MISSING}main(['demo'])")
    assert ran.returncode == 2
    assert ran.stderr == "error: `sluse demo` is not part of this installation\n"
    assert run(f"{MISSING}main(['--help'])").returncode == 0
    assert run(f"{MISSING}main(['check', {str(GOOD)!r}])").returncode == 0


def test_a_broken_import_inside_a_command_is_not_called_missing() -> None:
    ran = run("import sys; sys.modules['sluse.catalog.reader'] = None\nfrom sluse.cli import main\nmain(['check'])")
    assert "sluse.catalog.reader" in ran.stderr
    assert "not part of this installation" not in ran.stderr
