"""The whole: what was checked in each environment, what was found, what was trusted, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.git.standing import StandingClone
from sluse.delivery.verifying.finding import Finding, Weight, finding
from sluse.delivery.verifying.integrations import Integrations
from sluse.delivery.verifying.story import Story
from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots
from sluse.words.said import say


@dataclass(frozen=True)
class Verified:
    """One environment. `head` is the digest to remember, `continues` the sequence of a remembered head that it goes on from."""

    environment: Environment
    findings: tuple[Finding, ...]
    commits: int
    steps: int
    commit: str | None
    head: str | None
    first: int | None
    sequence: int | None
    continues: int | None

    @property
    def verdict(self) -> str:
        """Return `agrees`, `disagrees` or `untold`."""
        weights = {each.weight for each in self.findings}
        return next((each.value for each in (Weight.DISAGREES, Weight.UNTOLD) if each in weights), "agrees")

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form."""
        return {
            "environment": self.environment.value,
            "verdict": self.verdict,
            "commits": self.commits,
            "steps": self.steps,
            "firstSequence": self.first,
            "sequence": self.sequence,
            "commit": self.commit,
            "head": self.head,
            "continues": self.continues,
            "findings": [each.wire() for each in self.findings],
        }


def verified(
    folder: Path,
    environments: Sequence[Environment],
    roots: Roots | None,
    trusted_heads: Sequence[str] = (),
    processes: int | None = None,
) -> tuple[Verified, ...]:
    """Judge what is published in a clone. `trusted_heads`: digests of heads, or commits, that somebody remembered.

    It is the same by any number of `processes`; None is as many as there are cores, if there is much to judge.

    A CatalogError where the folder is no clone, or its own history cannot be read.
    """
    with StandingClone(folder) as clone:
        integrations = Integrations(clone, roots)
        stories = [Story(clone, integrations, each) for each in environments]
        for story in stories:
            story.read(processes)
        known = {head for story in stories for head in story.heads}
        lost = [each for each in trusted_heads if each not in known]
        return tuple(_verified(story, trusted_heads, lost) for story in stories)


def exit_code(found: Sequence[Verified]) -> int:
    """Return 1 where anything disagrees, else 2 where anything could not be told, else 0."""
    verdicts = {each.verdict for each in found}
    return 1 if Weight.DISAGREES.value in verdicts else 2 if Weight.UNTOLD.value in verdicts else 0


def _verified(story: Story, trusted_heads: Sequence[str], lost: Sequence[str]) -> Verified:
    return Verified(
        story.environment,
        (*story.findings, *_beginnings(story), *_absent(story, lost)),
        story.commits,
        story.steps,
        story.tip,
        story.last.digest if story.last is not None else None,
        story.first.head.sequence if story.first is not None else None,
        story.last.head.sequence if story.last is not None else None,
        max((story.heads[each] for each in trusted_heads if each in story.heads), default=None),
    )


def _beginnings(story: Story) -> Iterator[Finding]:
    """Yield where the branch begins in this clone, if it is not at its genesis."""
    if story.first is None or not story.cut:
        return
    place = story.environment.status_branch
    if not story.clone.is_shallow:
        message = say(
            "the first publication is number {sequence}, and the clone is whole: those before it are gone",
            sequence=story.first.head.sequence,
        )
        yield finding("ChainBroken", place, message)
        return
    previous = story.first.head.previous
    message = say(
        "this clone has it from publication {sequence} on; the head before it, {previous}, is believed",
        sequence=story.first.head.sequence,
        previous=previous,
    )
    yield finding("HistoryCut", place, message)


def _absent(story: Story, lost: Sequence[str]) -> Iterator[Finding]:
    """Yield remembered heads that no branch has: in a clone that is cut they may lie before the cut."""
    place = story.environment.status_branch
    for head in lost:
        if story.cut and story.clone.is_shallow:
            if story.first is None or head != story.first.head.previous:
                yield finding(
                    "HeadBeyondCut",
                    place,
                    say("the remembered head {head} is not in the part that this clone has", head=head),
                )
        else:
            yield finding(
                "HeadNotThere", place, say("the remembered head {head} is not among its publications", head=head)
            )
