"""What is done about reasons of more than one table."""

from __future__ import annotations

from sluse.words.said import say

BRING_BACK = say(
    "Bring exactly that file back from git's history: records and accepted files are never edited or deleted."
)
READ_AS_BEFORE = say("Run the operator in the version that could read it, and report it.")
