"""The steps of several organisations are judged the same by any number of processes, and by those that do not answer.

In a process of its own, since those of the tests have threads, and a process with threads is not forked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey, IntegrationKey
from worlds import lock
from worlds.lock import MAINTAINER
from worlds.production import Production, jwk
from worlds.publishing import CONFIGURED, ROOTS, Publishing

OTHERS = {"myrull": "311500031", "starr": "311500058", "tind": "311500066"}
"""Organisations and their numbers."""

SCRIPT = """
import json, os, sys
from pathlib import Path
from sluse.catalog.git.standing import StandingClone
from sluse.delivery.verifying.integrations import Integrations
from sluse.delivery.verifying.story import Story
from sluse.delivery.verifying.verified import verified
from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots

class Ending(Integrations):
    def survey(self, *arguments):
        if os.getpid() != here:
            raise RuntimeError("no answer")
        return super().survey(*arguments)

folder, roots, here = Path(sys.argv[1]), Roots.model_validate_json(sys.argv[2]), os.getpid()
said = [verified(folder, [Environment.PRODUCTION], roots, (), count) for count in (1, 2, 3, 9)]
assert all(each == said[0] for each in said), said
with StandingClone(folder) as clone:
    story = Story(clone, Ending(clone, roots), Environment.PRODUCTION)
    story.read(3)
    assert tuple(story.findings) == said[0][0].findings
print(json.dumps(said[0][0].wire()))
"""


@pytest.fixture
def world(tmp_path: Path) -> Publishing:
    """Four organisations with a service each, all accepted."""
    production = Production.accepted(at=CONFIGURED)
    world = production.lock
    for slug, number in OTHERS.items():
        key, client = IntegrationKey(slug, "journal"), ClientKey(slug, "journal", "web")
        world.organisations[slug] = lock.organisation(slug, numbers=(number,), domains=("fjordlegen.example",))
        world.bind(slug)
        world.accept_terms(slug, MAINTAINER)
        world.documents[key] = lock.service(of=key, number=number)
        world.agree(key)
        world.accept(world.submit(key), key)
        production.keys[client] = (jwk("first"),)
        production.vouch(client)
    for slug in OTHERS:
        records = (*world.decisions.items(), *world.tests.items())
        made = [each.content.spec.statement for name, each in records if name.organisation == slug]
        seen = {each.id: each.issued_at for each in made}
        production.ledgers[slug] = OrganisationLedger(organisation=slug, seen=seen)
    return Publishing.begun(tmp_path, production)


def otherwise(ledger: OrganisationLedger) -> OrganisationLedger:
    """What a lying operator makes of what production holds."""
    entries = {
        name: entry.model_copy(update={"snapshot": entry.snapshot.model_copy(update={"production": "7" * 64})})
        for name, entry in ledger.integrations.items()
        if entry.snapshot is not None
    }
    return ledger.model_copy(update={"integrations": {**ledger.integrations, **entries}})


def ran(code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=200
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


async def test_the_findings_are_the_same_by_any_number_of_processes(world: Publishing) -> None:
    await world.genesis()
    await world.step(world.production.lock.clock + timedelta(hours=1))
    await world.publish(otherwise)
    clone = world.clone("--bare")
    found = json.loads(ran(SCRIPT, str(clone), ROOTS.model_dump_json()))
    assert found["steps"] == 2 * (len(OTHERS) + 1)
    assert Counter(each["reason"] for each in found["findings"]) == {"StepNotAllowed": len(OTHERS) + 1}
