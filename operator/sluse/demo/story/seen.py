"""What several chapters look at: the status branch in the supplier's clone, and registrations at the authority."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sluse.demo.expect import eventually
from sluse.demo.stage import TEST, Stage
from sluse.model.names import Environment
from sluse.sandbox.authority.store import Registration
from sluse.sandbox.mail import Caught


def status_page(stage: Stage, integration: str, environment: Environment = TEST) -> dict[str, Any] | None:
    """Return an integration's page as the supplier's own clone has it after a fetch; None where there is none."""
    tip = stage.tip(environment)
    known = stage.pages.get((environment, integration))
    if tip is not None and (known is None or known[0] != tip):
        known = stage.pages[environment, integration] = (tip, _fetched(stage, integration, environment))
    return known[1] if known is not None else None


def _fetched(stage: Stage, integration: str, environment: Environment) -> dict[str, Any] | None:
    organisation, _, name = integration.partition(".")
    stage.supplier.git("fetch", "--quiet", "origin")
    shown = stage.supplier.try_git("show", f"origin/{environment.status_branch}:{organisation}/{name}.json")
    page: dict[str, Any] | None = json.loads(shown.out) if shown.code == 0 else None
    return page


def client_of(page: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Return one client of a page; empty where there is none."""
    for client in (page or {}).get("clients", ()):
        if client["client"] == name:
            found: dict[str, Any] = client
            return found
    return {}


def at_authority(stage: Stage, client_id: str, environment: Environment = TEST) -> Registration | None:
    """Return a registration as the authority's staff see it."""
    held = stage.authority(environment).admin.registrations()
    return next((each for each in held if each.client_id == client_id), None)


async def page_says(
    stage: Stage,
    integration: str,
    expected: str,
    holds: Callable[[dict[str, Any]], bool],
    environment: Environment = TEST,
) -> dict[str, Any]:
    """Wait until an integration's page on a status branch is as `expected` says; return it."""

    def look() -> dict[str, Any] | None:
        stage.operators.expect_alive()
        page = status_page(stage, integration, environment)
        return page if page is not None and holds(page) else None

    return await eventually(look, f"sluse/{environment.value} says of {integration}: {expected}")


async def stage_reached(stage: Stage, integration: str, wanted: str, environment: Environment = TEST) -> dict[str, Any]:
    """Wait until the status branch says that an integration has reached a stage; return its page."""
    return await page_says(stage, integration, wanted, lambda page: page["stage"] == wanted, environment)


async def mailed(stage: Stage, mailbox: str, *words: str) -> Caught:
    """Wait until somebody's function mailbox has a mail with all these words; return it."""

    def look() -> Caught | None:
        stage.operators.expect_alive()
        return next((mail for mail in stage.sandbox.mail.caught if _meant(mail, mailbox, words)), None)

    return await eventually(look, f"a mail to {mailbox} that says {', '.join(words)}")


def _meant(mail: Caught, mailbox: str, words: tuple[str, ...]) -> bool:
    return mailbox in mail.mailboxes and all(word in f"{mail.message['Subject']}\n{mail.text}" for word in words)


def merge(stage: Stage, branch: str, message: str) -> str:
    """Let the reviewer merge a branch of the supplier's into main and push it; return the new HEAD."""
    stage.reviewer.git("fetch", "--quiet", "origin")
    stage.reviewer.git("merge", "--quiet", "--no-ff", "-m", message, f"origin/{branch}")
    stage.push_main()
    return stage.reviewer.git("rev-parse", "HEAD").strip()


def pushed(stage: Stage, branch: str, message: str) -> None:
    """Let the supplier commit what is in its clone on a branch of its own and push it."""
    stage.supplier.git("fetch", "--quiet", "origin")
    stage.supplier.git("checkout", "--quiet", "-B", branch, "--no-track", "origin/main")
    stage.supplier.commit(message)
    stage.supplier.git("push", "--quiet", "origin", branch)
