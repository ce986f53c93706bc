"""The `update` hook: git asks it once for each ref, and prints its one sentence to the pusher.

It is plain sh with the whole table written in, because a hook runs for every pushed ref: an interpreter's start
would cost more than the push. Who pushes comes in REMOTE_USER, which only the server sets; a push past the server
(over a file path) has none and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from sluse.sandbox.remote.people import Pusher

_HEAD = """\
#!/bin/sh
# Written by the sandbox at each start; edits are lost.
ref=$1 old=$2 new=$3 who=${REMOTE_USER:-nobody} may=no force=no instead=

refuse() {
    printf '%s may not %s %s; %s\\n' "$who" "$1" "$ref" "$2" >&2
    exit 1
}

case "$who" in
"""

_TAIL = """\
esac

if [ "$may" = no ]; then
    if [ -n "$instead" ]; then
        refuse push "$instead"
    fi
    refuse push 'this identity can only read'
fi
[ "$force" = yes ] && exit 0
case "$ref" in
refs/heads/main | refs/heads/sluse/*) ;;
*) exit 0 ;;
esac
case "$new" in
*[!0]*) ;;
*) refuse delete 'the branch is protected' ;;
esac
case "$old" in
*[!0]*) git merge-base --is-ancestor "$old" "$new" || refuse rewrite 'fetch, merge and push again' ;;
esac
exit 0
"""


def update_hook(people: Sequence[Pusher]) -> str:
    """Return the script. Names and patterns were checked by `Pusher`, so none needs quoting."""
    return _HEAD + "".join(_branch(person) for person in people) + _TAIL


def _branch(person: Pusher) -> str:
    lines = [f"{person.name})"]
    if person.may_push:
        lines += [
            f"    instead='{_instead(person.may_push[0])}'",
            f'    case "$ref" in {" | ".join(person.may_push)}) may=yes ;; esac',
        ]
    if person.force:
        lines.append("    force=yes")
    return "\n".join([*lines, "    ;;", ""])


def _instead(pattern: str) -> str:
    return (
        f"open a pull request from {pattern[:-1]}..." if pattern.endswith("*") else f"this identity may push {pattern}"
    )
