"""CODEOWNERS, as GitHub and GitLab read it: who must review a change, by where it lies. A courtesy: signatures decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_HEADER = "# Made by `sluse schema codeowners`. The last line that fits a path counts.\n"


def codeowners(organisations: Iterable[str], *, owner: str, reviewers: str, roots: str) -> str:
    """Return the file. `owner` names an organisation's own team, with `{organisation}` for its slug."""
    return _HEADER + "".join(f"{path} {who}\n" for path, who in _lines(sorted(organisations), owner, reviewers, roots))


def _lines(organisations: list[str], owner: str, reviewers: str, roots: str) -> Iterator[tuple[str, str]]:
    yield "*", roots
    yield "/integrations/", reviewers
    for slug in organisations:
        theirs = owner.replace("{organisation}", slug)
        yield f"/integrations/{slug}/", f"{theirs} {reviewers}"
        yield f"/integrations/{slug}/organisation.yaml", reviewers
        yield f"/integrations/{slug}/decisions/", reviewers
    yield "/policies/", roots
